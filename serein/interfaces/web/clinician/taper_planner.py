"""The planner: look at a taper by GET, which stores nothing, and keep it as a draft by POST, which changes nothing for the patient."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString

from serein.care.access.reads import patient_card
from serein.care.planning.text import Mistaken
from serein.care.tapering.actions import Proposed, previewed, propose_taper
from serein.care.tapering.actions.proposing import settled
from serein.care.tapering.reads import Start, TaperCard, running_taper, starting_point, switch_to_come, taper_draft
from serein.care.tapering.text import OFFERED_POLICIES, NoPlan, Previewed, TaperText, offered, rest_planned, slower, with_typed
from serein.care.tapering.words import part_words
from serein.clinical import knowledge
from serein.clinical.quantities import NotAQuantity, decimal, plain
from serein.clinical.taper import Plan
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.interfaces.web.shell.pages import changed_page, error_page, refused_page

from .banner import banner
from .carried import Carried, carried_taper
from .desk import chart_page
from .staircase import Line, staircase
from .taper_form import TaperForm, initial, query
from .taper_instead import asked_by, fix_words, mended
from .taper_look import beside, body, cards, courses, handed_out, in_rows, levels_drawn, rows_of, settles_in


@chart_page
def planner(request: HttpRequest, key: OpenChart) -> HttpResponse:
    on, clinic = clinic_day(key.clinic_id, key.at), clinic_card(key.clinic_id)
    start, running = starting_point(key, on), running_taper(key)
    back = reverse("clinician:taper", args=[key.patient_id])
    if switch_to_come(key) is not None or (running is not None and running.switch is not None and not running.switched_all):
        says = "Plan the reduction when the last dose is switched and confirmed, or discard a switch that was not agreed to."
        return error_page(request, 409, title="A switch to diazepam comes first", says=says, back=back)
    if running is not None and running.switch is not None:
        running = None  # nothing to set a reduction beside: the switch lowered nothing
    if start is None:
        return changed_page(request, "A taper needs a plan that the patient agreed to and that is in force.", back=back)
    if start.unconfirmed is not None or (running is not None and running.hold is not None):
        return _open_first(request, start, back)
    before = initial(start, on, clinic.jurisdiction, taper_draft(key) or running)
    came = carried_taper(key, [p.id for p in offered(clinic.jurisdiction)]) if running is None else None
    before |= came.initial if came else {}
    sent = request.POST if request.method == "POST" else request.GET if "daily_mg" in request.GET else None
    form = TaperForm(sent, initial=before)
    form.offer(clinic.jurisdiction)
    if request.method == "POST" and form.is_valid():
        answer = propose_taper(key, start.plan.id, form.text())
        if isinstance(answer, Proposed):
            messages.success(request, f"Kept as draft, version {answer.version}. Nothing changes for the patient yet.")
            return redirect(back)
        if isinstance(answer, Refused):
            return refused_page(request, answer)
    elsewhere = _typed_anew(request, key, form, start) if request.method == "GET" else None
    return elsewhere or _page(request, key, form, start, (running, came))


def _open_first(request: HttpRequest, start: Start, back: str) -> HttpResponse:
    """A page of its own: nothing changed under anybody's hands, something is simply not settled yet."""
    change = start.unconfirmed
    if change is None:
        says = "No change comes while the dose is held. Plan the rest from the hold on the taper page."
        return error_page(request, 409, title="The dose is held", says=says, back=back)
    says = (
        f"Nobody has confirmed the change of {change.on:%d-%b-%Y} from {change.before} mg to {change.after} mg a day, so the planner "
        "does not know the dose to start from. Ask which dose is taken. Then record on the taper page that it is the new one, or hold the dose."
    )
    return error_page(request, 409, title="The last change is not confirmed", says=says, back=back)


def _typed_anew(request: HttpRequest, key: OpenChart, form: TaperForm, start: Start) -> HttpResponse | None:
    """One step typed, or the rest after a step planned anew: both lead to an address that carries every step, so that a reload does nothing."""
    asked = asked_by(form)
    number = request.GET.get("step") or request.GET.get("rest") or ""
    if asked is None or not number.isdecimal():
        return None
    found = previewed(key, start, asked)
    shown = found.faulty if isinstance(found, NoPlan) else found
    if not isinstance(shown, Previewed) or not 1 <= int(number) <= len(shown.plan.steps):
        return None
    if "rest" in request.GET:
        planned = rest_planned(settled(asked, start), shown.plan, int(number))
        if planned is None:
            messages.error(request, f"No plan leads on from step {number}. Change its dose first.")
        return redirect(query(planned or asked))
    try:
        day = date.fromisoformat(request.GET.get("step_on", ""))
        mg = plain(decimal(request.GET.get("step_mg", "").strip()))
    except (ValueError, NotAQuantity):
        messages.error(request, "Enter a day and milligrams a day, such as 11.")
        return redirect(query(asked, edit=number))
    return redirect(query(with_typed(asked, shown.plan, int(number), (day, mg))))


