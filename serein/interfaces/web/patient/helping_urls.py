"""Pages of those who help a patient."""

from django.urls import URLPattern, URLResolver, path

from .views import helping

app_name = "helping"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", helping.home, name="home"),
    path("accept/<uuid:invitation_id>/", helping.accept, name="accept"),
    path("<uuid:patient_id>/", helping.person, name="person"),
    path("<uuid:patient_id>/when-needed/", helping.use, name="use"),
    path("<uuid:patient_id>/<slug:day>/<slug:slot>/", helping.dose, name="dose"),
]
