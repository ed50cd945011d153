"""The emergency card, gathered from the stages before."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from serein.care.access.reads import patient_card
from serein.care.evaluation.answering import BY_KEY, chosen, in_words, live
from serein.care.evaluation.reads import case_of, last_intake
from serein.care.monitoring.reads import planned_on
from serein.care.planning.reads import plan as one_plan
from serein.care.prescribing.reads.prescriptions import PrescriptionCard, prescriptions
from serein.care.tapering.reads import dose_in_force, running_taper
from serein.care.tapering.reads.taken import switched_away
from serein.clinical import knowledge
from serein.clinical.case import Known, Medicine
from serein.clinical.quantities import plain
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart

from ..card import Change, EmergencyCard, HandedOut


@shown
def emergency_card(chart: OpenChart) -> EmergencyCard:
    """What somebody must know who finds this patient today. Where the patient got a medicine from stays in the record."""
    who = patient_card(chart)
    today = _day(chart.at, who.time_zone)
    case, known = case_of(chart, today), knowledge.load()
    given = [p for p in prescriptions(chart) if p.dispensed_at is not None]
    dose, gone = _dose(chart, today), switched_away(chart)
    return EmergencyCard(
        patient_id=who.id, name=who.name, birth_date=who.birth_date, as_of=today, doses=dose.lines, most_a_day=dose.most_mg, change=dose.change,
        since=min((_day(p.dispensed_at, who.time_zone) for p in given if p.dispensed_at), default=None),
        handed_out=_handed_out(given, who.time_zone), used_elsewhere=_told_use(chart),
        others=tuple(_medicine_words(m) for m in case.medicines if m.reference not in gone), others_known=case.medicines_known is Known.YES,
        opioids=case.circumstances.opioids, allergies=tuple(a.concept.words for a in case.allergies),
        allergies_known=case.allergies_known is Known.YES, knowledge=known.version, confirmed=known.confirmed,
    )  # fmt: skip


@dataclass(frozen=True)
class _Dose:
    lines: tuple[str, ...] = ()
    most_mg: str = ""
    change: Change | None = None


def _dose(chart: OpenChart, today: date) -> _Dose:
    """The dose in force, of the plan or the taper, and what may be taken beside it when needed. While a change waits to be confirmed, the
    higher of its two doses is the most: whoever has not changed yet still takes it.
    """
    day, tapered = planned_on(chart, today), dose_in_force(chart, today) if running_taper(chart) else None
    plan = one_plan(chart, day.plan_id) if day else None
    as_needed = tuple(w for w, d in zip(plan.dose_lines, plan.text.doses, strict=True) if d.max_per_day) if plan else ()
    if tapered is None:
        fixed = tuple(w for w, d in zip(plan.dose_lines, plan.text.doses, strict=True) if not d.max_per_day) if plan else ()
        return _Dose((*fixed, *as_needed), plain(day.most_mg) if day else "")
    change = tapered.unconfirmed_change
    highest = max(tapered.mg, change.from_mg, change.to_mg) if change else tapered.mg
    steps = (*(d.words for d in tapered.parts), *(d.words for d in tapered.still)) or (
        (f"{plain(tapered.mg)} mg a day",) if tapered.mg else ()
    )
    return _Dose(
        (*steps, *as_needed), plain(highest + (day.most_mg - day.mg if day else 0)),
        Change(change.on, plain(change.from_mg), plain(change.to_mg)) if change else None,
    )  # fmt: skip


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _handed_out(given: list[PrescriptionCard], zone: str) -> HandedOut | None:
    newest = max(given, key=lambda p: p.dispensed_at or p.signed_at, default=None)
    if newest is None or newest.dispensed_at is None:
        return None
    c = newest.content
    medicine = f"{c.medicine.drug} {c.medicine.strength} {c.medicine.form}"
    return HandedOut(medicine, c.quantity_words, c.directions, _day(newest.dispensed_at, zone))


def _medicine_words(medicine: Medicine) -> str:
    how = "; ".join(d.text for d in medicine.dosages if d.text)
    return f"{medicine.medicine.words}, {how}" if how else medicine.medicine.words


def _told_use(chart: OpenChart) -> str:
    """How long, in the patient's own answer, where such a medicine is used now or was within the last month."""
    intake = last_intake(chart)
    told = live(intake.answers) if intake else {}
    if not chosen(told.get("benzo_use", {})) & {"now", "lately"}:
        return ""
    long = told.get("benzo_long", {})
    return " ".join(in_words(BY_KEY["benzo_long"], long)) if long.get("number") else "not known how long"
