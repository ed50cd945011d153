"""The emergency card as lines for a page and as PDF: the same words on both. Read by strangers in a hurry, and by the patient (grade 6)."""

from dataclasses import dataclass
from datetime import date, datetime

from serein.care.continuity.card import EmergencyCard
from serein.foundation.people.persons import ClinicCard

from .prescription import Paper
from .press import pressed

NOT_SEEN = "This is what the plan says. Nobody has seen if each dose was taken."
NOTHING_PLANNED = "The clinic has no plan for a medicine in force today."
NOT_CONFIRMED = (
    "No doctor or nurse has checked the advice on this card yet. It comes from the papers that come with the medicine."
)
NOT_ASKED = "Not known. Nobody has asked yet, or the answer was not sure."
OTHERS_TOLD = "As told. Nobody has checked this list."
DO_NOT_STOP = (
    "Do not stop diazepam, or a medicine like it, all at once.",
    "To stop all at once can cause fits (seizures). They can kill. Doses go down step by step, with help.",
    "With opioids or alcohol it can stop the breath.",
)
WHOM_TO_CALL = "Whom to call"


@dataclass(frozen=True)
class Part:
    """One heading of the card. `loud`: must be seen first. `small`: says how far the lines can be relied on."""

    heading: str
    lines: tuple[str, ...]
    small: str = ""
    loud: bool = False


def day_words(day: date) -> str:
    """In full, with the year: the card may be found years later."""
    return f"{day:%B} {day.day}, {day.year}"


def card_lines(card: EmergencyCard, clinic: ClinicCard) -> tuple[Part, ...]:
    """The warning stands on every card: whoever carries one has, had or was offered such a medicine, from here or from elsewhere."""
    warning = Part(DO_NOT_STOP[0], DO_NOT_STOP[1:], loud=True)
    return (warning, _takes(card), Part(WHOM_TO_CALL, _calls(clinic)), _others(card), _allergies(card))


def _takes(card: EmergencyCard) -> Part:
    lines: list[str] = []
    if card.doses:
        lines += ["Diazepam, by mouth:", *card.doses, f"At most {card.most_a_day} mg in a day."]
    else:
        lines.append(NOTHING_PLANNED)
    if card.change:
        c = card.change
        lines.append(
            f"A change from {c.from_mg} mg to {c.to_mg} mg a day was due on {day_words(c.on)}. It is not sure if I made it."
        )
    if card.since:
        lines.append(f"From this clinic since {day_words(card.since)}.")
    elif card.doses:
        lines.append("This clinic has no record yet that a pharmacy has handed it out.")
    if card.handed_out:
        h = card.handed_out
        lines.append(f"Last handed out on {day_words(h.on)}: {h.medicine}, {h.quantity}. {h.directions}")
    if card.used_elsewhere:
        lines.append(f"I told the clinic that I used a medicine of this kind before I came: {card.used_elsewhere}.")
    return Part("What I take", tuple(lines), NOT_SEEN if card.doses else "")


def _others(card: EmergencyCard) -> Part:
    opioid = ("I also take opioids (strong pain drugs).",) if card.opioids == "yes" else ()
    lines = (*opioid, *card.others)
    if not lines:
        lines = ("None that I know of.",) if card.others_known else (NOT_ASKED,)
    return Part("Other medicines", lines, OTHERS_TOLD if card.others or opioid else "")


def _allergies(card: EmergencyCard) -> Part:
    lines = card.allergies or (("None that I know of.",) if card.allergies_known else (NOT_ASKED,))
    return Part("Allergies", lines, OTHERS_TOLD if card.allergies else "")


def _calls(clinic: ClinicCard) -> tuple[str, ...]:
    lines = [f"In an emergency: {clinic.emergency_number}", f"{clinic.name}: {clinic.phone}"]
    return (*lines, f"Crisis line: {clinic.crisis_line}") if clinic.crisis_line else tuple(lines)


def card_pdf(card: EmergencyCard, clinic: ClinicCard, at: datetime, paper: Paper = Paper.LETTER) -> bytes:
    """The card on one sheet. Raises CannotPrint when a letter is not in the bundled font."""
    data = {
        "title": "Emergency card", "paper": paper, "on": [card.as_of.year, card.as_of.month, card.as_of.day],
        "name": card.name, "born": day_words(card.birth_date) if card.birth_date else "not known",
        "made": f"Made on {day_words(card.as_of)}. Print a new one when your plan changes.",
        "parts": [{"heading": p.heading, "lines": list(p.lines), "small": p.small, "loud": p.loud} for p in card_lines(card, clinic)],
        "footer": "" if card.confirmed else f"{NOT_CONFIRMED} (Knowledge {card.knowledge}.)",
        "demonstration": "Demonstration: this is not a real person." if clinic.demonstration else "", "clinic": clinic.name,
    }  # fmt: skip
    return pressed("card.typ", data, at)
