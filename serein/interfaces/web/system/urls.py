"""The administrator's page."""

from django.urls import URLPattern, URLResolver, path

from . import views

app_name = "system"
urlpatterns: list[URLPattern | URLResolver] = [path("", views.state, name="state")]
