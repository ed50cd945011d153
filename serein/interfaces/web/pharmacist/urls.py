"""Pages of the pharmacist desk."""

from django.urls import URLPattern, URLResolver

app_name = "pharmacist"
urlpatterns: list[URLPattern | URLResolver] = []
