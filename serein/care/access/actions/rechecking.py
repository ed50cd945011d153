"""The worker's round over licences: a look at the register that comes due is a task, and a licence that lapsed stops its holder."""

from datetime import UTC, date, datetime, time
from uuid import UUID

from serein.care.access.models import SigningGrant
from serein.clinical import knowledge
from serein.foundation.people.keys import OpenJob, open_job
from serein.foundation.people.licences import LicenceInForce, may_practise
from serein.foundation.people.models import Licence
from serein.foundation.people.persons import clinic_day, person
from serein.foundation.tasks.actions import NewTask
from serein.foundation.tasks.desk import close_desk_tasks, ever_opened, open_desk_task, open_tier

from .licensing import LAPSED_TASK, RECHECK_TASK
from .revoking import KINDS, close_covered, stop_if_unlicensed


def licence_round(job: OpenJob) -> int:
    """Open the tasks that come due, the nearer tier taking the place of the further; stop whose licence lapsed; close what was asked about
    patients who are cared for again. Returns how many were opened.

    Doing it twice is doing it once. The leads are those of every other due task (`lead-days-first`, `lead-days-last`).
    """
    today = clinic_day(job.clinic_id, job.at)
    running = Licence.objects.filter(
        clinic=job.clinic_id, ended_at=None, verified_on__isnull=False, practitioner__account__is_active=True
    )
    opened = sum(_recheck(job, one, today) for one in running.exclude(recheck_on=None).select_related("practitioner__account"))
    signers = _lapsed(job, today)
    for account_id in signers:
        stop_if_unlicensed(job, account_id, "licence-lapsed")
    lapsed = running.filter(expires_on__lt=today).select_related("practitioner__account")
    opened += sum(_told(job, one, stop=one.practitioner.account_id not in signers) for one in lapsed)
    close_covered(open_job(job.clinic_id, purpose="revocation", at=job.at))
    return opened


def _tier(left: int) -> str | None:
    if left < 0:
        return "now"
    rules = knowledge.load()
    for tier, rule in (("today", "lead-days-last"), ("week", "lead-days-first")):
        if left <= int(rules.rule(rule).value):
            return tier
    return None


def _recheck(job: OpenJob, one: Licence, today: date) -> bool:
    assert one.recheck_on is not None
    tier = _tier((one.recheck_on - today).days)
    if tier is None:
        return False
    standing = open_tier(job, RECHECK_TASK, one.id)
    if standing == tier:
        return False
    if standing is not None:
        close_desk_tasks(job, kind=RECHECK_TASK, subject_id=one.id, why="nearer now")
    name, late = one.practitioner.account.name, "was due" if tier == "now" else "is due"
    said = f"Another look at the register {late} on {one.recheck_on:%d-%b-%Y}. Look the licence up where it was issued."
    due = datetime.combine(one.recheck_on, time(12), UTC)
    new = NewTask(
        RECHECK_TASK, tier, f"Look up the licence of {name} again"[:200], said, "Due round", "recheck_licence", due, None, one.id
    )
    open_desk_task(job, new)
    return True


def _told(job: OpenJob, one: Licence, *, stop: bool) -> bool:
    """A lapse is a task, opened once and closed when another licence is in force. With `stop` it ends the sessions too, as a suspension does:
    of pharmacists, and of clinicians who never held the right to sign."""
    account = one.practitioner.account
    who = person(account.id, at=job.at)
    if who is not None and any(isinstance(may_practise(who, kind=kind, at=job.at), LicenceInForce) for kind in KINDS):
        close_desk_tasks(job, kind=LAPSED_TASK, subject_id=one.id, why="another licence is in force")
        return False
    if ever_opened(job, LAPSED_TASK, one.id):
        return False
    said = f"The licence ended with {one.expires_on:%d-%b-%Y}. Record and verify the renewed one, or end it."
    title = f"The licence of {account.name} lapsed"[:200]
    task = NewTask(LAPSED_TASK, "today", title, said, "Due round", "end_licence", job.at, None, one.id)
    open_desk_task(job, task, but=account.id)
    if stop:
        stop_if_unlicensed(job, account.id, "licence-lapsed")
    return True


def _lapsed(job: OpenJob, today: date) -> list[UUID]:
    """Whose right to sign stands although a licence of theirs lapsed."""
    holders = SigningGrant.objects.filter(clinic=job.clinic_id, ended_at=None, approved_at__lte=job.at).values("account_id")
    lapsed = Licence.objects.filter(practitioner__account__in=holders, ended_at=None, expires_on__lt=today)
    return list(lapsed.order_by("practitioner__account_id").values_list("practitioner__account_id", flat=True).distinct())
