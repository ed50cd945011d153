"""The clinician's recorded assessment after a warning: the only thing that takes a patient off Now."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from serein.care.evaluation.actions import NewAssessment, assess_risk
from serein.care.evaluation.reads import harm_told, open_safety, warnings_seen
from serein.care.evaluation.safety import ANSWERS, JUDGEMENTS, QUESTIONS, WAYS
from serein.care.planning.text import printable
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, refused_page, render_form_page

from .banner import banner
from .desk import chart_page
from .templatetags.clinician import instant


class RiskForm(PageForm):
    """How the patient was reached, what was judged, what was done. `seen` names the warning that the page showed."""

    how = forms.ChoiceField(
        label="How did you reach the patient?", choices=WAYS, widget=forms.RadioSelect, error_messages={"required": "Say how"}
    )
    judgement = forms.ChoiceField(
        label="What did you find?", choices=JUDGEMENTS, widget=forms.RadioSelect, error_messages={"required": "Choose one"}
    )
    done = forms.CharField(
        label="What was agreed and done?", max_length=10_000, widget=forms.Textarea({"rows": 5}),
        error_messages={"required": "Write what was agreed and done"},
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def clean_done(self) -> str:
        words = str(self.cleaned_data["done"])
        if not printable(words):
            raise forms.ValidationError("Remove characters that cannot be printed.")
        return words


@chart_page
def risk(request: HttpRequest, key: OpenChart) -> HttpResponse:
    waiting, told = open_safety(key), harm_told(key)
    form = RiskForm(request.POST or None, initial={"seen": warnings_seen(key)})
    if request.method == "POST" and form.is_valid():
        answer = assess_risk(key, NewAssessment(**form.cleaned_data))
        if isinstance(answer, Refused):
            return (
                changed_page(request, answer.why, back=request.path)
                if answer.code == "changed-meanwhile"
                else refused_page(request, answer)
            )
        messages.success(request, "The assessment is recorded." if answer.closed else "Recorded. The patient stays on the list.")
        return redirect("clinician:chart", key.patient_id)
    zone, words = clinic_card(key.clinic_id).time_zone, dict(ANSWERS)
    facts = []
    if waiting:
        facts = [(q.short, words.get(waiting.answers[q.key], "not answered")) for q in QUESTIONS]
        facts.append(("Asked", instant(waiting.asked_at, zone)))
    return render_form_page(
        request, form, title="Record a risk assessment", button="Record the assessment", template="clinician/risk.html", facts=facts,
        banner=banner(key), told=told, raised_before=waiting.raised_before if waiting else False,
    )  # fmt: skip
