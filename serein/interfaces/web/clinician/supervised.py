"""Alcohol withdrawal under supervision: what the sources say, beginning a course, a look with its answer, what was given, the end."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.care.planning.text import Mistaken
from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import SupervisedCard, dose_in_force, supervised_course, supervised_courses
from serein.care.tapering.supervised import years_on
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.clinical.taper.supervised import CIWA, always, is_older, preferences, regimens
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.interfaces.web.shell.pages import changed_page, render_form_page

from .banner import banner
from .desk import chart_page
from .supervised_form import BeginForm, EndForm, GivenForm, RatingsForm

NOT_RUNNING = "No supervised course runs."


@chart_page
def course(request: HttpRequest, key: OpenChart) -> HttpResponse:
    running, known = supervised_course(key), knowledge.load()
    context: dict[str, Any] = {
        "title": "Supervised course", "banner": banner(key), "running": running, "knowledge": known.version, "always": always(known),
        "zone": clinic_card(key.clinic_id).time_zone, "earlier": [c for c in supervised_courses(key) if c.ended_at is not None],
        "regimens": regimens(known), "preferences": preferences(known), "older": is_older(known, _age(key)), "age": _age(key),
        "back": reverse("clinician:chart", args=[key.patient_id]),
    }  # fmt: skip
    if running is not None:
        context |= {
            "newest": next(iter(running.looks), None),
            "waiting": running.waiting(),
            "day_mg": running.given_within_a_day(key.at),
        }
    return render(request, "clinician/supervised.html", context)


def _age(key: OpenChart) -> int | None:
    return years_on(patient_card(key).birth_date, clinic_day(key.clinic_id, key.at))


@chart_page
def begin(request: HttpRequest, key: OpenChart) -> HttpResponse:
    back = reverse("clinician:supervised", args=[key.patient_id])
    if supervised_course(key) is not None:
        return changed_page(request, "A supervised course runs already.", back=back)
    known, now = knowledge.load(), dose_in_force(key, clinic_day(key.clinic_id, key.at))
    form = BeginForm(request.POST or None, initial={"before_mg": plain(now.mg) if now is not None and now.mg else ""})
    form.offer(regimens(known), older=is_older(known, _age(key)))
    if request.method == "POST" and form.is_valid():
        answer = tapering.begin_supervised_course(key, form.text())
        if isinstance(answer, tapering.Begun):
            messages.success(request, "Begun. Rate the patient now.")
            return redirect(back)
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=back)
        _place(form, answer)
    return render_form_page(
        request, form, title="Begin a supervised course", button="Begin the course", template="clinician/form_page.html", banner=banner(key),
        cancel=back, lead="For alcohol withdrawal, where somebody watches. It is recorded as a substance-use record. Nothing here prescribes.",
    )  # fmt: skip


@chart_page
def look(request: HttpRequest, key: OpenChart) -> HttpResponse:
    """The ten ratings. They are written down before the answer is shown."""
    running, back = supervised_course(key), reverse("clinician:supervised", args=[key.patient_id])
    if running is None:
        return changed_page(request, NOT_RUNNING, back=back)
    form = RatingsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = tapering.score_supervised_course(key, running.id, form.ratings())
        if isinstance(answer, tapering.Scored):
            return redirect(back)
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=back)
        _place(form, answer)
    name = knowledge.load().instrument(CIWA).name
    return render_form_page(
        request, form, title=f"Rate the patient: {name}", button="Write it down and see the dose", template="clinician/form_page.html",
        banner=banner(key), cancel=back,
        lead="As you see them now. Not for somebody who cannot communicate or is critically ill, and no diagnosis.",
    )  # fmt: skip


@chart_page
def give(request: HttpRequest, key: OpenChart, score_id: UUID) -> HttpResponse:
    running, back = supervised_course(key), reverse("clinician:supervised", args=[key.patient_id])
    score = next((s for s in running.looks if s.id == score_id), None) if running else None
    if running is None or score is None or score.gave_mg is not None:
        return changed_page(request, "What was given at this look is written down already, or the course ended.", back=back)
    form = GivenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = tapering.give_supervised_dose(key, score_id, mg=form.cleaned_data["mg"], why=form.cleaned_data["why"])
        if isinstance(answer, tapering.Given):
            messages.success(request, "Written down.")
            return redirect(back)
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=back)
        _place(form, answer)
    return render_form_page(
        request, form, title="What was given?", button="Write it down", template="clinician/form_page.html", banner=banner(key), cancel=back,
        lead=_gives(running, score.gives),
    )  # fmt: skip


def _gives(running: SupervisedCard, mg: str) -> str:
    return (
        f"At this look the regimen gives {mg} mg of {running.substance}."
        if mg != "0"
        else "At this look the regimen gives nothing."
    )


@chart_page
def end(request: HttpRequest, key: OpenChart) -> HttpResponse:
    running, back = supervised_course(key), reverse("clinician:supervised", args=[key.patient_id])
    if running is None:
        return changed_page(request, NOT_RUNNING, back=back)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = tapering.end_supervised_course(key, running.id, why=form.cleaned_data["why"])
        if isinstance(answer, tapering.CourseEnded):
            messages.success(request, "The course is ended.")
            return redirect(back)
        if isinstance(answer, Refused):
            return changed_page(request, answer.why, back=back)
        _place(form, answer)
    says = running.now is not None and running.now.may_end
    early = "" if says else " The regimen does not say yet that it ends: say why it ends now."
    before = f" Afterwards {running.before} mg a day as before: the course is no reason to lower it." if running.before else ""
    return render_form_page(
        request, form, title="End the supervised course?", button="End the course", template="clinician/confirm.html", banner=banner(key),
        cancel=back, sentence=f"{plain(running.dose_mg)} mg of {running.substance} as one dose, {len(running.looks)} looks.{early}{before}",
    )  # fmt: skip


def _place(form: Any, answer: Mistaken) -> None:
    for field, words in answer.by_field:
        form.add_error(field if field in form.fields else None, words)
