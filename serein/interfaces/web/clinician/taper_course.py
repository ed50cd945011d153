"""The taper of one patient as it stands: the dose in force, what waits for somebody, every step, every version."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.care.planning.text import Mistaken
from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import (
    StepCard,
    TaperCard,
    dose_in_force,
    happenings,
    starting_point,
    step_of,
    switch_to_come,
    taper,
    tapers,
)
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.foundation.tasks.reads import tasks_of_patient
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, not_found_page, render_form_page

from .banner import banner
from .desk import chart_page
from .taper_form import number

WISH_WORDS = {"wait": "wants to wait before the next change", "slower": "wants to go slower", "pause": "wants to pause",
              "back": "wants to go back one step", "ask": "asks"}  # fmt: skip


def _home(key: OpenChart) -> str:
    return reverse("clinician:taper", args=[key.patient_id])


def _with_state(card: TaperCard, key: OpenChart) -> list[tuple[Any, str]]:
    """Each step with one word on where it stands."""
    on = clinic_day(key.clinic_id, key.at)
    reached = {s.id for s in card.reached(on)}
    newest = max((s.number for s in card.steps if s.confirmed_at), default=0)
    found = []
    for step in card.steps:
        if step.confirmed_at:
            word = "Confirmed"
        elif step.id in reached:
            word = "Passed over" if step.number < newest else "Unconfirmed"
        else:
            word = "Held" if card.hold else "Coming"
        found.append((step, word))
    return found


def _may_draft(card: TaperCard, key: OpenChart) -> set[UUID]:
    """The step that runs and the next one: nobody prescribes months ahead by a slip of the mouse."""
    on = clinic_day(key.clinic_id, key.at)
    near = [*card.reached(on)[-1:], *([coming] if (coming := card.coming(on)) else [])]
    goes_on = card.steps[-1].id if card.switch else None  # the last dose of a switch is kept until a reduction is planned
    return {s.id for s in near if s.doses and (s.last_day >= on or s.id == goes_on)}


def _to_decide(card: TaperCard, key: OpenChart) -> list[tuple[StepCard, str]]:
    """Changes that a person must decide on now, with what the patient said: the next one, one that came undecided, one met by silence."""
    on, coming = clinic_day(key.clinic_id, key.at), card.coming(clinic_day(key.clinic_id, key.at))
    silent = {t.subject_id for t in tasks_of_patient(key) if t.kind == tapering.SILENT_TASK}
    near = [s for s in card.reached(on)[-1:] if s.last_day >= on and s.doses]
    unsure = any(s.confirmed_at is None for s in card.reached(on)[-1:])
    if coming is not None and not unsure and (coming.from_on - on).days <= tapering.DECIDE_DAYS:
        near.append(coming)
    open_steps = [s for s in near if not s.decided or (s.id in silent and s.go_on_at is None)]
    return [(s, "is ready for it" if s.ready_at else "has said nothing about it yet") for s in open_steps]


@chart_page
def course(request: HttpRequest, key: OpenChart) -> HttpResponse:
    on, versions = clinic_day(key.clinic_id, key.at), tapers(key)
    running = next((t for t in versions if t.state == "running"), None)
    context: dict[str, Any] = {
        "title": "Taper", "banner": banner(key), "zone": clinic_card(key.clinic_id).time_zone, "now": dose_in_force(key, on),
        "running": running, "draft": next((t for t in versions if t.state == "draft"), None), "given": patient_card(key).given,
        "waiting": next((t for t in versions if t.state == "sent"), None), "knowledge": knowledge.load().version,
        "steps": _with_state(running, key) if running else (), "coming": running.coming(on) if running else None,
        "may_draft": _may_draft(running, key) if running else (),
        "to_decide": _to_decide(running, key) if running else (), "switch_to_come": switch_to_come(key), "start": starting_point(key, on),
        "happened": happenings(key), "lost": any(t.kind == tapering.LOST_TASK for t in tasks_of_patient(key)),
        "closed": [t for t in versions if t.state in ("finished", "replaced", "withdrawn")], "on": on,
        "wishes": [(WISH_WORDS[w.wish], w) for t in versions for w in t.open_wishes if t.state in ("sent", "running")],
    }  # fmt: skip
    return render(request, "clinician/taper.html", context)


@chart_page
def send(request: HttpRequest, key: OpenChart, course_id: UUID) -> HttpResponse:
    if request.method != "POST":
        return redirect(_home(key))
    answer = tapering.send_taper(key, course_id)
    if isinstance(answer, Refused):
        return changed_page(request, answer.why, back=_home(key))
    messages.success(request, "Sent to the patient. Nothing changes before they agree.")
    return redirect(_home(key))


class WhyForm(PageForm):
    why = forms.CharField(label="Why?", max_length=tapering.LONGEST_WHY, error_messages={"required": "Say why"})


def _reason(request: HttpRequest, key: OpenChart, title: str, button: str, act: Any, **more: Any) -> HttpResponse:
    """A page that asks for a reason and does one deed with it."""
    form = WhyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = act(form.cleaned_data["why"])
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=_home(key))
        if not isinstance(answer, Mistaken):
            messages.success(request, more.pop("says"))
            return redirect(_home(key))
        for name, says in answer.by_field:
            form.add_error(name, says)
    return render_form_page(
        request, form, title=title, template="clinician/confirm.html", banner=banner(key), button=button, cancel=_home(key),
        sentence=more.get("sentence", ""), facts=more.get("facts", ()),
    )  # fmt: skip


@chart_page
def withdraw(request: HttpRequest, key: OpenChart, course_id: UUID) -> HttpResponse:
    card = taper(key, course_id)
    if card is None:
        return not_found_page(request)
    return _reason(
        request, key, f"Take back version {card.version}?", "Take it back", lambda why: tapering.withdraw_taper(key, course_id, why=why),
        sentence="A running taper is not ended here: hold it instead.", says=f"Version {card.version} is taken back.",
    )  # fmt: skip


@chart_page
def lost(request: HttpRequest, key: OpenChart, course_id: UUID) -> HttpResponse:
    card = taper(key, course_id)
    if card is None:
        return not_found_page(request)
    told = next((h for h in happenings(key) if h.kind == "lost-tablets"), None)
    return _reason(
        request, key, "Decide on the lost tablets", "Record the decision", lambda why: tapering.decide_on_lost_tablets(key, course_id, why=why),
        sentence="Say what is replaced, for how many days, and what was agreed about keeping them. A replacement is drafted for its step.",
        facts=[("Told", f"{told.why} ({told.by}, {told.at:%d-%b-%Y})")] if told else [], says="Recorded: decided on the lost tablets.",
    )  # fmt: skip


@chart_page
def go_on(request: HttpRequest, key: OpenChart, step_id: UUID) -> HttpResponse:
    found = step_of(key, step_id)
    if found is None:
        return not_found_page(request)
    card, step = found
    change = f"{plain(step.before_mg)} mg to {step.mg} mg{' of diazepam' if card.switch else ''} a day on {step.from_on:%d-%b-%Y}"
    sentence = f"{change}. To keep the dose instead, go back and hold it."
    said = [(f"Said {w.at:%d-%b-%Y}", w.words) for w in card.wishes if w.wish != "agree" and w.words][-3:]
    answer = f"Ready for it, {step.ready_at:%d-%b-%Y}" if step.ready_at else "Nothing said about this change"
    return _reason(
        request, key, "Go on with this change?", "Go on", lambda why: tapering.go_on_with_step(key, step_id, why=why),
        sentence=sentence, facts=[("Patient’s answer", answer), *said], says="Recorded: go on. The step can be prescribed now.",
    )  # fmt: skip


class HoldForm(PageForm):
    why = forms.CharField(
        label="Why is the dose held?", max_length=tapering.LONGEST_WHY, error_messages={"required": "Say why the dose is held"}
    )
    until_on = DateField(label="No change before", required=False, help_text="Leave it empty to decide later.")
    takes_mg = forms.ChoiceField(label="Which dose does the patient take?", widget=forms.RadioSelect, required=False)
    asked_by_patient = forms.BooleanField(label="The patient asked for it", required=False)


@chart_page
def hold(request: HttpRequest, key: OpenChart, course_id: UUID) -> HttpResponse:
    card, now = taper(key, course_id), dose_in_force(key, clinic_day(key.clinic_id, key.at))
    if card is None or now is None:
        return not_found_page(request)
    form = HoldForm(request.POST or None)
    change, field = now.unconfirmed_change, form.fields["takes_mg"]
    assert isinstance(field, forms.ChoiceField)
    if change is None:
        del form.fields["takes_mg"]
    else:
        field.choices = [(plain(mg), f"{plain(mg)} mg a day") for mg in (change.from_mg, change.to_mg)]
    if request.method == "POST" and form.is_valid():
        answer = tapering.hold_taper(key, course_id, tapering.HoldText(**form.cleaned_data))
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=_home(key))
        if isinstance(answer, tapering.Held):
            messages.success(request, "The dose is held. No change comes before a new version is agreed to.")
            return redirect(_home(key))
        for name, says in answer.by_field:
            form.add_error(name, says)
    return render_form_page(
        request, form, title="Hold the dose", template="clinician/confirm.html", banner=banner(key), button="Hold the dose",
        sentence=f"{now.words} a day. Later changes are planned again from here, sent, and agreed to.", cancel=_home(key),
    )  # fmt: skip


class ResumeForm(PageForm):
    resume_on = DateField(label="Next change on", help_text="Not before the hold ends. Later steps move with it.")
    cut_percent = number("Lower each step by, %", "The same, or less.")
    every_days = forms.IntegerField(label="Days between steps", help_text="The same, or more.")
    back_to_mg = number("Go back to, mg a day", "Only for a step back to an earlier dose.", required=False)


@chart_page
def resume(request: HttpRequest, key: OpenChart, course_id: UUID) -> HttpResponse:
    card, on = taper(key, course_id), clinic_day(key.clinic_id, key.at)
    if card is None or card.hold is None:
        return changed_page(request, "No dose is held.", back=_home(key))
    if card.switch is not None:
        return redirect("clinician:taper_switch", key.patient_id)
    pace = card.request.pace
    coming = next((s.from_on for s in card.steps if s.from_on > card.hold.from_on), on)
    start = {
        "resume_on": max(on, coming, card.hold.until_on or on), "cut_percent": plain(pace.cut_percent), "every_days": pace.every_days,
    }  # fmt: skip
    form = ResumeForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        answer = tapering.resume_taper(key, course_id, tapering.ResumeText(**form.cleaned_data))
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=_home(key))
        if isinstance(answer, tapering.Proposed):
            messages.success(request, "The rest is planned as a draft. Read it, then send it to the patient.")
            return redirect(_home(key))
        for name, says in answer.by_field:
            form.add_error(name if name in form.fields else None, says)
    return render_form_page(
        request, form, title="Plan the rest after the hold", banner=banner(key), button="Plan it", cancel=_home(key),
        template="clinician/confirm.html", sentence="No dose comes earlier than the patient agreed to.",
    )  # fmt: skip


def _deed(request: HttpRequest, key: OpenChart, act: Any, says: str) -> HttpResponse:
    """A button without a page of its own."""
    if request.method != "POST":
        return redirect(_home(key))
    answer = act()
    if isinstance(answer, Refused):
        return changed_page(request, answer.why, back=_home(key))
    if isinstance(answer, Mistaken):
        return changed_page(request, " ".join(words for _, words in answer.by_field), back=_home(key))
    if isinstance(answer, tapering.RegimenDrafted):
        messages.success(
            request, says if len(answer.draft_ids) == 1 else f"{len(answer.draft_ids)} drafts, one for each strength: sign each."
        )
        return redirect("clinician:check", key.patient_id, answer.draft_ids[0])
    messages.success(request, says)
    return redirect(_home(key))


@chart_page
def prescribe_step(request: HttpRequest, key: OpenChart, step_id: UUID) -> HttpResponse:
    return _deed(request, key, lambda: tapering.draft_for_step(key, step_id), "A draft for this step.")


@chart_page
def prescribe_hold(request: HttpRequest, key: OpenChart, course_id: UUID) -> HttpResponse:
    return _deed(request, key, lambda: tapering.draft_for_hold(key, course_id), "A draft for the dose that is held.")


@chart_page
def confirm(request: HttpRequest, key: OpenChart, step_id: UUID) -> HttpResponse:
    return _deed(request, key, lambda: tapering.confirm_step(key, step_id), "Recorded on the patient’s word.")


@chart_page
def answered(request: HttpRequest, key: OpenChart, course_id: UUID) -> HttpResponse:
    return _deed(request, key, lambda: tapering.answer_about_taper(key, course_id), "Recorded: answered, nothing changes.")