def _page(
    request: HttpRequest, key: OpenChart, form: TaperForm, start: Start, standing: tuple[TaperCard | None, Carried | None]
) -> HttpResponse:
    (running, came), asked = standing, asked_by(form)
    found = previewed(key, start, asked) if asked is not None else None
    if isinstance(found, Mistaken) and form.is_bound:
        for name, says in found.by_field:
            form.add_error(name if name in form.fields else None, says)
    instead = mended(key, start, form, (asked, found)) if asked is not None and isinstance(found, Mistaken) else None
    card = patient_card(key)
    context: dict[str, Any] = {
        "title": "Taper planner", "banner": banner(key), "form": form, "start": start, "given": card.given,
        "knowledge": knowledge.load().version, "running": running,
        "back": reverse("clinician:taper", args=[key.patient_id]),
    }  # fmt: skip
    if came is not None:
        rest = query(replace(asked, typed=came.rest, starts_on=came.rest[0][0])) if asked and came.rest else ""
        context |= {"came": came, "came_rest": rest}
    edit = request.GET.get("edit", "")
    context["edit"] = int(edit) if edit.isdecimal() else 0
    if isinstance(found, Previewed) and asked is not None:
        context |= _proposal(key, found, asked, start, running, compare="compare" in request.GET)
    elif isinstance(found, NoPlan) and found.faulty is not None and asked is not None:
        context |= _proposal(key, found.faulty, asked, start, running, compare=False) | {"stopped": True}
    elif isinstance(found, NoPlan):
        context |= {"no_plan": found}
        instead = found.nearest
    if instead is not None and asked is not None:
        context |= {"fix": query(instead), "fix_words": fix_words(asked, instead)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "clinician/taper_planner.html", context, status=status)


def _proposal(
    key: OpenChart, found: Previewed, asked: TaperText, start: Start, running: TaperCard | None, *, compare: bool
) -> dict[str, Any]:
    lines = [Line("proposed", _days(found.plan, start.mg))]
    other = _slower(key, start, asked) if compare else None
    if other is not None:
        lines.append(Line("slower", _days(other.plan, start.mg), dashed=True))
    elif running is not None:
        lines.append(Line("current", _days(running.plan, running.request.daily_dose_mg), dashed=True))
    person = body(key, clinic_day(key.clinic_id, key.at))
    settles = settles_in(person)
    second = ("slower", other.plan) if other else ("current", running.plan) if running else None
    drawn = courses(found.plan, start.mg, running, other.plan if other else None)
    first = found.plan.steps[0].from_ - timedelta(days=7)
    shown = cards(found.checks, found.faults, asked, found.plan)
    return {
        "plan": found.plan, "rows": rows_of(found.plan, asked, found.faults, settles), "cards": shown,
        "good": [c for c in found.checks if c.ok], "drawing": _drawn(lines, found.plan), "levels": levels_drawn(person, drawn, first),
        "weeks": (found.plan.ends_on - found.plan.steps[0].from_).days // 7, "settles": settles, "policies": OFFERED_POLICIES,
        "asked": asked, "query": query(asked), "compare": query(asked, compare="1"), "beside": other,
        "beside_rows": rows_of(other.plan) if other else (), "beside_query": query(slower(asked)),
        "numbers": beside(found.plan, start.mg, second[0], second[1], running) if second and not other else None,
        "handed": handed_out(found, asked), "side_by_side": in_rows(found.plan, start.mg, person, drawn),
        "supply": [part_words(p, units) for p, units in found.plan.supply], "longer": found.plan.ends_on > start.plan.text.ends_on,
        "dashed": "slower" if other else "current" if running else "", "untyped": query(replace(asked, typed=())) if asked.typed else "",
    }  # fmt: skip


def _slower(key: OpenChart, start: Start, asked: TaperText) -> Previewed | None:
    found = previewed(key, start, slower(asked))
    return found if isinstance(found, Previewed) else None


def _days(plan: Plan, before: Decimal) -> list[tuple[date, Decimal]]:
    first = plan.steps[0]
    return [(first.from_ - timedelta(days=7), first.daily_mg + first.cut_mg), *((s.from_, s.daily_mg) for s in plan.steps)]


def _drawn(lines: list[Line], plan: Plan) -> SafeString:
    last = plan.steps[-1]
    label = f"Daily dose: {len(plan.steps)} steps from {plan.steps[0].from_:%d-%b-%Y} to {plain(last.daily_mg)} mg on {last.from_:%d-%b-%Y}"
    return staircase(lines, label)
