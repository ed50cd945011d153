"""The reassessment: what changed since the last look, and one decision. And the bridge, where a review was missed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.monitoring.actions import Bridged, NewBridge, NewReview, Reassessed, grant_bridge, latest_next, reassess
from serein.care.monitoring.reads import (
    Changes,
    bridge_running,
    plan_to_review,
    reassessments,
    review_of,
    supply_ends,
    what_changed,
)
from serein.care.monitoring.reads.reviews import BRIDGE_REASONS, DECISIONS
from serein.care.planning.reads import PlanCard
from serein.care.planning.text import Mistaken
from serein.care.tapering.reads import running_taper
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_day
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, refused_page, render_form_page

from .banner import banner
from .desk import chart_page

# Where a decision leads: to the plan for another treatment, to the taper for less of it. While a taper runs, every change is one of the taper.
NEXT = {"change": "clinician:plan", "taper": "clinician:taper", "stop": "clinician:taper", "continue": "clinician:chart"}
NO_PLAN = "No agreed plan of this patient waits for a review."


class ReviewForm(PageForm):
    """`seen` names what the page showed, `plan` which plan it was about."""

    decision = forms.ChoiceField(
        label="What was decided?",
        choices=list(DECISIONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what was decided"},
    )
    words = forms.CharField(
        label="Benefit, harm, and what the patient wishes", widget=forms.Textarea({"rows": 5}),
        error_messages={"required": "Write benefit, harm and what the patient wishes"},
    )  # fmt: skip
    next_on = DateField(label="Next review")
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    plan = forms.UUIDField(widget=forms.HiddenInput)


class BridgeForm(PageForm):
    days = forms.IntegerField(
        label="For how many days", widget=forms.TextInput({"class": "govuk-input--width-3", "inputmode": "numeric"}),
        error_messages={"required": "Enter the number of days"},
    )  # fmt: skip
    reason = forms.ChoiceField(
        label="Why was the review missed?", choices=list(BRIDGE_REASONS.items()), widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason"},
    )  # fmt: skip
    words = forms.CharField(label="More about it", required=False, widget=forms.Textarea({"rows": 3}))
    plan = forms.UUIDField(widget=forms.HiddenInput)


def _placed(form: forms.Form, answer: Mistaken) -> None:
    for field, words in answer.by_field:
        form.add_error(field if field in form.fields else None, words)


@chart_page
def review(request: HttpRequest, key: OpenChart) -> HttpResponse:
    plan, changed = plan_to_review(key), what_changed(key)
    back = reverse("clinician:chart", args=[key.patient_id])
    if plan is None or changed is None:
        return changed_page(request, NO_PLAN, back=back)
    form = ReviewForm(request.POST or None, initial={"seen": changed.digest, "plan": plan.id})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        answer = reassess(key, data["plan"], NewReview(data["decision"], data["words"], data["next_on"], data["seen"]))
        if isinstance(answer, Reassessed):
            messages.success(request, f"The review is recorded. The plan may be renewed up to {answer.next_on:%d-%b-%Y}.")
            tapers = data["decision"] == "change" and running_taper(key) is not None
            return redirect("clinician:taper" if tapers else NEXT[data["decision"]], key.patient_id)
        if isinstance(answer, Refused):
            return _refused(request, answer)
        _placed(form, answer)
    on = clinic_day(key.clinic_id, key.at)
    return render_form_page(
        request, form, title="Review the treatment", button="Record the review", template="clinician/review.html", banner=banner(key),
        back=back, latest=latest_next(on), **_seen(key, plan, changed),
    )  # fmt: skip


def _refused(request: HttpRequest, answer: Refused) -> HttpResponse:
    old = answer.code in ("changed-meanwhile", "no-agreed-plan", "bridge-not-needed")
    return changed_page(request, answer.why, back=request.path) if old else refused_page(request, answer)


def _seen(key: OpenChart, plan: PlanCard, changed: Changes) -> dict[str, Any]:
    taken = [d.taken_mg for d in changed.days if d.lines]
    counts = [
        ("Doses taken", changed.taken), ("Doses missed", changed.missed), ("Not sure", changed.unsure),
        ("Nothing told (unknown)", changed.silent), ("Uses when needed", f"{changed.uses} on {changed.days_with_use} days"),
        ("Highest day, as told", f"{plain(max(taken))} mg" if taken else "nothing told"),
    ]  # fmt: skip
    return {
        "plan": plan, "changed": changed, "counts": counts, "review": review_of(key, plan), "past": reassessments(key),
        "supply": supply_ends(key),
        "sleepiness": ", ".join(map(str, changed.sleepiness)),
    }  # fmt: skip


@chart_page
def bridge(request: HttpRequest, key: OpenChart) -> HttpResponse:
    plan = plan_to_review(key)
    back = reverse("clinician:review", args=[key.patient_id])
    if plan is None:
        return changed_page(request, NO_PLAN, back=reverse("clinician:chart", args=[key.patient_id]))
    rule = knowledge.load().rule("bridge-days")
    form = BridgeForm(request.POST or None, initial={"plan": plan.id})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        answer = grant_bridge(key, data["plan"], NewBridge(data["days"], data["reason"], data["words"]))
        if isinstance(answer, Bridged):
            messages.success(request, f"A bridge up to {answer.last_day:%d-%b-%Y} is recorded. Write its prescription now.")
            return redirect("clinician:plans", key.patient_id)
        if isinstance(answer, Refused):
            return _refused(request, answer)
        _placed(form, answer)
    running = bridge_running(key, plan.id)
    lead = f"{rule.says.capitalize()}, so that a missed review never becomes an abrupt stop. The review stays due today."
    return render_form_page(
        request, form, title="Give a short bridge supply", button="Record the bridge", template="clinician/form_page.html", banner=banner(key),
        back=back, lead=lead if running is None else f"{lead} A bridge runs up to {running.last_day:%d-%b-%Y}.",
    )  # fmt: skip
