"""Who opened the patient's record, who did what in it, and who was turned away: in plain words."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from serein.care.access.reads import patient_card
from serein.foundation.audit.reads import Line, who_looked
from serein.foundation.people.keys import Refused
from serein.foundation.people.persons import Person
from serein.interfaces.web.shell.desk import desk
from serein.interfaces.web.shell.pages import refused_page

from ..door import at_home, day_words, own_record, time_words

DEEDS = {
    "accept_invitation": "signed up", "invite_patient": "invited you", "register_patient": "opened your record",
    "give_consent": "agreed", "withdraw_consent": "took back an agreement",
    "start_intake": "began to answer questions", "answer_question": "answered a question", "submit_intake": "sent answers",
    "answer_instrument": "answered questions about feelings", "ask_safety": "was asked about safety",
    "answer_safety": "answered about safety", "correct_safety": "changed an answer about safety",
    "assess_risk": "wrote down how safe you are", "record_entry": "wrote in your record", "import_record": "brought in a record from elsewhere",
    "write_plan": "wrote a plan", "send_plan": "sent you a plan", "reply_to_plan": "answered a plan", "withdraw_plan": "took back a plan",
    "draft_prescription": "began a prescription", "change_draft": "changed a prescription not yet signed",
    "check_draft": "checked a prescription", "override_warning": "gave a reason about a warning", "sign_prescription": "signed a prescription",
    "cancel_prescription": "cancelled a prescription", "dispense": "handed out your medicine",
    "decline_to_dispense": "did not hand out a medicine", "print_prescription": "made a copy of a prescription",
    "open_task": "put something on a list to do", "close_task": "ticked something off a list",
}  # fmt: skip
PAGE = 100


@dataclass(frozen=True)
class Look:
    when: str
    who: str
    what: str


def _what(line: Line) -> str:
    deed = "opened your record" if line.deed == "open" else DEEDS.get(line.deed, line.deed.replace("_", " "))
    if line.outcome == "refused":
        return "was turned away" if line.deed == "open" else f"was not let: {deed}"
    return deed


def _looks(lines: list[Line], who: Person, zone: str) -> list[Look]:
    """Newest first; the patient's own looks are left out (they would bury the others), their deeds are not."""
    today = at_home(lines[0].at, zone).date() if lines else None
    found: list[Look] = []
    for line in lines:
        own = line.by_id == who.account_id
        if (own and line.deed == "open") or line.deed in ("open_task", "close_task"):
            continue
        at = at_home(line.at, zone)
        look = Look(
            f"{day_words(at.date(), today or at.date())}, {time_words(at)}", "You" if own else line.who or "Serein", _what(line)
        )
        if not found or found[-1] != look:
            found.append(look)
    return found


@desk("patient")
def looks(request: HttpRequest, who: Person) -> HttpResponse:
    chart = own_record(request, who)
    if isinstance(chart, Refused):
        return refused_page(request, chart)
    lines = who_looked(chart, limit=PAGE * 5)
    found = _looks(lines, who, patient_card(chart).time_zone)[:PAGE]
    return render(request, "patient/looks.html", {"title": "Who saw my record", "looks": found, "back": reverse("patient:home")})
