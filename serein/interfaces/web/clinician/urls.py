"""Pages of the clinician desk."""

from django.urls import URLPattern, URLResolver, path

from . import (
    chart,
    checks,
    contacts,
    drafts,
    invite,
    panel,
    plans,
    prescriptions,
    reviews,
    risk,
    sign,
    taper_calendar,
    taper_course,
    taper_planner,
    watch,
)

app_name = "clinician"
ONE = "patients/<uuid:patient_id>/"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", panel.panel, name="panel"),
    path("patients/new/", invite.invite, name="invite"),
    path(ONE, chart.chart, name="chart"),
    path(ONE + "watch/", watch.watch, name="watch"),
    path(ONE + "watch/levels.json", watch.levels_json, name="levels"),
    path(ONE + "review/", reviews.review, name="review"),
    path(ONE + "bridge/", reviews.bridge, name="bridge"),
    path(ONE + "contact/<slug:about>/", contacts.contact, name="contact"),
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
    path(ONE + "taper/", taper_course.course, name="taper"),
    path(ONE + "taper/plan/", taper_planner.planner, name="taper_plan"),
    path(ONE + "taper/<uuid:course_id>/send/", taper_course.send, name="taper_send"),
    path(ONE + "taper/<uuid:course_id>/withdraw/", taper_course.withdraw, name="taper_withdraw"),
    path(ONE + "taper/<uuid:course_id>/hold/", taper_course.hold, name="taper_hold"),
    path(ONE + "taper/<uuid:course_id>/resume/", taper_course.resume, name="taper_resume"),
    path(ONE + "taper/<uuid:course_id>/answered/", taper_course.answered, name="taper_answered"),
    path(ONE + "taper/<uuid:course_id>/prescribe/", taper_course.prescribe_hold, name="taper_prescribe_hold"),
    path(ONE + "taper/<uuid:course_id>/calendar.pdf", taper_calendar.calendar, name="taper_calendar"),
    path(ONE + "taper/steps/<uuid:step_id>/keep/", taper_course.keep, name="taper_keep"),
    path(ONE + "taper/steps/<uuid:step_id>/confirm/", taper_course.confirm, name="taper_confirm"),
    path(ONE + "taper/steps/<uuid:step_id>/prescribe/", taper_course.prescribe_step, name="taper_prescribe"),
    path(ONE + "prescriptions/<uuid:prescription_id>/", prescriptions.one_prescription, name="prescription"),
    path(ONE + "prescriptions/<uuid:prescription_id>/cancel/", prescriptions.cancel, name="cancel"),
    path(ONE + "prescriptions/<uuid:prescription_id>/copy.pdf", prescriptions.copy, name="copy"),
]
