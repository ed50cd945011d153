"""Stop, or a short taper? What the withdrawal-risk table says of this use, and what it leaves open: looked at by GET, a stop kept by POST."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.care.planning.text import Mistaken
from serein.care.tapering.actions import Proposed, Risked, StopText, previewed, previewed_stop, propose_stop
from serein.care.tapering.reads import Start, running_taper, starting_point, switch_to_come
from serein.care.tapering.text import Previewed, TaperText, limits, usual_pace
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.clinical.taper.policies import RISK_WORDS, Risk
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, refused_page

from .banner import banner
from .desk import chart_page
from .taper_form import DAYS_AHEAD, TaperForm, initial, number, query
from .taper_instead import asked_by


class StopForm(PageForm):
    days_per_week = number("Days a week on which it is used", "What the plan and the diary say is the least.")
    months_of_use = number("Months of use", "Empty where nobody knows: then it counts as a risk.", required=False)
    stops_on = DateField(label="First day without")

    def text(self) -> StopText:
        data = self.cleaned_data
        return StopText(
            days_per_week=data["days_per_week"].strip(), months_of_use=data["months_of_use"].strip(), stops_on=data["stops_on"]
        )


@dataclass(frozen=True)
class Offer:
    """A taper that can be planned with one click."""

    title: str
    words: str
    url: str


@chart_page
def stop(request: HttpRequest, key: OpenChart) -> HttpResponse:
    on, back = clinic_day(key.clinic_id, key.at), reverse("clinician:taper", args=[key.patient_id])
    start = starting_point(key, on)
    if start is None or start.unconfirmed is not None or running_taper(key) is not None or switch_to_come(key) is not None:
        return changed_page(request, "This is asked under an agreed plan while no taper and no switch runs.", back=back)
    sent = request.POST if request.method == "POST" else request.GET if "days_per_week" in request.GET else None
    daily = any(d.at != "as_needed" for d in start.plan.text.doses)
    first = {"days_per_week": "7" if daily else "", "stops_on": on + timedelta(days=DAYS_AHEAD)}
    form, found = StopForm(sent, initial=first), None
    if form.is_bound and form.is_valid():
        found = propose_stop(key, form.text()) if request.method == "POST" else previewed_stop(key, start, form.text())
    if isinstance(found, Proposed):
        messages.success(request, f"Kept as draft, version {found.version}. Nothing changes for the patient yet.")
        return redirect(back)
    if isinstance(found, Refused):
        return refused_page(request, found)
    if isinstance(found, Mistaken):
        for name, says in found.by_field:
            form.add_error(name, says)
    return _page(request, key, form, start, found if isinstance(found, Risked) else None)


def _page(request: HttpRequest, key: OpenChart, form: StopForm, start: Start, found: Risked | None) -> HttpResponse:
    known = knowledge.load()
    cite = known.rule("dependence-days-per-week").cite
    context: dict[str, Any] = {
        "title": "Stop, or a short taper?", "banner": banner(key), "form": form, "mg": plain(start.mg), "given": patient_card(key).given,
        "back": reverse("clinician:taper", args=[key.patient_id]), "knowledge": known.version, "found": found, "rows": _rows(found),
        "source": known.source(cite.source), "where": "table 2", "confidence": cite.confidence,
    }  # fmt: skip
    if found is not None:
        context |= {
            "text": form.text(),
            "risk_words": RISK_WORDS[found.risk],
            "offers": _offers(key, start, form.text(), found.risk),
        }
    return render(request, "clinician/taper_stop.html", context, status=422 if form.is_bound and form.errors else 200)


def _rows(found: Risked | None) -> list[dict[str, Any]]:
    """The table of the guideline with its own numbers; what nobody knows falls into its last row."""
    days, month, months, mg = (
        plain(knowledge.load().rule(f"dependence-{one}").value) for one in ("days-per-week", "month", "months", "moderate-mg")
    )
    possible = (
        f"Under {month} month, or under {months} months and up to {mg} mg a day by every table; on {days} days a week or more"
    )
    rows = [
        (f"On fewer than {days} days a week", "Rare", (Risk.RARE,)), (possible, "Lower, but possible", (Risk.POSSIBLE,)),
        ("Longer, more, or not known", "To be expected", (Risk.EXPECTED, Risk.UNKNOWN)),
    ]  # fmt: skip
    return [{"use": use, "risk": risk, "here": found is not None and found.risk in risks} for use, risk, risks in rows]


def _offers(key: OpenChart, start: Start, text: StopText, risk: Risk) -> list[Offer]:
    """The usual pace always; the fastest that the policy allows only where withdrawal is rare or less likely."""
    jurisdiction = clinic_card(key.clinic_id).jurisdiction
    form = TaperForm(initial=initial(start, clinic_day(key.clinic_id, key.at), jurisdiction, None))
    form.offer(jurisdiction)
    asked = asked_by(form)
    if asked is None:
        return []
    asked = replace(asked, days_per_week=text.days_per_week, months_of_use=text.months_of_use, starts_on=text.stops_on)
    fastest, usual = limits().window, usual_pace()
    short = replace(asked, cut_percent=plain(fastest.cut_percent), every_days=fastest.every_days)
    slow = replace(asked, cut_percent=plain(usual.cut_percent), every_days=usual.every_days)
    found = [("A short taper, the fastest that is allowed", short)] if risk in (Risk.RARE, Risk.POSSIBLE) else []
    return [_offer(key, start, title, one) for title, one in (*found, ("A taper at the usual pace", slow))]


def _offer(key: OpenChart, start: Start, title: str, text: TaperText) -> Offer:
    seen = previewed(key, start, text)
    pace = f"By {text.cut_percent} % every {text.every_days} days"
    if not isinstance(seen, Previewed):
        return Offer(title, f"{pace}. The planner says what stands in the way.", _planner(key, text))
    return Offer(title, f"{pace}: {len(seen.plan.steps)} steps, the last on {seen.plan.ends_on:%d-%b-%Y}.", _planner(key, text))


def _planner(key: OpenChart, text: TaperText) -> str:
    return reverse("clinician:taper_plan", args=[key.patient_id]) + query(text)
