"""Something happened: what it was, why, and a draft of the rest that says what changed."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import TaperCard, dose_in_force, taper
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_day
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, not_found_page, render_form_page

from .banner import banner
from .desk import chart_page
from .taper_form import NARROW, number
from .templatetags.clinician import tallman

SENTENCE = "The rest is proposed as a draft. No lower dose comes earlier, and the running plan stands until the patient agrees."


class HappenedForm(PageForm):
    kind = forms.ChoiceField(
        label="What happened?", widget=forms.RadioSelect, choices=[(k.value, words) for k, words in tapering.WHAT_HAPPENED.items()],
        error_messages={"required": "Choose what happened", "invalid_choice": "Choose what happened"},
    )  # fmt: skip
    why = forms.CharField(
        label="In your words", help_text="What happened, and the reason for what you decide.", max_length=tapering.LONGEST_WHY,
        error_messages={"required": "Say what happened and why"},
    )  # fmt: skip
    takes_mg = forms.ChoiceField(
        label="Go on with",
        required=False,
        help_text="The dose taken from today on. A dose that was raised is kept one full interval.",
    )
    until_on = DateField(label="No change before", required=False, help_text="Leave it empty to move only what must move.")
    cut_percent = number("Slower: lower each step by, %", "Only to go slower.", required=False)
    every_days = forms.IntegerField(
        label="Slower: days between steps", required=False, help_text="Only to go slower.", widget=forms.TextInput(NARROW)
    )
    product = forms.ChoiceField(label="Out of stock", required=False, help_text="Only where a product cannot be had.")

    def offer(self, card: TaperCard, key: OpenChart) -> None:
        on, known = clinic_day(key.clinic_id, key.at), knowledge.load()
        so_far = sorted({card.request.daily_dose_mg, *(s.daily_mg for s in card.reached(on))})
        now = dose_in_force(key, on)
        unsure = now is not None and now.unconfirmed_change is not None
        first = "Say which dose is taken" if unsure else "The dose in force"
        doses, product = self.fields["takes_mg"], self.fields["product"]
        assert isinstance(doses, forms.ChoiceField) and isinstance(product, forms.ChoiceField)
        doses.choices = [("", first), *((plain(mg), f"{plain(mg)} mg a day") for mg in so_far)]
        product.choices = [("", "None"), *((p.id, tallman(known.product(p.id).name)) for p in card.request.products)]

    def text(self) -> tapering.HappenedText:
        return tapering.HappenedText(**self.cleaned_data)


@chart_page
def happened(request: HttpRequest, key: OpenChart, course_id: UUID) -> HttpResponse:
    card, back = taper(key, course_id), reverse("clinician:taper", args=[key.patient_id])
    if card is None:
        return not_found_page(request)
    if card.switch is not None:
        return changed_page(request, "A switch to diazepam runs: hold it, then plan the rest of the switch.", back=back)
    if card.state != "running" or card.hold is not None:
        return changed_page(request, "This taper does not run, or the dose is held: plan the rest from the hold.", back=back)
    form = HappenedForm(request.POST or None)
    form.offer(card, key)
    if request.method == "POST" and form.is_valid():
        answer = tapering.replan_taper(key, course_id, form.text())
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=back)
        if isinstance(answer, (tapering.Replaced, tapering.Noted)):
            messages.success(request, _says(answer, card))
            return redirect(back)
        for name, says in answer.by_field:
            form.add_error(name if name in form.fields else None, says)
    return render_form_page(
        request, form, title="Something happened", template="clinician/confirm.html", banner=banner(key), button="Record it and plan the rest",
        cancel=back, sentence=SENTENCE,
    )  # fmt: skip


def _says(answer: tapering.Replaced | tapering.Noted, card: TaperCard) -> str:
    if isinstance(answer, tapering.Noted):
        return f"Recorded. {' '.join(answer.says)}"
    stands = f"Version {card.version} stands until the patient agrees: hold the dose if its next change must not come."
    return " ".join(filter(None, (f"Drafted as version {answer.version}.", answer.decide, stands)))
