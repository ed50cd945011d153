"""Two dates of birth: which is right, and how that is known."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.evaluation.actions.birth_date import LONGEST_WHY, RECORDED, TOLD, NewFinding, settle_birth_date
from serein.care.evaluation.reads.birth_date import BirthDates, birth_dates
from serein.care.planning.text import printable
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, refused_page, render_form_page

from .banner import banner
from .desk import chart_page
from .templatetags.clinician import instant


class BirthDateForm(PageForm):
    """`seen` names the two dates that the page showed."""

    right = forms.ChoiceField(
        label="Which date is right?", choices=(), widget=forms.RadioSelect, error_messages={"required": "Choose the right date"}
    )
    why = forms.CharField(
        label="How do you know?", max_length=LONGEST_WHY, help_text="For example: seen on the identity card.",
        error_messages={"required": "Say how you know"},
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def offer(self, dates: BirthDates) -> None:
        field = self.fields["right"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (RECORDED, f"{dates.recorded:%d-%b-%Y}, on record before"), (TOLD, f"{dates.told:%d-%b-%Y}, written by the patient"),
        ]  # fmt: skip

    def clean_why(self) -> str:
        words = str(self.cleaned_data["why"])
        if not printable(words):
            raise forms.ValidationError("Remove characters that cannot be printed.")
        return words


@chart_page
def birth_date(request: HttpRequest, key: OpenChart) -> HttpResponse:
    dates, chart = birth_dates(key), reverse("clinician:chart", args=[key.patient_id])
    if dates is None:
        return changed_page(request, "There is one date of birth now.", back=chart)
    form = BirthDateForm(request.POST or None, initial={"seen": dates.seen})
    form.offer(dates)
    if request.method == "POST" and form.is_valid():
        answer = settle_birth_date(key, NewFinding(**form.cleaned_data))
        if isinstance(answer, Refused):
            again = answer.code == "changed-meanwhile"
            return changed_page(request, answer.why, back=request.path) if again else refused_page(request, answer)
        messages.success(request, "The date of birth is settled. Both dates stay on record.")
        return redirect("clinician:chart", key.patient_id)
    told = instant(dates.told_at, clinic_card(key.clinic_id).time_zone) if dates.told_at else ""
    return render_form_page(
        request, form, title="Two dates of birth", button="Settle the date of birth", template="clinician/form_page.html", banner=banner(key),
        back=chart, lead=f"The patient wrote another date in the intake of {told}. Until this is settled every check holds for both ages.",
    )  # fmt: skip
