"""Pages of the patient desk."""

from django.urls import URLPattern, URLResolver, path

from .views import card, check_in, diary, home, intake, level, looks, plan, prescriptions, safety, taper, taper_check, taper_files

app_name = "patient"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("agreements/", home.my_consents, name="consents"),
    path("agreements/<slug:what>/", home.consent, name="consent"),
    path("questions/", intake.begin, name="begin"),
    path("questions/<slug:key>/", intake.question, name="question"),
    path("questions/<slug:key>/remove/", intake.remove, name="remove"),
    path("check/", intake.check, name="check"),
    path("answers/", intake.answers, name="answers"),
    path("safety/<uuid:safety_id>/", safety.safety, name="safety"),
    path("safety/<uuid:safety_id>/again/", safety.again, name="again"),
    path("plan/", plan.plan, name="plan"),
    path("prescriptions/", prescriptions.my_prescriptions, name="prescriptions"),
    path("prescriptions/<uuid:prescription_id>/copy.pdf", prescriptions.copy, name="copy"),
    path("card/", card.card, name="card"),
    path("card/card.pdf", card.card_file, name="card_file"),
    path("dose-changes/", taper.dose_changes, name="taper"),
    path("dose-changes/<uuid:course_id>/calendar.pdf", taper_files.calendar, name="taper_calendar"),
    path("dose-changes/steps/<uuid:step_id>/confirm/", taper.confirm, name="taper_confirm"),
    path("dose-changes/<uuid:course_id>/calendar.ics", taper_files.calendar_file, name="taper_calendar_file"),
    path("dose-changes/steps/<uuid:step_id>/check/", taper_check.check, name="taper_check"),
    path("dose-changes/steps/<uuid:step_id>/ready/", taper.ready, name="taper_ready"),
    path("level/", level.level, name="level"),
    path("doses/", diary.doses, name="doses"),
    path("doses/log/", diary.log, name="log"),
    path("doses/when-needed/", diary.use, name="use"),
    path("doses/undo/<uuid:entry_id>/", diary.undo, name="undo"),
    path("doses/advice/<slug:code>/", diary.advice, name="dose_advice"),
    path("doses/<slug:day>/<slug:slot>/", diary.dose, name="dose"),
    path("check-in/", check_in.begin, name="check_in"),
    path("check-in/check/", check_in.check, name="check_in_check"),
    path("check-in/<uuid:check_in_id>/advice/", check_in.advice, name="check_in_advice"),
    path("check-in/<slug:key>/", check_in.question, name="check_in_question"),
    path("check-ins/", check_in.feelings, name="feelings"),
    path("who-looked/", looks.looks, name="looks"),
]
