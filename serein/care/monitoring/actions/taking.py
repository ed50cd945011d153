"""The dose diary. The amount is computed here from the plan's products; whoever writes only says whether and when.

A diary holds what happened, so nothing true is refused: a use above the plan's maximum of a day or of seven days is stored, then
answered with advice and a task.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from serein.care.access.reads import patient_card
from serein.care.evaluation.actions.own import not_the_patient, put_on_trail
from serein.care.planning.models import Plan
from serein.care.planning.text import Mistaken, printable
from serein.clinical import knowledge
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, house_looks, open_chart_in_job, refuse_on_record
from serein.foundation.people.models import Patient
from serein.foundation.people.permissions import Right
from serein.foundation.rows import new_id
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from ..days import AS_NEEDED, PER_WEEK, beyond, dose_day, local, usual_instant
from ..models import DoseEntry, DoseStatus
from ..reads.diary import Day, diary
from ..reads.regimen import planned_on
from ..regimen import DayDose, DayPlan

MISSED_TASK, ABOVE_TASK = "missed-doses", "above-maximum"
DAYS_BACK, LONGEST_REASON = 7, 300
NOT_PLANNED = Refused("not-planned", "Your plan has no such dose on that day. Please open the page again.")
OTHER_ANSWER = Refused("already-logged", "You have already told us about this dose. Undo that first, then tell us again.")
# One answer to somebody who helps, whatever the reason: another would tell them that a line is kept from them.
NOT_FROM_HERE = Refused("not-from-here", "This dose cannot be written down from here. Ask the person whom you help.")
NOT_YOURS = Refused("not-the-patient", "Only the patient, and whoever they let write there, writes in the dose diary.")
NO_ENTRY = Refused("no-entry", "This line is not in your diary.")


@dataclass(frozen=True)
class NewDose:
    """What the patient says. `day` and `taken_at` default to what the instant means at the patient's home; `reason` for an as-needed use."""

    slot: str
    status: str = DoseStatus.TAKEN
    day: date | None = None
    taken_at: datetime | None = None
    reason: str = ""
    private: bool = False


@dataclass(frozen=True)
class Logged:
    """`again`: it stood in the diary already and nothing was added. `advice`: empty, or unsure, missed, several-missed, above-maximum,
    above-week."""

    entry_id: UUID
    day: date
    slot: str
    mg: Decimal
    again: bool = False
    advice: str = ""


@dataclass(frozen=True)
class Undone:
    entry_id: UUID
    again: bool = False


@dataclass(frozen=True)
class _Meant:
    """A dose with its day, its plan and the instant at which it was taken."""

    day: date
    plan: DayPlan
    dose: DayDose
    taken_at: datetime | None
    reason: str


@deed
@transaction.atomic
def log_dose(chart: OpenChart, new: NewDose) -> Logged | Mistaken | Refused:
    """Write one dose into the diary: taken, missed, or not sure. The same said twice is one line; something else needs an undo first.

    Somebody who helps writes here too, in their own name. What they are answered rests on what they may see; what the clinic is told rests on
    the whole diary.
    """
    if chart.by is None or Right.LOG not in chart.may:
        return refuse_on_record(chart, "log_dose", NOT_YOURS)
    if _own(chart):
        return _logged(chart, new)
    try:
        with transaction.atomic():
            said = _logged(chart, replace(new, private=False))
    except IntegrityError:  # a line that is kept from them stands for this dose
        said = refuse_on_record(chart, "log_dose", OTHER_ANSWER)
    return NOT_FROM_HERE if isinstance(said, Refused) else said


def _own(chart: OpenChart) -> bool:
    return chart.by is not None and chart.by.patient_id == chart.patient_id


