"""One patient's chart: what needs somebody first, then what is known and from where, then what was agreed and done."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html

from serein.care.access.reads import coming_of_age, contact_choice, identity_proofs, provider_proofs, told_of_emergency
from serein.care.continuity.reads import open_handover, received, responsible
from serein.care.evaluation.reads import AnswerLine, EntryLine, Evaluation, evaluation
from serein.care.evaluation.reads.birth_date import BirthDateLine, birth_date_findings
from serein.care.monitoring.actions.contacting import ABOUT, EMERGENCY_TASK
from serein.care.planning.reads import PlanCard, plan_in_force, plans
from serein.care.prescribing.reads.drafts import open_drafts
from serein.care.prescribing.reads.prescriptions import PrescriptionCard, prescriptions
from serein.care.tapering.reads import dose_in_force, running_taper
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.permissions import Right
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.foundation.tasks.reads import OpenTask, tasks_of_patient
from serein.interfaces.web.shell.parts import Action, Card, Cell, Column, Event, Input, Table, TableRow
from serein.interfaces.web.shell.tall_man import tall_man

from .banner import banner
from .desk import chart_page
from .offered import may
from .panel import NEXT
from .templatetags.clinician import instant
from .watch import watching

MOST_CARDS, LATEST_EVENTS = 3, 5
KINDS = {"medicine": "Medicines", "condition": "Conditions", "allergy": "Allergies", "observation": "Measurements"}
PROVENANCE = {"patient": "told by the patient", "imported": "imported", "clinician": "recorded here"}


@dataclass(frozen=True)
class Happening:
    """One thing that happened, for the timeline."""

    at: datetime
    what: str
    by: str = ""


@chart_page
def chart(request: HttpRequest, key: OpenChart) -> HttpResponse:
    zone = clinic_card(key.clinic_id).time_zone
    seen, tasks, versions, signed = evaluation(key), tasks_of_patient(key), plans(key), prescriptions(key)
    events = [Event(instant(h.at, zone), h.what, h.by) for h in happenings(seen, versions, signed, birth_date_findings(key))]
    context: dict[str, Any] = {
        "banner": banner(key), "zone": zone, "cards": [card_of(key, t, zone) for t in tasks[:MOST_CARDS]], "more": tasks[MOST_CARDS:],
        "seen": seen, "sections": sections(seen), "records": records(key, seen, zone), "in_force": plan_in_force(key),
        "newest": next(iter(versions), None), "plan_count": len(versions), "prescriptions": signed, "drafts": open_drafts(key),
        "heading": heading(len(tasks)), "latest": events[:LATEST_EVENTS], "earlier": events[LATEST_EVENTS:],
    }  # fmt: skip
    context |= tapering(key) | {
        "watching": watching(key),
        "responsible": responsible(key),
        "handover": open_handover(key),
        "received": received(key),
        "emergencies": told_of_emergency(key),
        "reach": contact_choice(key),
        "of_age": coming_of_age(key),
        "identity": next(iter(identity_proofs(key)), None),
        "vouched": provider_proofs(key)[:1],
        # Whoever changes the care team is a clinician of it, not on the rota and not in an emergency.
        "keeps_notes": Right.TEAM in key.may,
    }
    return render(request, "clinician/chart.html", context)


def tapering(key: OpenChart) -> dict[str, Any]:
    """The running taper, where it stands, and both doses while a change is unconfirmed."""
    course, on = running_taper(key), clinic_day(key.clinic_id, key.at)
    if course is None:
        return {"taper": None, "dose": None}
    return {
        "taper": course, "taper_step": len(course.reached(on)), "taper_next": course.coming(on), "dose": dose_in_force(key, on),
    }  # fmt: skip


def heading(count: int) -> str:
    if not count:
        return "Nothing needs you now"
    return "1 thing needs you" if count == 1 else f"{count} things need you"


def card_of(key: OpenChart, task: OpenTask, zone: str) -> Card:
    """A task as a card: the fact, why, one action that does the thing, and where it comes from."""
    text, url = NEXT.get(task.kind, ("", ""))
    if not may(frozenset(key.may), url.removeprefix("clinician:")):
        text, url = "", ""
    if task.kind == EMERGENCY_TASK and key.purpose == "emergency":
        return Card(task.tier, task.title, task.why, code=task.kind, id=f"task-{task.id}")
    if task.kind in ABOUT:
        href = reverse("clinician:contact", args=[key.patient_id, task.kind])
        where = (Input(task.source, instant(task.opened_at, zone)),)
        action = (Action("Record a contact", href, f"for: {task.title}"),)
        return Card(task.tier, task.title, task.why, inputs=where, actions=action, code=task.kind, id=f"task-{task.id}")
    here = url in ("", "clinician:chart")
    actions: tuple[Action, ...] = () if here else (Action(text, reverse(url, args=[key.patient_id]), f"for: {task.title}"),)
    if task.kind == "read-intake":
        actions = (
            Action("Read the answers", "#answers"),
            *(
                (Action("Write the plan", reverse("clinician:plan", args=[key.patient_id])),)
                if may(frozenset(key.may), "plan")
                else ()
            ),
        )
    where = (Input(task.source, instant(task.opened_at, zone)),)
    return Card(task.tier, task.title, task.why, inputs=where, actions=actions, code=task.kind, id=f"task-{task.id}")


@dataclass(frozen=True)
class Section:
    """One part of the intake. `noes` are the questions answered by a bare no, told in one line: what is there must not drown in what is not."""

    name: str
    lines: tuple[AnswerLine, ...]
    noes: tuple[str, ...]


def sections(seen: Evaluation) -> list[Section]:
    """The answers by section of the intake, in the order of its questions."""
    found = []
    for name, group in groupby(seen.answers, key=lambda a: a.section):
        lines = list(group)
        noes = tuple(a.short for a in lines if a.words == ("No",))
        found.append(Section(name, tuple(a for a in lines if a.words != ("No",)), noes))
    return found


def records(key: OpenChart, seen: Evaluation, zone: str) -> list[Table]:
    """Medicines, conditions, allergies, measurements; each with where it is known from."""
    columns = (Column("What"), Column("Since"), Column("Known from"), Column("Passed on"))
    found = []
    for kind, title in KINDS.items():
        rows = [_record(key, e, zone) for e in seen.entries if e.kind == kind]
        if rows:
            found.append(Table(title, columns, rows, stack=True))
    return found


def _record(key: OpenChart, entry: EntryLine, zone: str) -> TableRow:
    status = "" if entry.status == "active" else entry.status
    since = f"since {entry.since:%d-%b-%Y}" if entry.since else "since when is not said"
    known = f"{PROVENANCE.get(entry.provenance, entry.provenance)}: {entry.source}"
    return TableRow(
        (
            Cell(tall_man(entry.words), status, header=True),
            Cell(since),
            Cell(known, instant(entry.recorded_at, zone)),
            _passed_on(key, entry),
        )
    )


def _passed_on(key: OpenChart, entry: EntryLine) -> Cell:
    if entry.segment:
        return Cell("Only with consent: substance-use record")
    if Right.PREPARE not in key.may:
        return Cell("In handovers")
    href = reverse("clinician:segment", args=[key.patient_id, entry.id])
    words = "In handovers. <a class='govuk-link' href='{}'>Withhold<span class='govuk-visually-hidden'>: {}</span></a>"
    return Cell(format_html(words, href, entry.words))


def happenings(
    seen: Evaluation, versions: tuple[PlanCard, ...], signed: tuple[PrescriptionCard, ...], born: tuple[BirthDateLine, ...] = ()
) -> list[Happening]:
    """Everything that happened, newest first."""
    found = [Happening(r.answered_at, f"{r.name} answered", "the patient") for r in seen.results]
    if seen.submitted_at:
        found.append(Happening(seen.submitted_at, "Intake sent", "the patient"))
    found += [Happening(a.at, f"Assessed: {a.judgement}, {a.how}", a.by) for a in reversed(seen.assessments)]
    found += [Happening(b.at, f"Date of birth settled: {b.right:%d-%b-%Y}, not {b.wrong:%d-%b-%Y}. {b.why}", b.by) for b in born]
    found += [*_of_plans(versions), *_of_prescriptions(signed)]
    # Turned round as a whole: what happened in one minute stays in the order in which it can have happened.
    return sorted(found, key=lambda h: h.at)[::-1]


def _of_plans(versions: tuple[PlanCard, ...]) -> list[Happening]:
    found = []
    for plan in reversed(versions):
        if plan.sent_at:
            found.append(Happening(plan.sent_at, f"Plan {plan.version} sent to the patient", plan.written_by))
        for reply in plan.replies:
            done = "agreed to" if reply.answer == "agree" else "asked about"
            found.append(Happening(reply.at, f"Plan {plan.version} {done}", reply.by))
        if plan.closed_at and plan.sent_at:
            found.append(Happening(plan.closed_at, f"Plan {plan.version} {plan.state_words.lower()}"))
    return found


def _of_prescriptions(signed: tuple[PrescriptionCard, ...]) -> list[Happening]:
    found = []
    for one in reversed(signed):
        found.append(Happening(one.signed_at, f"Prescription signed, {one.content.quantity_words}", one.signed_by))
        if one.dispensed_at:
            found.append(Happening(one.dispensed_at, "Dispensed", f"{one.dispensed_by}, {one.pharmacy}"))
        if one.cancelled_at:
            found.append(Happening(one.cancelled_at, f"Prescription cancelled: {one.cancelled_why}", one.cancelled_by))
    return found
