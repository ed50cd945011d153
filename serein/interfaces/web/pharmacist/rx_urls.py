"""Addresses outside the desk. A QR code is shorter in upper case, so that spelling of the path is there too."""

from django.urls import URLPattern, URLResolver, path

from . import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("rx/<str:code>", views.verify, name="rx"),
    path("RX/<str:code>", views.verify, name="rx_in_capitals"),
    path(".well-known/jwks.json", views.jwks, name="jwks"),
]