def _logged(chart: OpenChart, new: NewDose) -> Logged | Mistaken | Refused:
    if new.status not in DoseStatus.values or (new.slot == AS_NEEDED and new.status != DoseStatus.TAKEN):
        return Mistaken((("status", "Choose one answer."),))
    Patient.objects.select_for_update(no_key=True).get(pk=chart.patient_id)  # two presses at once are told one after the other
    meant = _meant(chart, new)
    if isinstance(meant, Mistaken):
        return meant
    if isinstance(meant, Refused):
        return refuse_on_record(chart, "log_dose", meant)
    standing = None if new.slot == AS_NEEDED else _live(chart).filter(dose_day=meant.day, slot=new.slot).first()
    if standing is not None:
        if standing.status != new.status:
            return refuse_on_record(chart, "log_dose", OTHER_ANSWER, subject=("dose_entry", standing.id))
        return Logged(standing.id, standing.dose_day, standing.slot, standing.mg, again=True)
    return _write(chart, new, meant)


def _live(chart: OpenChart) -> QuerySet[DoseEntry]:
    return DoseEntry.objects.filter(patient=chart.patient_id, undone_at=None)


def _meant(chart: OpenChart, new: NewDose) -> _Meant | Mistaken | Refused:
    zone = patient_card(chart).time_zone
    now_day = dose_day(chart.at, zone, new.slot)
    day = new.day or now_day
    today = local(chart.at, zone).date()
    if not today - timedelta(days=DAYS_BACK) <= day <= today:
        return Mistaken((("day", f"Choose today or one of the {DAYS_BACK} days before."),))
    plan = planned_on(chart, day)
    dose = plan.dose(new.slot) if plan else None
    if plan is None or dose is None:
        return NOT_PLANNED
    reason = new.reason.strip()
    if new.slot == AS_NEEDED and not reason:
        return Mistaken((("reason", "Say why you took it."),))
    if len(reason) > LONGEST_REASON or not printable(reason):
        return Mistaken((("reason", f"Use {LONGEST_REASON} ordinary characters or fewer."),))
    taken = new.taken_at or (chart.at if day == now_day else usual_instant(day, zone, new.slot))
    if new.status != DoseStatus.TAKEN:
        return _Meant(day, plan, dose, None, reason)
    # The next day until evening still counts: somebody who took it late is not told that it never was.
    if taken > chart.at or not timedelta(0) <= local(taken, zone).date() - day <= timedelta(days=1):
        return Mistaken((("taken_at", "Check the time: it must be on that day and not later than now."),))
    return _Meant(day, plan, dose, taken, reason)


def _write(chart: OpenChart, new: NewDose, meant: _Meant) -> Logged:
    assert chart.by is not None
    row = DoseEntry(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, plan_id=meant.plan.plan_id, status=new.status, slot=new.slot,
        dose_day=meant.day, taken_at=meant.taken_at, parts=[p.as_json() for p in meant.dose.parts], mg=meant.dose.mg, reason=meant.reason,
        recorded_at=chart.at, recorded_by_id=chart.by.account_id, private=new.private,
    )  # fmt: skip
    row.save(force_insert=True)
    put_on_trail(chart, "log_dose", ("dose_entry", row.id), status=new.status, slot=new.slot)
    return Logged(row.id, meant.day, new.slot, meant.dose.mg, advice=_advised(chart, new, meant))


def _advised(chart: OpenChart, new: NewDose, meant: _Meant) -> str:
    """What to do next, and the task for the clinic where one is due. A helper's key shows neither lines kept from them nor the clinic's tasks,
    so for them the two are asked apart."""
    if _own(chart):
        return _told(chart, meant, _advice(chart, new, meant))
    with house_looks(chart, purpose="whole diary") as job:
        whole = open_chart_in_job(job, chart.patient_id)
        _told(whole, meant, _advice(whole, new, meant))
    return _advice(chart, new, meant)


def _told(chart: OpenChart, meant: _Meant, advice: str) -> str:
    if advice == "several-missed":
        _tell(chart, meant, MISSED_TASK, "Several doses missed, as the patient says", "Missing doses can bring withdrawal on")
    if advice in ("above-maximum", "above-week"):
        often = "in a day" if advice == "above-maximum" else "in seven days"
        _tell(
            chart, meant, ABOVE_TASK, f"More as-needed doses {often} than the plan allows", "The patient logged more than agreed"
        )
    return advice


