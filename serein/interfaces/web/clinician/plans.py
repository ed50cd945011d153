"""Plans: write one in four steps on one page, read it as the patient will, send it, see what was answered."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.evaluation.reads import evaluation
from serein.care.planning.actions import Written, send_plan, withdraw_plan, write_plan
from serein.care.planning.reads import PlanCard, plan_draft, plan_in_force, plans
from serein.care.planning.text import LONGEST_GOAL, LONGEST_INDICATION, LONGEST_NOTE, SUPPORTIVE_CARE, TIMES, Mistaken, PlanText
from serein.clinical import knowledge
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, not_found_page, refused_page, render_form_page

from .banner import banner
from .carried import carried_plan
from .desk import chart_page
from .dosing_form import HOW, DosesForm, Step, typed

STEPS = (
    Step("1. Why", ("indication", "indication_words", "goal")),
    Step("2. Medicine, each day", ("product",), ("morning", "noon", "evening", "night"), HOW),
    Step("3. Only when needed", (), ("as_needed", "as_needed_max", "as_needed_week"), HOW),
    Step("4. From when, until when", ("starts_on", "reassess_on", "ends_on")),
    Step("5. Beside the medicine", ("supportive_care", "supportive_note")),
)


def indications() -> list[tuple[str, str]]:
    return [(i.id, i.name) for file in knowledge.load().indications for i in file.indications]


class PlanForm(DosesForm):
    """A plan in five steps on one page; `text()` is what was written."""

    indication = forms.ChoiceField(
        label="What is the medicine for?", choices=indications, widget=forms.RadioSelect,
        error_messages={"required": "Choose what the medicine is for"},
    )  # fmt: skip
    indication_words = forms.CharField(
        label="In your own words",
        required=False,
        max_length=LONGEST_INDICATION,
        help_text="What the patient has, in words they will read.",
    )
    goal = forms.CharField(
        label="What you want to reach together", max_length=LONGEST_GOAL, widget=forms.Textarea({"rows": 3}),
        help_text="The patient reads this.", error_messages={"required": "Write what you and the patient want to reach"},
    )  # fmt: skip
    starts_on = DateField(label="First day", error_messages={"required": "Enter the first day"})
    reassess_on = DateField(
        label="Look again on", help_text="A recorded reason for going on in spite of a warning ends on this day."
    )
    ends_on = DateField(label="Planned end", error_messages={"required": "Enter the planned end"})
    supportive_care = forms.MultipleChoiceField(
        label="What is offered too", choices=tuple(SUPPORTIVE_CARE.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    supportive_note = forms.CharField(
        label="Note about it", required=False, max_length=LONGEST_NOTE, widget=forms.Textarea({"rows": 3})
    )

    plan_of_steps = STEPS
    field_order = [name for step in STEPS for name in (*step.fields, *step.row)]

    def text(self) -> PlanText:
        data = self.cleaned_data
        plain = ("indication", "indication_words", "goal", "product", "starts_on", "reassess_on", "ends_on", "supportive_note")
        return PlanText(
            doses=self.doses(), supportive_care=tuple(data["supportive_care"]), **{name: data[name] for name in plain}
        )


def _initial(card: PlanCard | None) -> dict[str, Any]:
    """The draft, or the plan in force, to start from: nothing is asked for twice."""
    if card is None:
        return {}
    t = card.text
    again = {
        "indication": t.indication, "indication_words": t.indication_words, "goal": t.goal, "product": t.product,
        "supportive_care": list(t.supportive_care), "supportive_note": t.supportive_note,
    }  # fmt: skip
    dates = {"starts_on": t.starts_on, "reassess_on": t.reassess_on, "ends_on": t.ends_on} if card.state == "draft" else {}
    return again | dates | typed(t.doses)


def _asked_for(request: HttpRequest) -> dict[str, str]:
    """The product and the doses that another page asks a plan for: it fills fields and does nothing else."""
    if request.method != "GET" or "product" not in request.GET:
        return {}
    empty = dict.fromkeys((at for at in TIMES if at != "as_needed"), "")
    return empty | {name: request.GET[name][:60] for name in ("product", *empty) if name in request.GET}


@chart_page
def plan(request: HttpRequest, key: OpenChart) -> HttpResponse:
    """Write the draft."""
    own = plan_draft(key) or plan_in_force(key)
    came = carried_plan(key) if own is None else None
    start = {"starts_on": clinic_day(key.clinic_id, key.at)} | (came.initial if came else _initial(own))
    form = PlanForm(request.POST or None, initial=start | _asked_for(request))
    form.offer(clinic_card(key.clinic_id).jurisdiction)
    if request.method == "POST" and form.is_valid():
        answer = write_plan(key, form.text())
        if isinstance(answer, Written):
            return redirect("clinician:plans", key.patient_id)
        if isinstance(answer, Refused):
            return refused_page(request, answer)
        form.place(answer.by_field)
    reasons = [line for line in evaluation(key).answers if line.question == "reasons"]
    return render_form_page(
        request, form, title="Write the plan", button="Save and read it", template="clinician/plan_form.html", banner=banner(key),
        steps=form.steps(), reasons=reasons, came=came, cancel=reverse("clinician:chart", args=[key.patient_id]),
    )  # fmt: skip


@chart_page
def all_plans(request: HttpRequest, key: OpenChart) -> HttpResponse:
    """Every version, the newest first, as the patient reads it."""
    versions = plans(key)
    if not versions:
        return redirect("clinician:plan", key.patient_id)
    context = {
        "banner": banner(key), "newest": versions[0], "older": versions[1:], "in_force": plan_in_force(key),
        "zone": clinic_card(key.clinic_id).time_zone,
    }  # fmt: skip
    return render(request, "clinician/plans.html", context)


@chart_page
def send(request: HttpRequest, key: OpenChart, plan_id: UUID) -> HttpResponse:
    """Send what the page showed."""
    if request.method != "POST":
        return redirect("clinician:plans", key.patient_id)
    answer = send_plan(key, plan_id, shown=request.POST.get("shown", "")[:64] or "not shown")
    if isinstance(answer, Refused):
        return changed_page(request, answer.why, back=reverse("clinician:plans", args=[key.patient_id]))
    messages.success(request, "Sent to the patient. Nothing starts before they agree.")
    return redirect("clinician:chart", key.patient_id)


class WithdrawForm(PageForm):
    why = forms.CharField(
        label="Why is it withdrawn?",
        max_length=300,
        help_text="The patient can read this.",
        error_messages={"required": "Say why"},
    )


@chart_page
def withdraw(request: HttpRequest, key: OpenChart, plan_id: UUID) -> HttpResponse:
    card = next((p for p in plans(key) if p.id == plan_id), None)
    if card is None:
        return not_found_page(request)
    form = WithdrawForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = withdraw_plan(key, plan_id, why=form.cleaned_data["why"])
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=reverse("clinician:plans", args=[key.patient_id]))
        if not isinstance(answer, Mistaken):
            messages.success(request, f"Plan {card.version} is withdrawn.")
            return redirect("clinician:chart", key.patient_id)
        for name, says in answer.by_field:
            form.add_error(name, says)
    return render_form_page(
        request, form, title=f"Withdraw plan {card.version}?", template="clinician/confirm.html", banner=banner(key), warning=True,
        button="Withdraw this plan", facts=[("Medicine", card.product_name), ("Doses", card.regimen_words), ("State", card.state_words)],
        sentence="A prescription that was signed under it stays as it is: cancel it separately.",
        cancel=reverse("clinician:plans", args=[key.patient_id]),
    )  # fmt: skip
