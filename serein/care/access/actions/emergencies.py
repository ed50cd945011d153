"""Break-glass: a licensed clinician opens one record for an emergency, everybody who answers for it is told, a second person reviews it.

The key that it gives reads and notes. It never exports, prints or signs, and PostgreSQL ends it within the hour.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from serein.care.access.emergencies import LASTS, NOT_JUSTIFIED, OFTEN, REASONS, REVIEWED_WITHIN, SPAN, VERDICTS
from serein.care.access.humans import same_human, traits_of
from serein.care.access.models import EmergencyWords
from serein.foundation.audit.trail import Entry, record
from serein.foundation.outbox.post import post
from serein.foundation.people.factors import Proof, holds
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import FIND, OpenChart, OpenJob, OpenList, Refused, open_chart, open_job, refuse_on_record
from serein.foundation.people.models import Account, BrokenGlass, Role, RoleGrant
from serein.foundation.people.persons import lead_of, still_cares
from serein.foundation.tasks.actions import NewTask, open_task
from serein.foundation.tasks.desk import close_desk_tasks, open_desk_task, open_tier

from .inviting import NOT_HERE, WRONG_KEY

Prove = Callable[[str], Proof | Refused]
BREAK, REVIEW, CLOSE = "break_glass", "review_emergency", "close_emergency"
REVIEW_TASK, OFTEN_TASK, LEAD_TASK = "review-emergency", "emergency-often", "emergency-opened"
SOURCE, LONGEST_WORDS = "Break-glass", 2000

NOT_FOUND = Refused("not-found", "Nobody of this clinic has this family name and birth date.")
NO_REASON = Refused("reason-missing", "Choose why the record must be opened now.")
NO_WORDS = Refused("words-missing", f"Say in your own words what happened, in at most {LONGEST_WORDS} characters.")
IN_TEAM = Refused("in-care-team", "You are in this patient's care team: open the record from your own list.")
ANOTHER = Refused("one-at-a-time", "You have another record open for an emergency. Close it first.")
NOT_PROVED = Refused("factors-missing", "Enter your password and a new one-time code to open exactly this record.")
NO_VERDICT = Refused("verdict-missing", "Say whether opening the record was justified.")
OWN = Refused("own-emergency", "Nobody reviews an emergency of their own. Ask another compliance officer.")
REVIEWED = Refused("reviewed-before", "Somebody has reviewed this already.")
NOT_OPEN = Refused("not-open", "This record is not open for an emergency.")


@dataclass(frozen=True)
class Emergency:
    """Which record, and why: a code of `REASONS`, and words that stay in the record."""

    patient_id: UUID
    reason: str
    words: str

    def digest(self, account_id: UUID) -> str:
        """What the two factors are bound to: who, whom, and every word. Each part stands behind its length, so that none runs into the next."""
        parts = (str(account_id), str(self.patient_id), self.reason, self.words)
        return sha256("".join(f"{len(p)}:{p}" for p in parts).encode(errors="replace")).hexdigest()


@dataclass(frozen=True)
class GlassBroken:
    glass_id: UUID
    patient_id: UUID
    until: datetime


@dataclass(frozen=True)
class EmergencyClosed:
    patient_id: UUID


@dataclass(frozen=True)
class EmergencyReviewed:
    glass_id: UUID
    verdict: str


@deed
def break_glass(listing: OpenList, asked: Emergency, prove: Prove) -> GlassBroken | Refused:
    """Open one record for at most an hour. `prove` is asked last, bound to the digest of the request. Afterwards a job's wall stands."""
    with transaction.atomic():
        me = listing.by.account_id
        # In turn, so that two presses do not open two records.
        Account.objects.select_for_update(no_key=True).get(pk=me)
        answer: Refused | Proof = _refused(listing, asked) or prove(asked.digest(me))
        if isinstance(answer, Proof) and not holds(answer, account_id=me, digest=asked.digest(me), at=listing.at):
            answer = NOT_PROVED
        if isinstance(answer, Refused):
            return refuse_on_record(listing, BREAK, answer, subject=("patient", asked.patient_id))
        return _broken(listing, asked)


