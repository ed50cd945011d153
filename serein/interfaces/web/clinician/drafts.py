"""The draft: what is asked for, filled in from the agreed plan."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.planning.reads import PlanCard
from serein.care.prescribing.actions.drafting import Drafted, change_draft, discard_draft, draft_prescription
from serein.care.prescribing.order import OrderText
from serein.care.prescribing.reads.drafts import DraftCard, draft
from serein.care.prescribing.reads.renewal import plan_to_prescribe
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.pages import changed_page, not_found_page, refused_page, render_form_page

from .banner import banner
from .desk import chart_page
from .dosing_form import HOW, WIDTH, DosesForm, Step, typed
from .watch import sedation_facts

STEPS = (
    Step("1. Medicine, each day", ("product",), ("morning", "noon", "evening", "night"), HOW),
    Step("2. Only when needed", (), ("as_needed", "as_needed_max", "as_needed_week"), HOW),
    Step("3. How long and how much", ("starts_on",), ("days", "quantity", "reserve"), "Quantity in whole tablets, or in mL."),
)


class DraftForm(DosesForm):
    """`version` is the draft's as the page showed it: of two people who change it, the second is told."""

    starts_on = DateField(label="First day")
    days = forms.IntegerField(
        label="For how many days", widget=forms.TextInput(WIDTH), error_messages={"required": "Enter the number of days"}
    )
    quantity = forms.CharField(
        label="Quantity in all", max_length=24, widget=forms.TextInput(WIDTH),
        error_messages={"required": "Enter the quantity"},
    )  # fmt: skip
    reserve = forms.CharField(
        label="Of these, reserve", required=False, max_length=24, widget=forms.TextInput(WIDTH),
        help_text="Kept for a hold of this dose. Empty for none.",
    )  # fmt: skip
    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    plan_of_steps = STEPS
    field_order = [name for step in STEPS for name in (*step.fields, *step.row)]

    def order(self) -> OrderText:
        data = self.cleaned_data
        return OrderText(
            product=data["product"],
            doses=self.doses(),
            starts_on=data["starts_on"],
            days=data["days"],
            quantity=data["quantity"].strip(),
            reserve=data["reserve"].strip(),
        )


@chart_page
def prescribe(request: HttpRequest, key: OpenChart, plan_id: UUID) -> HttpResponse:
    """Open the draft under an agreed plan."""
    if request.method != "POST":
        return redirect("clinician:plans", key.patient_id)
    answer = draft_prescription(key, plan_id)
    if isinstance(answer, Drafted):
        return redirect("clinician:draft", key.patient_id, answer.draft_id)
    if isinstance(answer, Refused):
        return refused_page(request, answer)
    says = " ".join(words for _, words in answer.by_field)
    return changed_page(request, f"The plan cannot be filled in as it stands. {says}", back=_plans(key))


def _plans(key: OpenChart) -> str:
    return reverse("clinician:plans", args=[key.patient_id])


@chart_page
def edit(request: HttpRequest, key: OpenChart, draft_id: UUID) -> HttpResponse:
    seen, plan = draft(key, draft_id), plan_to_prescribe(key)
    if seen is None:
        return not_found_page(request)
    if seen.state != "open" or plan is None or plan.id != seen.plan_id:
        return changed_page(request, "This draft is closed, or its plan is no longer in force.", back=_plans(key))
    form = DraftForm(request.POST or None, initial=_initial(seen))
    form.offer(clinic_card(key.clinic_id).jurisdiction)
    if request.method == "POST" and form.is_valid():
        answer = change_draft(key, draft_id, form.cleaned_data["version"], form.order())
        if isinstance(answer, Drafted):
            return redirect("clinician:check", key.patient_id, draft_id)
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=request.path)
        form.place(answer.by_field)
    return _page(request, key, form, seen, plan)


def _initial(seen: DraftCard) -> dict[str, object]:
    order = seen.order
    start = {
        "product": order.product,
        "starts_on": order.starts_on,
        "days": order.days,
        "quantity": order.quantity,
        "reserve": order.reserve,
        "version": seen.version,
    }
    return start | typed(order.doses)


def _page(request: HttpRequest, key: OpenChart, form: DraftForm, seen: DraftCard, plan: PlanCard) -> HttpResponse:
    return render_form_page(
        request, form, title="Draft a prescription", button="Check it against the record", template="clinician/draft.html", banner=banner(key),
        steps=form.steps(), draft=seen, plan=plan, told=sedation_facts(key), cancel=reverse("clinician:chart", args=[key.patient_id]),
        discard=reverse("clinician:discard", args=[key.patient_id, seen.id]),
    )  # fmt: skip


@chart_page
def discard(request: HttpRequest, key: OpenChart, draft_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return redirect("clinician:draft", key.patient_id, draft_id)
    answer = discard_draft(key, draft_id)
    if isinstance(answer, Refused):
        return changed_page(request, answer.why, back=reverse("clinician:chart", args=[key.patient_id]))
    messages.success(request, "The draft is discarded.")
    return redirect("clinician:chart", key.patient_id)
