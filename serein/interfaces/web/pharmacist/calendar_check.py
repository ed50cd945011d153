"""Whether a dose calendar on paper is the newest, for whoever holds it: the patient's own old print, a carer, a pharmacist on the telephone.

No sign-in, no key, and no word about anybody: newest, old since a day, or unknown. Asking changes nothing, so it is done by GET and the address
of an answer may be opened again.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from serein.foundation.people.papers import PaperStanding, calendar_standing
from serein.interfaces.paper.taper import day_words
from serein.interfaces.web.shell.desk import person_of
from serein.interfaces.web.shell.parts import Verdict

from .looking import may_look

LONGEST = 300  # a scanner types the whole address
TITLE = "Check a dose calendar"
UNKNOWN = Verdict(
    "unknown",
    "No dose calendar has this code",
    "Check each letter. The code has 8 letters and digits, such as 7Q4M-K2PD, and stands on the first page of the calendar.",
)
TOO_MANY = Verdict(
    "unknown", "We cannot check right now: too many codes from your network", "Wait five minutes, or call the clinic."
)
NEWEST = Verdict(
    "good",
    "This is the newest dose calendar",
    "If it differs from what you were told, call the clinic.",
)

OLD = (
    "Another calendar took its place, or the treatment goes on elsewhere. Go by the newest calendar, or call the clinic. "
    "Do not stop all at once because of this."
)


@require_safe
def check(request: HttpRequest, code: str = "") -> HttpResponse:
    """The form, and the answer where a code was sent. An unknown code gets the same status, by the same way, as a known one."""
    asked = (code or request.GET.get("code", ""))[:LONGEST].strip()
    answer, status = None, 200
    if asked and person_of(request) is None and not may_look(request, "calendar_code"):
        answer, status = TOO_MANY, 429
    elif asked:
        answer = _answer(calendar_standing(asked.rstrip("/").rpartition("/")[2]))
    context = {
        "title": TITLE,
        "verdict": answer,
        "asked": asked if answer is UNKNOWN else "",
        "no_code": "code" in request.GET and not asked,
    }
    response = render(request, "pharmacist/calendar.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _answer(found: PaperStanding | None) -> Verdict:
    if found is None:
        return UNKNOWN
    if found.until is None:
        return NEWEST
    return Verdict("bad", f"Old: this calendar has not counted since {day_words(found.until)}", OLD)
