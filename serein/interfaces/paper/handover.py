"""A handover on paper: what the document says, for people, the problems first."""

from datetime import datetime
from zoneinfo import ZoneInfo

from serein.care.continuity.facts import HandoverFacts
from serein.care.continuity.words import NOBODY_CONFIRMED, STAYS, day, parts
from serein.foundation.people.persons import ClinicCard

from .prescription import Paper
from .press import pressed


def handover_pdf(facts: HandoverFacts, clinic: ClinicCard, to: str, paper: Paper = Paper.LETTER) -> bytes:
    """The facts as a tagged PDF for `to`, the same bytes each time. Raises CannotPrint when a letter is not in the bundled font."""
    who, at = facts.patient, facts.at.astimezone(ZoneInfo(clinic.time_zone))
    data = {
        "title": "Handover of care", "paper": paper, "on": [at.year, at.month, at.day], "clinic": clinic.name,
        "name": f"{who.given} {who.family}", "born": day(who.birth_date), "reach": [x for x in (who.phone, who.address) if x.strip()],
        "to": f"To: {to}", "made": f"Made {_instant(at)} ({clinic.time_zone}). What happened later is not in it.",
        "stays": STAYS, "footer": "" if facts.confirmed else f"{NOBODY_CONFIRMED} (Knowledge {facts.knowledge}.)",
        "demonstration": "Demonstration: this is not a real person." if clinic.demonstration else "",
        "parts": [{"heading": p.heading, "lines": [x for x in p.lines if x != STAYS], "loud": p.loud, "columns": list(p.columns),
                   "rows": [list(r) for r in p.rows]} for p in parts(facts)],
    }  # fmt: skip
    return pressed("handover.typ", data, facts.at)


def _instant(at: datetime) -> str:
    return f"{at:%d-%b-%Y %H:%M}"
