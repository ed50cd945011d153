"""Letting a clinic's only compliance officer in again, on the operator's console: nobody on a page could."""

from datetime import datetime

from django.db import transaction

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import Refused, open_job, refuse_on_record
from serein.foundation.people.models import Account, Role, RoleGrant
from serein.foundation.tasks.desk import close_desk_tasks

from .inviting import plain_email
from .revoking import REPORT_TASK, Reopened

REOPEN = "reopen_account"
NOT_CLOSED = Refused("not-closed", "This is no compliance officer whose account is closed.")
OTHERS = Refused("other-officers", "Another compliance officer works there. They let colleagues in again on their page.")
NO_WHY = Refused("why-missing", "Say how you know who is asking.")


def reopen_last_officer(email: str, why: str, at: datetime) -> Reopened | Refused:
    """Only while no other officer of that clinic could: with their password, and a second factor that they set up anew."""
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).filter(email=plain_email(email)).first()
        if account is None:
            return NOT_CLOSED
        job = open_job(account.clinic_id, purpose="registration", at=at)
        officers = RoleGrant.objects.filter(clinic=account.clinic_id, role=Role.COMPLIANCE, revoked_at=None)
        refused = None
        if account.is_active or not officers.filter(account=account).exists():
            refused = NOT_CLOSED
        elif officers.filter(account__is_active=True).exists():
            refused = OTHERS
        elif not why.strip():
            refused = NO_WHY
        if refused is not None:
            return refuse_on_record(job, REOPEN, refused, subject=("account", account.id))
        Account.objects.filter(pk=account.id, is_active=False).update(is_active=True)
        close_desk_tasks(job, kind=REPORT_TASK, subject_id=account.id, why=why.strip()[:300])
        entry = Entry(account.clinic_id, at, None, REOPEN).about(None, "account", account.id)
        record(entry, facts={"where": "console"})
        return Reopened(account.id)
