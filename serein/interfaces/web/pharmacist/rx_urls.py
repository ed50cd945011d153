"""Addresses outside the desk. A QR code is shorter in upper case, so that spelling of the path is there too."""

from django.urls import URLPattern, URLResolver, path

from . import calendar_check, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("rx/<str:code>", views.verify, name="rx"),
    path("RX/<str:code>", views.verify, name="rx_in_capitals"),
    path("calendar", calendar_check.check, name="calendar"),
    path("calendar/<str:code>", calendar_check.check, name="calendar_code"),
    path("CALENDAR/<str:code>", calendar_check.check, name="calendar_code_in_capitals"),
    path(".well-known/jwks.json", views.jwks, name="jwks"),
]