def _advice(chart: OpenChart, new: NewDose, meant: _Meant) -> str:
    if new.status == DoseStatus.UNSURE:
        return "unsure"
    days = diary(chart, meant.day - timedelta(days=2), meant.day + timedelta(days=1))
    if new.status == DoseStatus.MISSED:
        return "several-missed" if _several_missed(days, meant.day) else "missed"
    return _advice_on_use(chart, meant) if new.slot == AS_NEEDED else ""


def _advice_on_use(chart: OpenChart, meant: _Meant) -> str:
    days = diary(chart, meant.day - PER_WEEK, meant.day + PER_WEEK)
    return {"": "", "day": "above-maximum"}.get(_beyond(days, days[PER_WEEK.days]), "above-week")


def _several_missed(days: tuple[Day, ...], on: date) -> bool:
    """So many planned doses in a row as the rule names, or a whole day without one; silence breaks the row: it is not known."""
    doses = [(d, d.line(x.slot)) for d in days if d.plan for x in d.plan.fixed]
    run = longest = 0
    for day, line in doses:
        run = run + 1 if line is not None and line.status == DoseStatus.MISSED else 0
        longest = max(longest, run if abs((day.day - on).days) <= 1 else 0)
    whole = any(d.day == on and d.plan and d.plan.fixed and d.state == DoseStatus.MISSED for d in days)
    return whole or longest >= knowledge.load().rule("missed-doses-in-a-row").value


def _tell(chart: OpenChart, meant: _Meant, kind: str, title: str, why: str) -> None:
    owner = Plan.objects.values_list("written_by_id", flat=True).get(pk=meant.plan.plan_id)
    open_task(
        chart,
        NewTask(
            kind=kind, tier="today", title=title, why=f"{why}.", source="Diary, by the patient", finished_by="record_contact",
            due_at=chart.at + timedelta(hours=24), owner_id=owner,
        ),
    )  # fmt: skip


@deed
@transaction.atomic
def undo_dose(chart: OpenChart, entry_id: UUID) -> Undone | Refused:
    """Take a line back. It stays in the record, marked; undoing twice is undoing once."""
    if refused := not_the_patient(chart, "undo_dose"):
        return refused
    row = DoseEntry.objects.filter(pk=entry_id, patient=chart.patient_id).first()
    if row is None:
        return refuse_on_record(chart, "undo_dose", NO_ENTRY)
    if _live(chart).filter(pk=entry_id).update(undone_at=chart.at) != 1:
        return Undone(entry_id, again=True)
    put_on_trail(chart, "undo_dose", ("dose_entry", entry_id), status=row.status, slot=row.slot)
    _close_what_is_gone(chart, row)
    return Undone(entry_id)


def _close_what_is_gone(chart: OpenChart, row: DoseEntry) -> None:
    days = diary(chart, row.dose_day - timedelta(days=2), row.dose_day + timedelta(days=1))
    if row.status == DoseStatus.MISSED and not _several_missed(days, row.dose_day):
        close_tasks(chart, kind=MISSED_TASK, why="the patient took the entry back")
    if row.slot == AS_NEEDED and not _still_beyond(chart, row.dose_day):
        close_tasks(chart, kind=ABOVE_TASK, why="the patient took the entry back")


def _still_beyond(chart: OpenChart, day: date) -> bool:
    """Any day around the one that was taken back: it may have stood in the week of each of them."""
    days = diary(chart, day - 2 * PER_WEEK, day + 2 * PER_WEEK)
    return any(_beyond(days, d) for d in days if abs(d.day - day) <= PER_WEEK)


def _beyond(days: tuple[Day, ...], here: Day) -> str:
    dose = here.plan.as_needed if here.plan else None
    if dose is None:
        return ""
    a_day = dose.most_a_day or 1
    return beyond({d.day: len(d.uses) for d in days}, here.day, most_a_day=a_day, most_a_week=dose.most_a_week or 7 * a_day)