def _refused(listing: OpenList, asked: Emergency) -> Refused | None:
    if listing.purpose != FIND:
        return WRONG_KEY
    if asked.patient_id not in listing.patients:
        return NOT_FOUND
    if asked.reason not in REASONS:
        return NO_REASON
    if not asked.words.strip() or len(asked.words) > LONGEST_WORDS:
        return NO_WORDS
    if still_cares(listing.by.account_id, asked.patient_id, at=listing.at):
        return IN_TEAM
    mine = BrokenGlass.objects.filter(account=listing.by.account_id, ended_at=None, until__gt=listing.at)
    return ANOTHER if mine.exists() else None


def _broken(listing: OpenList, asked: Emergency) -> GlassBroken:
    me, at = listing.by.account_id, listing.at
    glass = BrokenGlass(
        clinic_id=listing.clinic_id, patient_id=asked.patient_id, account_id=me, reason=asked.reason, since=at, until=at + LASTS
    )  # fmt: skip
    glass.save(force_insert=True)
    chart = open_chart(listing.by, asked.patient_id, purpose="emergency", at=at)
    assert isinstance(chart, OpenChart), "the row that was just written opens this record"
    EmergencyWords(clinic_id=chart.clinic_id, patient_id=chart.patient_id, glass=glass, words=asked.words.strip()).save(
        force_insert=True
    )
    entry = Entry(chart.clinic_id, at, me, BREAK, purpose="emergency").about(chart.patient_id, "broken_glass", glass.id)
    record(entry, facts={"reason": asked.reason})
    _tell(glass, listing.by.name)
    return GlassBroken(glass.id, glass.patient_id, glass.until)


def _tell(glass: BrokenGlass, name: str) -> None:
    """At once: compliance has a task and a letter, whoever answers for the patient has both too. The letters name nobody."""
    job = open_job(glass.clinic_id, purpose="emergency notice", at=glass.since)
    lead = lead_of(glass.patient_id, at=glass.since)
    officers = officers_but(job, glass.account_id)
    _write(job, [*officers, *([lead.account_id] if lead and lead.account_id not in officers else [])])
    due = glass.since + REVIEWED_WITHIN
    said = "Read why, ask if needed, and say whether it was justified. Whoever opened it does not review it."
    open_desk_task(job, NewTask(
        REVIEW_TASK, "today", f"Review the emergency of {name}"[:200], said, SOURCE, REVIEW, due, next(iter(officers), None), glass.id,
    ), but=glass.account_id)  # fmt: skip
    said = "They are not in the care team. Read why in the chart, and speak with the patient."
    title = f"{name} opened this record for an emergency"[:200]
    owner = lead.account_id if lead else None
    task = NewTask(LEAD_TASK, "today", title, said, SOURCE, "record_contact", due, owner, glass.id)
    open_task(job, task, patient_id=glass.patient_id)
    _alarm_if_often(job, glass, name)


def officers_but(job: OpenJob, account_id: UUID) -> list[UUID]:
    """Every compliance officer in force but this one."""
    grants = RoleGrant.objects.filter(clinic=job.clinic_id, role=Role.COMPLIANCE, revoked_at=None, account__is_active=True)
    return list(grants.exclude(account=account_id).order_by("granted_at", "id").values_list("account_id", flat=True))


def _write(job: OpenJob, accounts: list[UUID]) -> None:
    for email in Account.objects.filter(pk__in=accounts, is_active=True).order_by("id").values_list("email", flat=True):
        post(job, kind="emergency", to=email, body={})


def _alarm_if_often(job: OpenJob, glass: BrokenGlass, name: str) -> None:
    mine = BrokenGlass.objects.filter(account=glass.account_id, since__gt=glass.since - SPAN, since__lte=glass.since)
    count = mine.count()
    if count <= OFTEN:
        return
    officers = officers_but(job, glass.account_id)
    said = f"{count} records in {SPAN.days} days. Speak with them; end the access if it was not for patients."
    title = f"{name} opens records for emergencies often"[:200]
    task = NewTask(OFTEN_TASK, "now", title, said, SOURCE, REVIEW, glass.since, next(iter(officers), None), glass.account_id)
    if open_tier(job, OFTEN_TASK, glass.account_id) is None:
        _write(job, officers)
    open_desk_task(job, task, but=glass.account_id)


