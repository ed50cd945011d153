"""Patients who need you: four counts, one row a patient, why in one sentence and from where, one next action.

A page holds 25 patients, and only those are read: a list of thousands answers as fast as a list of twenty.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.reads import PatientCard, find_cards, patient_cards
from serein.care.continuity.reads import offers_to_me
from serein.care.evaluation.reads import Overview, evaluations_overview
from serein.care.planning.reads import PlanLine, plans_in_force
from serein.care.tapering.reads import TaperLine, running_tapers
from serein.foundation.people.keys import OpenList, Refused, on_rota_until, open_list, page_of
from serein.foundation.people.persons import Person
from serein.foundation.tasks.reads import Pressing, Worklist, worklist
from serein.interfaces.web.shell import sealed
from serein.interfaces.web.shell.context import clinic_of
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.pages import refused_page
from serein.interfaces.web.shell.parts import TIERS

from .templatetags.clinician import instant
from .words import age_line, staff_name

# Which page does what finishes a task. A kind that is not here leads to the chart.
NEXT = {
    "assess-risk": ("Assess", "clinician:risk"),
    "ask-item": ("Assess", "clinician:risk"),
    "identity-differs": ("Record what I saw", "clinician:identity"),
    "birth-date-differs": ("Settle", "clinician:birth_date"),
    "read-intake": ("Read", "clinician:chart"),
    "answer-plan-question": ("Answer", "clinician:plans"),
    "prescribe-agreed-plan": ("Prescribe", "clinician:plans"),
    "taper-step-silent": ("Decide", "clinician:taper"),
    "decide-taper-step": ("Decide", "clinician:taper"),
    "lost-tablets": ("Decide", "clinician:taper"),
    "taper-step-unconfirmed": ("Ask", "clinician:taper"),
    "prescribe-taper-step": ("Prescribe", "clinician:taper"),
    "answer-taper-wish": ("Answer", "clinician:taper"),
    "resume-taper": ("Plan the rest", "clinician:taper"),
    "review-due": ("Review", "clinician:review"),
    "cover-signer": ("Prescribe", "clinician:plans"),
    "supply-ending": ("Prescribe", "clinician:plans"),
    "handover-waiting": ("Ask", "clinician:handover"),
    "handover-declined": ("Hand over", "clinician:handover"),
    "look-at-received": ("Look", "clinician:received"),
}


NOBODY = UUID(int=0)


@cache
def _address(name: str) -> str:
    return reverse(name, args=[NOBODY])


def address(name: str, patient_id: UUID) -> str:
    """`reverse(name, args=[patient_id])`, worked out once for all rows."""
    return _address(name).replace(str(NOBODY), str(patient_id))


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
    chart: str
    more: int


PAGE, MOST_PAGES = 25, 10_000


@dataclass(frozen=True)
class Known:
    """What is read for the patients of one page, by patient."""

    pressing: Mapping[UUID, Pressing]
    plans: Mapping[UUID, PlanLine]
    tapers: Mapping[UUID, TaperLine]
    seen: Mapping[UUID, Overview]
    on: date
    zone: str


def known(listing: OpenList, pressing: Mapping[UUID, Pressing], on: date, zone: str) -> Known:
    """`listing` holds the page's patients only. Where something is open for everybody, nobody's intake is asked about."""
    idle = any(p not in pressing for p in listing.patients)
    return Known(
        pressing, {line.patient_id: line for line in plans_in_force(listing)}, {t.patient_id: t for t in running_tapers(listing, on)},
        evaluations_overview(listing) if idle else {}, on, zone,
    )  # fmt: skip


def row(card: PatientCard, facts: Known) -> Row:
    plan = _plan_words(facts.plans.get(card.id), facts.tapers.get(card.id), facts.on)
    chart, about = address("clinician:chart", card.id), age_line(card, facts.on)
    found = facts.pressing.get(card.id)
    if found is None:
        return Row(card.id, "steady", staff_name(card), about, _calm(facts.seen.get(card.id)), "", *plan, "Open", chart, chart, 0)
    task = found.task
    text, url = NEXT.get(task.kind, ("Open", "clinician:chart"))
    source = f"{task.source}, {instant(task.opened_at, facts.zone)}"
    return Row(
        card.id, task.tier, staff_name(card), about, task.title, source, *plan, text, address(url, card.id), chart, found.more
    )


def _plan_words(plan: PlanLine | None, taper: TaperLine | None, on: date) -> tuple[str, str]:
    """The dose and when to look again; with a running taper its step and the next change, and both doses while one is unconfirmed."""
    if plan is None:
        return "No agreed plan", ""
    again = f"look again {'was due ' if plan.reassess_on <= on else ''}{plan.reassess_on:%d-%b-%Y}"
    return (plan.summary, again) if taper is None else (taper.dose_words, f"{taper.step_words}; {again}")


def _calm(seen: Overview | None) -> str:
    """What we are waiting for, where nothing is open: never an empty line."""
    return {"sent": "Nothing is open", "started": "The intake is begun and not sent yet"}.get(
        seen.intake if seen else "none", "Invited; the intake is not begun yet"
    )


@dataclass(frozen=True)
class Shown:
    """Which patients a page shows. `show` is needing, steady or found (by name); `seal` is `words` as they stand in an address."""

    show: str
    words: str
    page: int
    seal: str = ""

    def opened(self, listing: OpenList, work: Worklist) -> tuple[OpenList, tuple[PatientCard, ...], int]:
        """The key to the page, its patients in their order, and how many there are on all pages."""
        if self.show == "needing":
            page = page_of(listing, (p.task.patient_id for p in work.page))
            cards = {card.id: card for card in patient_cards(page)}
            return page, tuple(cards[patient] for patient in page.patients if patient in cards), work.total
        found = find_cards(
            listing, words=self.words, without_tasks=self.show == "steady", offset=(self.page - 1) * PAGE, limit=PAGE
        )
        return page_of(listing, (card.id for card in found.page)), found.page, found.total

    def link(self, page: int) -> str:
        asked = {"show": self.show, "find": self.seal, "page": page}
        return f"?{urlencode({k: v for k, v in asked.items() if v})}"


def shown(request: HttpRequest) -> Shown:
    seal = request.GET.get("find", "")
    words = sealed.opened(request, seal)
    number = request.GET.get("page", "")
    page = min(max(int(number), 1), MOST_PAGES) if number.isascii() and number.isdecimal() and len(number) < 6 else 1
    return Shown("found" if words else "steady" if request.GET.get("show") == "steady" else "needing", words, page, seal)


def searched(request: HttpRequest) -> HttpResponse | None:
    """A name that was typed comes by POST and leads on with a sealed one; None: nobody searches now."""
    if request.method != "POST":
        return None
    seal = sealed.sealed(request, request.POST.get("name", ""))
    return redirect(f"{request.path}?{urlencode({'find': seal})}" if seal else request.path)


@desk("clinician", "trainee")
def panel(request: HttpRequest, who: Person) -> HttpResponse:
    listing = open_list(who, purpose="my patients", at=now(request))
    if isinstance(listing, Refused):
        return refused_page(request, listing)
    if (found := searched(request)) is not None:
        return found
    asked, zone = shown(request), clinic_of(request).time_zone
    work = worklist(listing, offset=(asked.page - 1) * PAGE if asked.show == "needing" else 0, limit=PAGE)
    page, cards, total = asked.opened(listing, work)
    pressing = work if asked.show == "needing" else worklist(page, limit=PAGE)
    facts = known(page, {p.task.patient_id: p for p in pressing.page}, listing.at.astimezone(ZoneInfo(zone)).date(), zone)
    steady = len(listing.patients) - work.total
    context = {
        "rows": [row(card, facts) for card in cards], "asked": asked, "total": total, "steady": steady, "patients": len(listing.patients),
        "counts": [(tier, steady if tier == "steady" else work.counts[tier]) for tier in TIERS], "pages": -(-total // PAGE),
        "offers": offers_to_me(listing), "zone": zone, "covers": on_rota_until(who, at=listing.at),
        "before": asked.link(asked.page - 1) if asked.page > 1 else "", "after": asked.link(asked.page + 1) if asked.page * PAGE < total else "",
    }  # fmt: skip
    return render(request, "clinician/panel.html", context)
