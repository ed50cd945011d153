"""Home: help first, then the one thing to do next, then everything else one tap away."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from serein.care.access.actions import give_consent, withdraw_consent
from serein.care.access.consent_texts import CONSENTS
from serein.care.access.reads import consents, patient_card
from serein.care.continuity.reads import responsible
from serein.care.evaluation import answering, reads
from serein.care.evaluation.safety import EMERGENCY
from serein.care.monitoring import reads as monitoring
from serein.care.planning.reads import plan_in_force, plan_waiting
from serein.care.tapering.reads import dose_in_force, running_taper, waiting_taper
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import Person, clinic_card
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import not_found_page, refused_page, render_form_page

from ..door import at_home, day_words, own_record
from ..doses import box, in_sentences, switches
from ..forms import ConsentForm
from .check_in import invite
from .level import shown


@dataclass(frozen=True)
class Next:
    """The one thing to do next. `post`: its button starts something, so it is sent, not followed."""

    title: str
    says: str
    button: str
    href: str
    post: bool = False


def _next(chart: OpenChart) -> list[Next]:
    """What waits, the first thing first: a plan that waits for an answer comes before the questions, finished or not."""
    if not any(c.what == "care" and c.in_force for c in consents(chart)):
        says = "Please read about your care here. Then tell us if you agree."
        return [Next("Read and agree", says, "Read it now", reverse("patient:consent", args=["care"]))]
    return [
        n for n in (_plan_to_read(chart), _taper_to_read(chart), _change_to_confirm(chart), _questions(chart)) if n is not None
    ]


def _plan_to_read(chart: OpenChart) -> Next | None:
    if plan_waiting(chart) is None:
        return None
    says = "Your care team wrote a plan for you. Nothing starts until you agree."
    return Next("Read your plan", says, "Read it now", reverse("patient:plan"))


def _taper_to_read(chart: OpenChart) -> Next | None:
    waiting = waiting_taper(chart)
    if waiting is None:
        return None
    what = "to change you to diazepam, one dose at a time" if waiting.switch else "to lower your dose slowly"
    says = f"Your care team wrote a plan {what}. Nothing changes until you agree."
    return Next("Read your dose changes", says, "Read it now", reverse("patient:taper"))


def _change_to_confirm(chart: OpenChart) -> Next | None:
    now = dose_in_force(chart, at_home(chart.at, patient_card(chart).time_zone).date()) if running_taper(chart) else None
    change = now.unconfirmed_change if now else None
    if change is None:
        return None
    what = " of diazepam" if now and now.still else ""
    says = f"Your dose was to go from {change.before} mg to {change.after} mg{what} a day. We do not know yet which one you take."
    return Next("Did you change your dose?", says, "Tell us", reverse("patient:taper"))


def _questions(chart: OpenChart) -> Next | None:
    begin = reverse("patient:begin")
    state = reads.open_intake(chart)
    if state is not None:
        left = sum(not answering.is_complete(q, state.answers.get(q.key)) for q in answering.path(state.answers))
        says = (
            f"You have {left} {'page' if left == 1 else 'pages'} to go. Your answers are saved."
            if left
            else "Check your answers and send them."
        )
        return Next("Finish your answers", says, "Go on", begin)
    if reads.last_intake(chart) is None:
        says = "It takes about 12 minutes. We save each answer. You can stop and come back."
        return Next("Answer our questions", says, "Start", begin, post=True)
    return None


@desk("patient")
def home(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    card = patient_card(chart)
    safety = reads.open_safety(chart)
    sent = reads.last_intake(chart)
    today = at_home(chart.at, card.time_zone).date()
    plan, lead = plan_in_force(chart), responsible(chart)
    switching = switches(chart)
    moved = lead if lead is not None and lead.elsewhere else None
    context = {
        "title": f"Hello, {card.given}", "safety": safety, "emergency": safety is not None and safety.outcome == EMERGENCY,
        "todo": [] if moved else _next(chart), "moved": moved,
        "card": clinic_card(chart.clinic_id), "plan": plan,
        "plan_ends": day_words(plan.text.ends_on, today) if plan else "",
        "sent_on": day_words(at_home(sent.submitted_at, card.time_zone).date(), today) if sent and sent.submitted_at else "",
        "diary": box(monitoring.today(chart), monitoring.as_needed(chart), card.time_zone), "check_in": invite(chart) if plan else None,
        "plan_words": in_sentences(plan.regimen_words) if plan and running_taper(chart) is None and not switching else "",
        "switching": switching,
        "level_shown": shown(chart), "may_change": sent is not None and reads.open_intake(chart) is None,
    }  # fmt: skip
    return render(request, "patient/home.html", context)


@desk("patient")
@once
def consent(request: HttpRequest, who: Person, what: str) -> HttpResponse:
    """The words, a box to tick, and a way to take it back."""
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    text = CONSENTS.get(what)
    if text is None:
        return not_found_page(request)
    given = next((c for c in consents(chart) if c.what == what and c.in_force), None)
    form = ConsentForm(text.yes, request.POST if request.method == "POST" and "take_back" not in request.POST else None)
    if request.method == "POST":
        if "take_back" in request.POST:
            done: object = withdraw_consent(chart, what)
        elif form.is_valid():
            done = give_consent(chart, what)
        else:
            done = None
        if isinstance(done, Refused):
            return refused_page(request, done)
        if done is not None:
            return redirect("patient:consents" if given else "patient:home")
    return render_form_page(
        request,
        form,
        title=text.title,
        template="patient/consent.html",
        text=text,
        given=given,
        button="I agree",
        back=reverse("patient:home"),
    )


@desk("patient")
def my_consents(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    lines = consents(chart)
    zone = patient_card(chart).time_zone
    today = at_home(chart.at, zone).date()
    rows = []
    for text in CONSENTS.values():
        line = next((c for c in lines if c.what == text.what and c.in_force), None)
        rows.append((text, line, day_words(at_home(line.given_at, zone).date(), today) if line else ""))
    return render(request, "patient/consents.html", {"title": "What I agreed to", "rows": rows, "back": reverse("patient:home")})
