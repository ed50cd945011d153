"""Patients who need you: four counts, one row a patient, why in one sentence and from where, one next action."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from serein.care.access.reads import PatientCard, patient_cards
from serein.care.evaluation.reads import Overview, evaluations_overview
from serein.care.planning.reads import PlanLine, plans_in_force
from serein.foundation.people.keys import OpenList, Refused, open_list
from serein.foundation.people.persons import Person, clinic_card, clinic_day
from serein.foundation.tasks.reads import OpenTask, tasks_of_my_patients
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.pages import refused_page
from serein.interfaces.web.shell.parts import TIERS

from .templatetags.clinician import instant
from .words import age_line, staff_name

# Which page does what finishes a task. A kind that is not here leads to the chart.
NEXT = {
    "assess-risk": ("Assess", "clinician:risk"),
    "ask-item": ("Assess", "clinician:risk"),
    "read-intake": ("Read", "clinician:chart"),
    "answer-plan-question": ("Answer", "clinician:plans"),
    "prescribe-agreed-plan": ("Prescribe", "clinician:plans"),
    "taper-step-silent": ("Decide", "clinician:taper"),
    "taper-step-unconfirmed": ("Ask", "clinician:taper"),
    "prescribe-taper-step": ("Prescribe", "clinician:taper"),
    "answer-taper-wish": ("Answer", "clinician:taper"),
    "resume-taper": ("Plan the rest", "clinician:taper"),
    "review-due": ("Review", "clinician:review"),
    "supply-ending": ("Prescribe", "clinician:plans"),
}


@dataclass(frozen=True)
class Row:
    """One patient. `more` counts what else is open for the same patient: it stands in the chart, not in a second row."""

    patient_id: UUID
    tier: str
    name: str
    about: str
    why: str
    source: str
    plan: str
    plan_sub: str
    action: str
    href: str
    more: int


def rows(listing: OpenList) -> list[Row]:
    """The most pressing first; patients for whom nothing is open come last, by name."""
    on, zone = clinic_day(listing.clinic_id, listing.at), clinic_card(listing.clinic_id).time_zone
    open_tasks: dict[UUID, list[OpenTask]] = {}
    for task in tasks_of_my_patients(listing):
        open_tasks.setdefault(task.patient_id, []).append(task)
    plans = {line.patient_id: line for line in plans_in_force(listing)}
    seen = evaluations_overview(listing)
    found = [
        _row(card, open_tasks.get(card.id, []), plans.get(card.id), seen.get(card.id), on, zone)
        for card in patient_cards(listing)
    ]
    order = list(TIERS)
    return sorted(found, key=lambda r: (order.index(r.tier), _pressing(open_tasks.get(r.patient_id, [])), r.name))


def _pressing(tasks: Sequence[OpenTask]) -> float:
    return tasks[0].due_at.timestamp() if tasks else 0.0


def _row(card: PatientCard, tasks: list[OpenTask], plan: PlanLine | None, seen: Overview | None, on: date, zone: str) -> Row:
    plan_words = (plan.summary, f"look again {plan.reassess_on:%d-%b-%Y}") if plan else ("No agreed plan", "")
    if plan is not None and plan.reassess_on <= on:
        plan_words = (plan.summary, f"look again was due {plan.reassess_on:%d-%b-%Y}")
    chart = reverse("clinician:chart", args=[card.id])
    if not tasks:
        return Row(card.id, "steady", staff_name(card), age_line(card, on), _calm(seen), "", *plan_words, "Open", chart, 0)
    first = tasks[0]
    text, url = NEXT.get(first.kind, ("Open", "clinician:chart"))
    source = f"{first.source}, {instant(first.opened_at, zone)}"
    return Row(
        card.id, first.tier, staff_name(card), age_line(card, on), first.title, source, *plan_words, text, reverse(url, args=[card.id]),
        len(tasks) - 1,
    )  # fmt: skip


def _calm(seen: Overview | None) -> str:
    """What we are waiting for, where nothing is open: never an empty line."""
    return {"sent": "Nothing is open", "started": "The intake is begun and not sent yet"}.get(
        seen.intake if seen else "none", "Invited; the intake is not begun yet"
    )


@desk("clinician")
def panel(request: HttpRequest, who: Person) -> HttpResponse:
    listing = open_list(who, purpose="my patients", at=now(request))
    if isinstance(listing, Refused):
        return refused_page(request, listing)
    found = rows(listing)
    counts = [(tier, sum(r.tier == tier for r in found)) for tier in TIERS]
    needing = [r for r in found if r.tier != "steady"]
    context = {"needing": needing, "steady": [r for r in found if r.tier == "steady"], "counts": counts}
    return render(request, "clinician/panel.html", context)
