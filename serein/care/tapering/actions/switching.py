"""Keep a switch to diazepam as a draft. From there it is sent, agreed to, held and confirmed like every other version of a taper."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from serein.care.evaluation.actions.record import NewEntry, Recorded, record_entry
from serein.care.planning.text import TIMES, Mistaken
from serein.care.prescribing.reads.prescriptions import supplies
from serein.clinical.case import Concept, Dosage, Medicine, Timing
from serein.clinical.quantities import Amount, Interval, Unit, plain
from serein.clinical.taper import Pace, Plan, Request, Step, TimedDose
from serein.clinical.taper.amounts import Parts, Shelf
from serein.clinical.taper.switch import DIAZEPAM, Switch
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card
from serein.foundation.tasks.actions import close_tasks

from .. import reads
from ..reads.switches import still_as_json
from ..reads.taken import TakenEntry, taken_now
from ..switching import Looked, NoSwitch, Person, SwitchText, look, plan_too_low, settle_days
from .proposing import UNCONFIRMED, NewCourse, Proposed, store
from .recording import NOT_CLINICIAN, RESUME_TASK, clinic_today, clinician, one_at_a_time, refuse

POLICY = "switch"
NO_PLAN = ("no-plan", "Write the plan first: it names the diazepam that the switch leads to.")
TAPER_RUNS = ("taper-runs", "A reduction runs. Hold it and plan the rest there; nothing is switched in the middle of it.")
SWITCHED = ("switched", "Every dose is switched. Plan the reduction from here.")
SUPPLIED = (
    "diazepam-supplied",
    "Diazepam is prescribed already. A switch starts from none: cancel that supply, or wait until it is used up.",
)
ONE_DAY = Interval(Decimal(24))


@deed
def previewed_switch(chart: OpenChart, text: SwitchText) -> Looked | NoSwitch | Mistaken:
    """What `propose_switch` would store, without storing it. Of a switch that runs, the rest: what is diazepam already stays as it is."""
    on, running = clinic_today(chart), reads.running_taper(chart)
    taken = taken_now(chart, on)
    who = Person(taken.age_years, taken.liver_disease, chart.by.name if chart.by else "")
    if running is not None and running.switch is not None:
        text = _rest_of(chart, running, text)
        wrong = _too_soon(running, text, on)
        if wrong is not None:
            return wrong
    return look(text, who, on=on, jurisdiction=clinic_card(chart.clinic_id).jurisdiction)


def _rest_of(chart: OpenChart, running: reads.TaperCard, text: SwitchText) -> SwitchText:
    """The text with what the record knows better: which doses are still to be switched, and which are diazepam already."""
    now = reads.dose_in_force(chart, clinic_today(chart))
    assert now is not None and running.switch is not None, "a taper that runs has a dose in force"
    return replace(
        text, substance=running.switch.substance, doses=tuple((d.at, plain(d.mg)) for d in now.still),
        already=tuple((d.at, plain(d.mg)) for d in now.parts), tablets=running.switch.tablets, halves=running.switch.halves,
    )  # fmt: skip


def _too_soon(running: reads.TaperCard, text: SwitchText, on: date) -> Mistaken | None:
    """The rest is never faster than what was agreed: no dose is switched before its day."""
    reached = running.reached(on)
    coming = next((s.from_on for s in running.steps if not reached or s.number > reached[-1].number), on)
    if running.hold is not None and running.hold.until_on is not None:
        coming = max(coming, running.hold.until_on)
    if text.starts_on < coming:
        return Mistaken((("starts_on", f"The next dose was to be switched on {coming:%d-%b-%Y}: not before that day."),))
    if running.switch is not None and text.every_days < running.switch.every_days:
        return Mistaken((("every_days", f"{running.switch.every_days} days were agreed: the same, or more."),))
    return None


@deed
@transaction.atomic
def propose_switch(chart: OpenChart, text: SwitchText) -> Proposed | NoSwitch | Mistaken | Refused:
    """Keep a switch as draft: the open draft is rewritten, otherwise a new version begins. Nothing changes for the patient. What is taken now is
    written to the record where it says otherwise."""
    deed, by, today = "propose_switch", clinician(chart), clinic_today(chart)
    if by is None:
        return refuse(chart, deed, NOT_CLINICIAN)
    one_at_a_time(chart)
    running, plan = reads.running_taper(chart), reads.plan_for_switch(chart)
    stands = _against(chart, running, today)
    if stands is not None or plan is None:
        return refuse(chart, deed, stands or NO_PLAN)
    found = previewed_switch(chart, text)
    if not isinstance(found, Looked):
        return found
    wrong = plan_too_low(plan.daily_mg, found)
    if wrong is not None:
        return wrong
    instead_of = running.switch.instead_of if running and running.switch else _recorded(chart, found, today)
    if isinstance(instead_of, Refused):
        return instead_of
    new = NewCourse(
        plan.id, _request(found), _plan(found), running.id if running else None, "The rest of the switch" if running else "",
        switch=_as_json(found, text, instead_of, running),
        facts={"from": found.request.substance, "choice": choice_digest(found, text)},
    )  # fmt: skip
    if running is not None:
        close_tasks(chart, kind=RESUME_TASK, why="the rest was planned", subject_id=running.id)
    return store(chart, by, new, deed)


def _against(chart: OpenChart, running: reads.TaperCard | None, today: date) -> tuple[str, str] | None:
    if running is None:
        return SUPPLIED if any(s.last_day >= today for s in supplies(chart)) else None
    if running.switch is None:
        return TAPER_RUNS
    now = reads.dose_in_force(chart, today)
    if now is not None and now.unconfirmed_change is not None:
        return UNCONFIRMED
    return SWITCHED if running.switched_all else None


def _recorded(chart: OpenChart, found: Looked, today: date) -> frozenset[str] | Refused:
    """The references whose place the switch takes. Where the record says another daily dose, or nothing, what was typed is written to it."""
    entries = taken_now(chart, today).of(found.request.substance)
    mg = sum((mg for _, mg in found.request.doses), Decimal(0))
    if entries and sum((e.daily_mg for e in entries if e.daily_mg is not None), Decimal(0)) == mg:
        return frozenset(e.reference for e in entries)
    medicine = _medicine(found, today)
    told = record_entry(chart, NewEntry(medicine, medicine.medicine.words, replaces=_first(entries)))
    if not isinstance(told, Recorded):
        return told
    return frozenset({medicine.reference, *(e.reference for e in entries)})


def _first(entries: tuple[TakenEntry, ...]) -> UUID | None:
    return next((e.entry_id for e in entries if e.entry_id is not None), None)


def _medicine(found: Looked, today: date) -> Medicine:
    doses = tuple(
        Dosage(text=f"{plain(mg)} mg {TIMES[at]}", low=Amount(mg, Unit.MG), timing=Timing(times=Decimal(1), per=ONE_DAY))
        for at, mg in found.request.doses
    )
    return Medicine(
        reference=f"before a switch, {today:%d-%b-%Y}", medicine=Concept(text=found.request.substance), dosages=doses, source="statement"
    )  # fmt: skip


def _request(found: Looked) -> Request:
    """What readers of a taper need: the diazepam before the first step, and where it ends."""
    asked, slots = found.request, tuple(d.at for d in found.switch.steps[-1].doses)
    before = sum((mg for _, mg in asked.already), Decimal(0))
    return Request(
        substance=DIAZEPAM, daily_dose_mg=before, start_on=asked.start_on, pace=Pace(Decimal(0), asked.every_days),
        goal_mg=found.switch.diazepam_mg, products=asked.diazepam, times=slots,
    )  # fmt: skip


def _plan(found: Looked) -> Plan:
    """The diazepam of each step. The last one is kept until a reduction is planned: its days are those before the first cut."""
    steps, before = [], _request(found).daily_dose_mg
    for one in found.switch.steps:
        doses = tuple(TimedDose(d.at, d.mg, d.parts) for d in one.doses if d.substance == DIAZEPAM)
        mg = sum((d.mg for d in doses), Decimal(0))
        days = settle_days() if one is found.switch.steps[-1] else one.days
        steps.append(
            Step(
                number=one.number, from_=one.from_, days=days, daily_mg=mg, cut_mg=before - mg, cut_percent=Decimal(0), terminal=False,
                doses=doses,
            )
        )  # fmt: skip
        before = mg
    return Plan(POLICY, tuple(steps), steps[-1].from_, _supply(found.switch), found.checks)


def _supply(found: Switch) -> tuple[tuple[str, Decimal], ...]:
    """Diazepam for the days of the switch, of each product."""
    units: dict[str, Decimal] = {}
    for step in found.steps:
        days = settle_days() if step is found.steps[-1] else step.days
        for dose in step.doses:
            for product, each in dose.parts.units if dose.substance == DIAZEPAM else ():
                units[product] = units.get(product, Decimal(0)) + each * days
    return tuple(units.items())


def _as_json(found: Looked, text: SwitchText, instead_of: frozenset[str], running: reads.TaperCard | None) -> dict[str, object]:
    asked, shelf = found.request, Shelf(found.request.products, total_of(found))
    before = [{"at": at, "mg": plain(mg), "parts": _tablets(shelf.parts_of(shelf.grains(mg) or 0))} for at, mg in asked.doses]
    low, high = found.switch.range_mg
    return {
        "substance": asked.substance, "every_days": asked.every_days, "despite": text.despite.strip(), "before": before,
        "equivalence": {
            "low_mg": plain(low), "high_mg": plain(high), "tables": list(found.switch.tables), "chosen_mg": plain(asked.chosen_mg),
            "by": asked.chosen_by, "why": text.why.strip(),
        },
        "tablets": list(text.tablets) if running is None or running.switch is None else list(running.switch.tablets),
        "halves": text.halves if running is None or running.switch is None else running.switch.halves,
        "steps": [still_as_json(s, asked.substance) for s in found.switch.steps], "instead_of": sorted(instead_of),
        "person": {"age_years": str(asked.age_years) if asked.age_years is not None else None, "liver_disease": asked.liver_disease},
    }  # fmt: skip


def choice_digest(found: Looked, text: SwitchText) -> str:
    """Of the value that was chosen, from which range, by whom and why: the trail holds no dose and no words, but tells them apart."""
    chosen = [
        found.request.substance,
        *map(plain, found.switch.range_mg),
        plain(found.switch.chosen_mg),
        found.switch.chosen_by,
        text.why.strip(),
    ]
    return sha256(json.dumps(chosen, ensure_ascii=True).encode()).hexdigest()


def total_of(found: Looked) -> Decimal:
    return sum((mg for _, mg in found.request.doses), Decimal(0))


def _tablets(parts: Parts) -> list[dict[str, str]]:
    return [{"mg": tablet, "units": plain(units)} for tablet, units in parts.units]
