"""From another benzodiazepine to diazepam: look at the switch by GET, which stores nothing, and keep it as a draft by POST."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.care.planning.reads import PlanCard
from serein.care.planning.text import TIMES, Mistaken
from serein.care.planning.words import regimen_words, tablets
from serein.care.tapering.actions import Proposed, previewed_switch, propose_switch
from serein.care.tapering.reads import TaperCard, dose_in_force, plan_for_switch, running_taper, taper_draft
from serein.care.tapering.reads.taken import Taken, taken_now
from serein.care.tapering.switching import Looked, NoSwitch, plan_too_low, reported_tables, settle_days, table_rows
from serein.care.tapering.words import dose_words, named, together
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.clinical.taper import Plan
from serein.clinical.taper.switch import DIAZEPAM, SwitchDose, SwitchStep
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.interfaces.web.shell.pages import error_page, refused_page

from .banner import banner
from .desk import chart_page
from .taper_switch_form import SwitchForm, daily_mg, initial, query

# The rules behind a switch, with their sources: beside the tables these are all that it rests on.
RULES = {
    "switch-days": "One dose a week is switched, the one at night first",
    "older-adult-years": "Older adults: a longer-acting benzodiazepine is not advised",
    "taper-usual-days": "The last dose is kept this long before anything is lowered",
}


@dataclass(frozen=True)
class Row:
    """One step of the switch in words: which dose becomes diazepam, the whole day from then on, and what it comes to by the tables."""

    number: int
    on: date
    switched: str
    doses: tuple[str, ...]
    low_mg: str
    high_mg: str


@chart_page
def switch(request: HttpRequest, key: OpenChart) -> HttpResponse:
    on, back = clinic_day(key.clinic_id, key.at), reverse("clinician:taper", args=[key.patient_id])
    running, draft = running_taper(key), taper_draft(key)
    stands = _not_now(running)
    if stands:
        return error_page(request, 409, title="A switch cannot be planned now", says=stands, back=back)
    taken, standing = taken_now(key, on), draft if draft is not None and draft.switch is not None else running
    sent = request.POST if request.method == "POST" else request.GET if "chosen_mg" in request.GET else None
    form = SwitchForm(sent, initial=initial(taken, on, clinic_card(key.clinic_id).jurisdiction, standing))
    form.offer(clinic_card(key.clinic_id).jurisdiction, running)
    found = None
    if form.is_bound and form.is_valid():
        found = propose_switch(key, form.text()) if request.method == "POST" else previewed_switch(key, form.text())
    if isinstance(found, Proposed):
        messages.success(request, f"Kept as draft, version {found.version}. Nothing changes for the patient yet.")
        return redirect(back)
    if isinstance(found, Refused):
        return refused_page(request, found)
    return _page(request, key, form, found, (running, taken))


def _not_now(running: TaperCard | None) -> str:
    if running is None:
        return ""
    if running.switch is None:
        return "A reduction runs. Hold it and plan the rest there; nothing is switched in the middle of it."
    return "Every dose is switched. Plan the reduction on the taper page." if running.switched_all else ""


def _page(
    request: HttpRequest,
    key: OpenChart,
    form: SwitchForm,
    found: Looked | NoSwitch | Mistaken | None,
    known: tuple[TaperCard | None, Taken],
) -> HttpResponse:
    running, taken = known
    if isinstance(found, Mistaken):
        for name, says in found.by_field:
            form.add_error(name if name in form.fields else None, says)
    substance = running.switch.substance if running and running.switch else str(form["substance"].value() or "")
    context: dict[str, Any] = {
        "title": "Plan the rest of the switch" if running else "Switch to diazepam", "banner": banner(key), "form": form, "taken": taken,
        "knowledge": knowledge.load().version, "given": patient_card(key).given, "running": running,
        "back": reverse("clinician:taper", args=[key.patient_id]),
        "tables": table_rows(substance, daily_mg(form, running)) if substance in _known() else (), "substance": substance,
        "reported": reported_tables(substance) if substance in _known() else (),
        "now": dose_in_force(key, clinic_day(key.clinic_id, key.at)) if running else None, "rules": [_rule(r) for r in RULES],
    }  # fmt: skip
    if isinstance(found, Looked):
        context |= _looked(key, found, plan_for_switch(key)) | {"text": form.text()}
    elif isinstance(found, NoSwitch):
        context |= {"no_switch": found, "straight": _straight(found.straight) if found.straight else ()}
        if found.nearest is not None:
            near = found.nearest
            context["fix"] = query(near, running)
            context["fix_words"] = f"{near.chosen_mg} mg beside 10 mg of diazepam, {near.every_days} days between two doses"
    return render(request, "clinician/taper_switch.html", context, status=422 if form.is_bound and form.errors else 200)


def _known() -> frozenset[str]:
    return frozenset(s.id for s in knowledge.load().substances if s.equivalents)


def _rule(id: str) -> dict[str, str]:
    known = knowledge.load()
    rule = known.rule(id)
    source = known.source(rule.cite.source)
    return {
        "says": f"{RULES[id]} ({plain(rule.value)} {rule.unit})",
        "title": source.title,
        "where": rule.cite.where,
        "confidence": rule.cite.confidence,
        "url": source.url,
    }


def _looked(key: OpenChart, found: Looked, plan: PlanCard | None) -> dict[str, Any]:
    last = found.switch.steps[-1]
    low = plan_too_low(plan.daily_mg, found) if plan is not None else None
    after = found.after
    return {
        "found": found, "rows": [_row(s) for s in found.switch.steps], "end_mg": plain(found.switch.diazepam_mg), "last": last.from_,
        "settle": settle_days(),
        "problems": [c for c in found.checks if not c.ok], "good": [c for c in found.checks if c.ok],
        "after": after, "after_first": plain(after.steps[0].daily_mg) if after else "", "after_steps": _straight(after) if after else (),
        "plan": plan, "plan_low": low.by_field[0][1] if low else "", "for_plan": _for_plan(key, found),
    }  # fmt: skip


def _row(step: SwitchStep) -> Row:
    doses = tuple(_words(d) for d in step.doses)
    return Row(step.number, step.from_, TIMES[step.switched], doses, plain(round(step.low_mg, 1)), plain(round(step.high_mg, 1)))


def _words(dose: SwitchDose) -> str:
    if dose.substance == DIAZEPAM:
        return named(dose_words(dose.at, dose.mg, dose.parts.units), DIAZEPAM)
    made = together([f"{tablets(units)} of {tablet} mg" for tablet, units in dose.parts.units])
    return f"{plain(dose.mg)} mg of {dose.substance} {TIMES[dose.at]}: {made}"


def _straight(plan: Plan) -> list[tuple[int, date, str]]:
    return [(s.number, s.from_, plain(s.daily_mg)) for s in plan.steps]


def _for_plan(key: OpenChart, found: Looked) -> dict[str, str] | None:
    """The plan that the end of the switch needs, in words and as an address that fills it in."""
    if found.for_plan is None:
        return None
    product, doses = found.for_plan
    filled = urlencode([("product", product.id), *((d.at, d.units) for d in doses)])
    return {
        "name": product.name,
        "words": regimen_words(product, doses),
        "url": f"{reverse('clinician:plan', args=[key.patient_id])}?{filled}",
    }
