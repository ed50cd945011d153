"""A plan that exists already, typed, pasted or from a file: what is wrong with each of its steps. Nothing of it is stored here."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from serein.care.planning.text import TIMES
from serein.care.tapering.reads import Start, running_taper, starting_point
from serein.care.tapering.text import SUBSTANCE, TaperText, offered, request_of
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.clinical.taper import (
    LooserThanCeiling,
    Policy,
    Product,
    Request,
    Step,
    TimedDose,
    UnknownPolicy,
    equivalence,
    own_policy,
    policy_for,
)
from serein.clinical.taper.amounts import TooFine
from serein.clinical.taper.review import Fault, Review, TypedStep, review
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.node import Node, Trace
from serein.interfaces.translate.strict_json import parse
from serein.interfaces.translate.taper_lines import ALL_DAY, MOST_LINES, read_lines
from serein.interfaces.translate.taper_request import nothing_unread, taper_asked
from serein.interfaces.translate.taper_starts import REDUCE, kind_of, typed_steps

from .banner import banner
from .desk import look_page
from .taper_existing_form import ExistingForm
from .taper_form import query

# What `serein taper --json` prints beside the steps: worked out anew, so it proves nothing here.
PRINTED = (
    "policy", "knowledge", "confirmed", "withdrawal_risk", "terminal_zone", "ends_on", "supply", "checks", "kind", "dispensing", "settling",
    "may_be_followed", "beside_proposal",
)  # fmt: skip


@dataclass(frozen=True)
class Existing:
    """A whole plan with what it is judged by. `text` are the same settings for the planner, where it can take them."""

    request: Request
    policy: Policy
    steps: tuple[TypedStep, ...]
    text: TaperText | None
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class StepRow:
    number: int
    line: int | None
    step: Step
    mg: str
    percent: str
    rises: bool
    tablets: tuple[str, ...]
    faults: tuple[tuple[bool, str], ...]


@look_page
def existing(request: HttpRequest, key: OpenChart) -> HttpResponse:
    on, clinic = clinic_day(key.clinic_id, key.at), clinic_card(key.clinic_id)
    start = starting_point(key, on)
    sent = request.method == "POST"
    form = ExistingForm(
        request.POST if sent else None, request.FILES if sent else None, initial=_initial(start, clinic.jurisdiction)
    )
    form.offer(clinic.jurisdiction)
    context: dict[str, Any] = {
        "title": "Check a plan that exists already", "banner": banner(key), "form": form, "most": MOST_LINES,
        "back": reverse("clinician:taper", args=[key.patient_id]), "knowledge": knowledge.load().version,
    }  # fmt: skip
    if sent:
        form.take_file()
        found = _asked(form, start, on) if form.is_valid() else None
        looked = _looked(form, found) if found is not None else None
        if found is not None and looked is not None:
            context |= _shown(found, looked) | _to_planner(key, found, start, on)
    status = 422 if sent and form.errors else 200
    return render(request, "clinician/taper_existing.html", context, status=status)


def _initial(start: Start | None, jurisdiction: str) -> dict[str, Any]:
    at_hand = [p.id for p in offered(jurisdiction) if p.form == "tablet" or (start is not None and p.id in start.products)]
    return {"daily_mg": plain(start.mg) if start else "", "products": at_hand}


def _asked(form: ExistingForm, start: Start | None, on: date) -> Existing | None:
    """The plan in the form; None with every mistake placed, by line and field."""
    text, written = form.settings(start, on), form.cleaned_data["plan"]
    if written.lstrip().startswith(("{", "[")):
        try:
            return _from_json(written, text)
        except (BadInput, UnknownPolicy, LooserThanCeiling) as error:
            form.add_error("plan", str(error))
            return None
    if text is None:
        form.add_error("daily_mg", "Enter the milligrams a day before the first line, such as 20.")
        return None
    request = request_of(text)
    read = read_lines(written, request.products)
    for wrong in read.wrong:
        form.add_error("plan", wrong.words)
    if read.wrong:
        return None
    if not read.steps:
        form.add_error("plan", "Type at least one line: a day and the milligrams a day.")
        return None
    return Existing(request, policy_for(knowledge.load(), text.policy, SUBSTANCE), read.steps, text, read.lines)


def _from_json(written: str, text: TaperText | None) -> Existing:
    """What `serein taper --check` reads, or a plan that `serein taper --json` printed, which is then judged with the settings of the page."""
    root = Node(parse(written), "input", "input", Trace(ours=True))
    if kind_of(root) != REDUCE:
        raise root.bad("kind", "only a reduction has steps that can be checked")
    steps = typed_steps(root)
    if root.has("substance"):
        asked = taper_asked(root, also=("kind",))
        if equivalence(knowledge.load(), asked.request.substance) is None:
            raise root.bad("substance", f"nothing is known that sets {asked.request.substance!r} beside diazepam")
        limits = policy_for(knowledge.load(), asked.policy, asked.request.substance)
        same = _as_text(asked.request, asked.policy) if asked.own is None and asked.request.substance == SUBSTANCE else None
        return Existing(asked.request, limits if asked.own is None else own_policy(limits, asked.own), steps, same)
    root.skip(*PRINTED)
    nothing_unread(root)
    if text is None:
        raise BadInput("input", "it says no dose before its first step: enter it below")
    return Existing(request_of(text), policy_for(knowledge.load(), text.policy, SUBSTANCE), steps, text)


def _as_text(request: Request, policy: str) -> TaperText:
    return TaperText(
        daily_mg=plain(request.daily_dose_mg), cut_percent=plain(request.pace.cut_percent), every_days=request.pace.every_days, goal_mg="0",
        products=tuple(p.id for p in request.products), times=request.times, starts_on=request.start_on, policy=policy,
        stable_since=request.stable_since, cuts=request.recent_cuts,
    )  # fmt: skip


def _looked(form: ExistingForm, found: Existing) -> Review | None:
    try:
        return review(found.request, found.policy, found.steps)
    except TooFine as error:
        form.add_error("plan", f"The steps: {error}.")
        return None


def _shown(found: Existing, looked: Review) -> dict[str, Any]:
    known = {p.id: p for p in found.request.products}
    rows = [
        StepRow(
            s.number, found.lines[s.number - 1] if found.lines else None, s, plain(s.daily_mg),
            plain(abs(s.cut_percent).quantize(Decimal("0.1"))), s.cut_mg < 0, tuple(_dose_words(d, known) for d in s.doses),
            tuple((f.stop, _fault_words(f)) for f in looked.faults if f.step == s.number),
        )
        for s in looked.steps
    ]  # fmt: skip
    stops = len({f.step for f in looked.faults if f.stop})
    return {
        "rows": rows, "stops": stops, "to_look_at": len({f.step for f in looked.faults}) - stops if looked.faults else 0,
        "before": plain(found.request.daily_dose_mg), "substance": found.request.substance, "policy": found.policy.id,
    }  # fmt: skip


def _fault_words(fault: Fault) -> str:
    return fault.why + (f" {plain(fault.instead_mg)} mg would do." if fault.instead_mg is not None else "")


def _dose_words(dose: TimedDose, known: dict[str, Product]) -> str:
    """'3 x 5 mg + 1.5 x 2 mg at night'. A product that is not at hand is named as it was written."""
    parts = " + ".join(_part_words(p, u, known.get(p)) for p, u in dose.parts.units)
    return parts if dose.at == ALL_DAY else f"{parts} {TIMES.get(dose.at, dose.at)}"


def _part_words(id: str, units: Decimal, product: Product | None) -> str:
    if product is None:
        return f"{plain(units)} x {id}"
    return f"{plain(units)} mL of {plain(product.mg)} mg/mL" if product.liquid else f"{plain(units)} x {plain(product.mg)} mg"


def _to_planner(key: OpenChart, found: Existing, start: Start | None, on: date) -> dict[str, Any]:
    """The address of the same steps in the planner, or why it cannot take them. Steps of the past are not carried: they were taken or not."""
    coming = [(s.from_, plain(s.daily_mg)) for s in found.steps if s.from_ >= on]
    running = running_taper(key)
    if found.text is None:
        return {
            "no_planner": f"The planner plans {SUBSTANCE} by the rules that it offers; this one is of another substance or by other limits."
        }
    if start is None:
        return {"no_planner": "The planner needs a plan that the patient agreed to and that is in force."}
    if start.unconfirmed is not None or (running is not None and running.hold is not None):
        return {
            "no_planner": "The planner opens when the dose in force is settled: a change is unconfirmed, or the dose is held."
        }
    if not coming or len(coming) > MOST_LINES or any(a >= b for (a, _), (b, _) in pairwise(coming)):
        return {"no_planner": "No step lies ahead in order, so there is nothing that the planner could take over."}
    before = max([s for s in found.steps if s.from_ < on], key=lambda s: s.from_, default=None)
    now = before.daily_mg if before else found.request.daily_dose_mg
    if not start.mg <= now <= start.most_mg:
        return {
            "no_planner": f"The plan is at {plain(now)} mg a day today; the record says {plain(start.mg)} mg. Settle which is taken first."
        }
    here = {p.id for p in offered(clinic_card(key.clinic_id).jurisdiction)}
    text = replace(
        found.text, daily_mg=plain(now), goal_mg=coming[-1][1], starts_on=coming[0][0], typed=tuple(coming), cuts=(),
        products=tuple(p for p in found.text.products if p in here),
    )  # fmt: skip
    return {
        "planner": reverse("clinician:taper_plan", args=[key.patient_id]) + query(text),
        "left_out": len(found.steps) - len(coming),
    }
