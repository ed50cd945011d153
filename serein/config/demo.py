"""The demonstration clinic: invented people who come by the same actions as everybody else, each at another place of the walk."""

from datetime import datetime

from django.db import transaction

from serein.foundation.people.models import Clinic

from .demo_patients import bring_in_patients
from .demo_staff import bring_in_staff
from .demonstration import sign_ins


def load(at: datetime) -> bool:
    """Bring the demonstration in as of `at`; False when it is there already. All of it or nothing: one transaction."""
    with transaction.atomic():
        if Clinic.objects.filter(demonstration=True).exists():
            return False
        staff = bring_in_staff({one.role: one for one in sign_ins()}, at)
        bring_in_patients(staff, at)
    return True
