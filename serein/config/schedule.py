"""What the worker does by itself at set times, clinic by clinic."""

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from serein.care.access.actions.birthdays import birthday_round
from serein.care.access.actions.emergencies import emergency_round
from serein.care.access.actions.rechecking import licence_round
from serein.care.monitoring.actions import due_tasks
from serein.care.tapering.actions import raise_silent_steps
from serein.foundation.people.keys import open_job
from serein.foundation.people.models import Clinic


# Four times a day: a day's round that was missed (a kill, a full disk) is made up within hours; a second round adds nothing.
@app.periodic(cron="23 */6 * * *")
@app.task(name="due_tasks", queueing_lock="due_tasks", lock="due_tasks", pass_context=False)
def due_tasks_now(timestamp: int) -> None:
    """Supplies, reviews and licences that will end, and changes of dose about which nobody said a word, become tasks before they come."""
    at = import_string(settings.SEREIN_CLOCK)()
    for clinic_id in list(Clinic.objects.order_by("id").values_list("id", flat=True)):
        due_tasks(clinic_id, at)
        with transaction.atomic():
            licence_round(open_job(clinic_id, purpose="due tasks", at=at))
        with transaction.atomic():
            emergency_round(open_job(clinic_id, purpose="due tasks", at=at))
        with transaction.atomic():
            birthday_round(open_job(clinic_id, purpose="due tasks", at=at))
        with transaction.atomic():
            raise_silent_steps(open_job(clinic_id, purpose="due tasks", at=at), at)