@deed
def close_emergency(chart: OpenChart) -> EmergencyClosed | Refused:
    """Close the record before the hour is over: from this instant the key cannot be made again."""
    with transaction.atomic():
        if chart.purpose != "emergency" or chart.by is None:
            return refuse_on_record(chart, CLOSE, NOT_OPEN)
        mine = BrokenGlass.objects.filter(account=chart.by.account_id, patient_id=chart.patient_id, ended_at=None)
        if not mine.filter(until__gt=chart.at).update(ended_at=chart.at):
            return refuse_on_record(chart, CLOSE, NOT_OPEN)
        record(Entry(chart.clinic_id, chart.at, chart.by.account_id, CLOSE).about(chart.patient_id, "patient", chart.patient_id))
        return EmergencyClosed(chart.patient_id)


@deed
def review_emergency(listing: OpenList, glass_id: UUID, verdict: str) -> EmergencyReviewed | Refused:
    """A second person says whether it was justified. Where it was not, what is still open closes now."""
    with transaction.atomic():
        glass = BrokenGlass.objects.filter(pk=glass_id, clinic=listing.clinic_id).first()
        refused = NOT_HERE if glass is None else _review_refused(listing, glass, verdict)
        mine = BrokenGlass.objects.filter(pk=glass_id, reviewed_at=None)
        if refused is None and not mine.update(reviewed_by=listing.by.account_id, reviewed_at=listing.at, verdict=verdict):
            refused = REVIEWED
        if glass is None or refused is not None:
            return refuse_on_record(listing, REVIEW, refused or NOT_HERE, subject=("broken_glass", glass_id))
        if verdict == NOT_JUSTIFIED:
            BrokenGlass.objects.filter(pk=glass_id, ended_at=None, until__gt=listing.at).update(ended_at=listing.at)
        record(
            Entry(listing.clinic_id, listing.at, listing.by.account_id, REVIEW).about(glass.patient_id, "broken_glass", glass_id),
            facts={"verdict": verdict},
        )
        close_desk_tasks(listing, kind=REVIEW_TASK, subject_id=glass_id, why="reviewed")
        if not BrokenGlass.objects.filter(account=glass.account_id, clinic=listing.clinic_id, reviewed_at=None).exists():
            close_desk_tasks(listing, kind=OFTEN_TASK, subject_id=glass.account_id, why="every emergency reviewed")
        return EmergencyReviewed(glass_id, verdict)


def _review_refused(listing: OpenList, glass: BrokenGlass, verdict: str) -> Refused | None:
    me = listing.by.account_id
    if listing.purpose != "emergencies":
        return WRONG_KEY
    if glass.account_id == me or same_human(traits_of(glass.account_id), traits_of(me)):
        return OWN
    return None if verdict in VERDICTS else NO_VERDICT


def emergency_round(job: OpenJob) -> int:
    """What nobody reviewed within 72 hours becomes Now, and every officer is written to, once. Returns how many alarms were raised."""
    late = BrokenGlass.objects.filter(clinic=job.clinic_id, reviewed_at=None, since__lte=job.at - REVIEWED_WITHIN)
    return sum(_overdue(job, glass) for glass in late.select_related("account").order_by("since", "id"))


def _overdue(job: OpenJob, glass: BrokenGlass) -> bool:
    if open_tier(job, REVIEW_TASK, glass.id) == "now":
        return False
    close_desk_tasks(job, kind=REVIEW_TASK, subject_id=glass.id, why="overdue now")
    officers = officers_but(job, glass.account_id)
    said = "Nobody reviewed it within 72 hours. Do it now; whoever opened the record does not review it."
    title = f"Overdue: review the emergency of {glass.account.name}"[:200]
    due = glass.since + REVIEWED_WITHIN
    owner = next(iter(officers), None)
    task = NewTask(REVIEW_TASK, "now", title, said, SOURCE, REVIEW, due, owner, glass.id)
    open_desk_task(job, task, but=glass.account_id)
    _write(job, officers)
    return True
