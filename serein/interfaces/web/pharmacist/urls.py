"""Pages of the pharmacist desk, and the two addresses that need no account: what a QR code holds, and the public keys."""

from django.urls import URLPattern, URLResolver, path

from . import views

app_name = "pharmacist"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.enter, name="enter"),
    path("<str:code>/dispense", views.record_dispensing, name="dispense"),
    path("<str:code>/dispensed", views.dispensed, name="dispensed"),
    path("<str:code>/decline", views.decline, name="decline"),
]
