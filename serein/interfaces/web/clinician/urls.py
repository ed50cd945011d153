"""Pages of the clinician desk."""

from django.urls import URLPattern, URLResolver, path

from . import chart, checks, drafts, invite, panel, plans, prescriptions, risk, sign

app_name = "clinician"
ONE = "patients/<uuid:patient_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", panel.panel, name="panel"),
    path("patients/new/", invite.invite, name="invite"),
    path(ONE, chart.chart, name="chart"),
    path(ONE + "risk/", risk.risk, name="risk"),
    path(ONE + "plan/", plans.plan, name="plan"),
    path(ONE + "plans/", plans.all_plans, name="plans"),
    path(ONE + "plans/<uuid:plan_id>/send/", plans.send, name="send_plan"),
    path(ONE + "plans/<uuid:plan_id>/withdraw/", plans.withdraw, name="withdraw_plan"),
    path(ONE + "plans/<uuid:plan_id>/prescribe/", drafts.prescribe, name="prescribe"),
    path(ONE + "drafts/<uuid:draft_id>/", drafts.edit, name="draft"),
    path(ONE + "drafts/<uuid:draft_id>/discard/", drafts.discard, name="discard"),
    path(ONE + "drafts/<uuid:draft_id>/check/", checks.check, name="check"),
    path(ONE + "drafts/<uuid:draft_id>/sign/", sign.sign, name="sign"),
    path(ONE + "prescriptions/<uuid:prescription_id>/", prescriptions.one_prescription, name="prescription"),
    path(ONE + "prescriptions/<uuid:prescription_id>/cancel/", prescriptions.cancel, name="cancel"),
    path(ONE + "prescriptions/<uuid:prescription_id>/copy.pdf", prescriptions.copy, name="copy"),
]
