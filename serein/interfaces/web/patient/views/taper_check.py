"""Before a change: how is it going? The answer proposes to go on or to keep the dose; a clinician decides, and nothing is lost on the way."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.care.planning.text import TIMES, Mistaken
from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import StepCard, step_of
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import changed_page, refused_page, render_form_page

from ..door import at_home, day_words, own_record

HOW_HARD = (("none", "I have none of these"), ("bearable", "I can bear it"), ("hard", "It is hard to bear"))
HOPES = (("go", "I want the change to come"), ("keep", "I want to keep my dose for now"))


ONE = {"required": "Choose one answer."}


class CheckForm(PageForm):
    signs = forms.MultipleChoiceField(
        label="What have you had in the last days?", widget=forms.CheckboxSelectMultiple, required=False
    )
    how_hard = forms.ChoiceField(label="How hard is it?", choices=HOW_HARD, widget=forms.RadioSelect, error_messages=ONE)
    hope = forms.ChoiceField(label="What do you want?", choices=HOPES, widget=forms.RadioSelect, error_messages=ONE)

    def offer(self) -> None:
        field = self.fields["signs"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(n), sign[:1].upper() + sign[1:]) for n, sign in enumerate(_signs())]

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("how_hard") == "none" and data.get("signs"):
            self.add_error("how_hard", "You ticked signs above. Say how hard they are.")
        return data


def _signs() -> tuple[str, ...]:
    return knowledge.load().advised("withdrawal-signs").signs


def change_words(step: StepCard) -> str:
    if step.switched:
        return f"your dose {TIMES[step.switched]} becomes diazepam"
    return f"from {plain(step.before_mg)} mg to {step.mg} mg a day"


def proposed(how_hard: str, hope: str) -> str:
    """'go' or 'keep': what the answer proposes. Whoever wants to keep the dose is never talked out of it."""
    return "go" if hope == "go" and how_hard != "hard" else "keep"


@desk("patient")
@once
def check(request: HttpRequest, who: Person, step_id: UUID) -> HttpResponse:
    chart, back = own_record(request, who), reverse("patient:taper")
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    found = step_of(chart, step_id)
    if found is None or found[0].state != "running" or found[0].hold is not None or found[1].confirmed_at is not None:
        return changed_page(request, "This change is no longer open. Please read the newest plan.", back=back)
    form = CheckForm(request.POST or None)
    form.offer()
    if request.method == "POST" and form.is_valid():
        answer = _answered(chart, found[0].id, found[1], form.cleaned_data)
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=back)
        if isinstance(answer, str):
            messages.success(request, answer)
            return redirect(back)
        for _, says in answer.by_field:
            form.add_error(None, says)
    today = at_home(chart.at, patient_card(chart).time_zone).date()
    step = found[1]
    return render_form_page(
        request, form, title="Before your next change", template="patient/taper_check.html", button="Send my answer", back=back,
        change=f"{day_words(step.from_on, today)}: {change_words(step)}",
        advice=knowledge.load().advised("withdrawal-signs").advice,
    )  # fmt: skip


def _answered(chart: OpenChart, course_id: UUID, step: StepCard, data: dict[str, object]) -> str | Refused | Mistaken:
    """Without signs and with the wish to go on the step is ready; everything else is put before a clinician in the patient's own ticks."""
    how_hard, hope, ticked = str(data["how_hard"]), str(data["hope"]), data["signs"]
    assert isinstance(ticked, list)
    signs, way = _signs(), proposed(how_hard, hope)
    if way == "go":
        ready = tapering.ready_for_step(chart, step.id)
        if isinstance(ready, Refused):
            return ready
    if way == "keep" or ticked:
        had = ", ".join(signs[int(n)] for n in ticked) or "no signs ticked"
        to = f"{step.mg} mg of diazepam" if step.switched else f"{step.mg} mg"
        words = f"Before the change to {to}: {had}. {dict(HOW_HARD)[how_hard]}. {dict(HOPES)[hope]}."
        asked = tapering.ask_about_taper(chart, course_id, "wait" if way == "keep" else "ask", words)
        if not isinstance(asked, tapering.Asked):
            return asked
    if way == "go":
        ready_says = (
            "Saved. The change can come as planned."
            if step.decided
            else "Saved. Your care team decides next, then prescribes it."
        )
        return "Saved. The change can come. Your care team sees what you have." if ticked else ready_says
    return "Saved. Keep your dose for now. Your care team answers within a day. You do not have to change before we have talked."
