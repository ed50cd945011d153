"""Pages of the compliance desk."""

from django.urls import URLPattern, URLResolver, path

from .views import emergencies, identity, knowledge, licences, looks, people, rights, rota, trail

app_name = "compliance"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", people.overview, name="people"),
    path("invite/", people.invite, name="invite"),
    path("invited/", people.invited, name="invited"),
    path("people/<uuid:account_id>/", people.member, name="person"),
    path("people/<uuid:account_id>/details/", people.details, name="details"),
    path("people/<uuid:account_id>/identity/", identity.identity, name="identity"),
    path("people/<uuid:account_id>/end/", people.end, name="end_access"),
    path("people/<uuid:account_id>/licence/", licences.record, name="record_licence"),
    path("licences/<uuid:licence_id>/verify/", licences.verify, name="verify_licence"),
    path("licences/<uuid:licence_id>/end/", licences.end, name="end_licence"),
    path("licences/<uuid:licence_id>/suspend/", licences.suspend, name="suspend_licence"),
    path("licences/<uuid:licence_id>/lift/", licences.lift, name="lift_suspension"),
    path("licences/<uuid:licence_id>/recheck/", licences.recheck, name="recheck_licence"),
    path("licences/<uuid:licence_id>/looks/", looks.looks, name="looks"),
    path("licences/<uuid:licence_id>/seen/", looks.by_hand, name="seen_by_hand"),
    path("people/<uuid:account_id>/sign/", rights.enter, name="enter_grant"),
    path("rights/<uuid:grant_id>/end/", rights.end, name="end_grant"),
    path("people/<uuid:account_id>/lost/", rights.lost, name="lost"),
    path("people/<uuid:account_id>/reopen/", rights.reopen, name="reopen"),
    path("people/<uuid:account_id>/patients/", rights.affected, name="affected"),
    path("rota/", rota.overview, name="rota"),
    path("rota/<uuid:rota_id>/end/", rota.end, name="end_rota"),
    path("emergencies/", emergencies.overview, name="emergencies"),
    path("emergencies/<uuid:glass_id>/", emergencies.review, name="review_emergency"),
    path("trail/", trail.trail_page, name="trail"),
    path("knowledge/", knowledge.status, name="knowledge"),
]
