"""Where a taper cannot begin at a steady dose yet: what is asked, and what the planner says to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from serein.care.planning.text import Mistaken, printable
from serein.clinical import knowledge
from serein.clinical.quantities import plain
from serein.clinical.taper import Refused, by_mouth
from serein.clinical.taper.courses import AsNeeded, WeeklyStep, fewer_days, unprescribed

from .supervised import number
from .text import MOST_DAYS_AHEAD, MOST_EVERY, SUBSTANCE

AS_NEEDED, UNPRESCRIBED = "as-needed", "unprescribed"
KINDS = {AS_NEEDED: "Use when needed", UNPRESCRIBED: "Tablets that nobody prescribed"}
LONGEST = 1000
# Of tablets that nobody prescribed. What the package says is written down as words, and no number of it is ever reckoned with.
QUESTIONS = {
    "taken": "What is taken, and what does the package say?",
    "often": "How often, and how much at a time?",
    "since": "Since when?",
    "beside": "With what else: opioids, alcohol, other sedatives?",
    "seen": "What was seen: awake or sedated, withdrawal signs, the doses that were watched?",
}
NALOXONE = {"offered": "Offered and taken", "declined": "Offered and declined", "later": "Not offered yet"}


@dataclass(frozen=True, kw_only=True)
class UseText:
    """Use on single days, as it is typed."""

    mg_per_use: str
    uses: str
    goal_uses: str
    start_on: date
    every_days: str
    products: tuple[str, ...]
    again_on: date


@dataclass(frozen=True, kw_only=True)
class BoughtText:
    """Tablets that nobody prescribed: answers by the keys of QUESTIONS, and whether the dose that was watched is steady now."""

    told: tuple[tuple[str, str], ...]
    naloxone: str
    steady: bool
    again_on: date | None


@dataclass(frozen=True)
class NoSteps:
    """Why there are no steps of fewer days; with `daily` a taper of a steady daily dose is the way."""

    code: str
    why: str

    @property
    def daily(self) -> bool:
        return self.code == "use-is-regular"


def first_steps() -> tuple[str, ...]:
    """What comes before any taper of tablets that nobody prescribed."""
    return unprescribed().first


def steps_of(text: UseText, on: date) -> tuple[WeeklyStep, ...] | NoSteps | Mistaken:
    """What the planner says to use when needed, asked on that day."""
    wrong = tuple(_wrong_use(text, on))
    if wrong:
        return Mistaken(wrong)
    here = {p.id: p for p in by_mouth(knowledge.load(), SUBSTANCE)}
    mg = number(text.mg_per_use)
    assert mg is not None, "looked at before"
    found = fewer_days(
        knowledge.load(),
        AsNeeded(
            substance=SUBSTANCE, mg_per_use=mg, uses=int(text.uses), goal_uses=int(text.goal_uses), start_on=text.start_on,
            every_days=int(text.every_days), products=tuple(here[p] for p in text.products),
        ),
    )  # fmt: skip
    return NoSteps(found.code, found.why) if isinstance(found, Refused) else found


def _wrong_use(text: UseText, on: date) -> Iterator[tuple[str, str]]:
    if not number(text.mg_per_use):
        yield "mg_per_use", "Enter the milligrams of one use, such as 5."
    if not _whole(text.uses, 1, 7):
        yield "uses", "Enter how many days a week, from 1 to 7."
    if not _whole(text.goal_uses, 0, 7):
        yield "goal_uses", "Enter how many days a week it should be at the end, from 0 to 6."
    if not _whole(text.every_days, 1, MOST_EVERY):
        yield "every_days", f"Enter a number of days from 1 to {MOST_EVERY}."
    here = {p.id for p in by_mouth(knowledge.load(), SUBSTANCE)}
    if not text.products or not set(text.products) <= here:
        yield "products", "Choose at least one product from the list."
    if not on <= text.start_on <= on + timedelta(days=MOST_DAYS_AHEAD):
        yield "start_on", "The first change must be today or later, and within a year."
    yield from _wrong_again(text.again_on, on)


def bought_mistakes(text: BoughtText, on: date) -> Mistaken | None:
    wrong = tuple(_wrong_bought(text, on))
    return Mistaken(wrong) if wrong else None


def _wrong_bought(text: BoughtText, on: date) -> Iterator[tuple[str, str]]:
    told = dict(text.told)
    for key, question in QUESTIONS.items():
        words = told.get(key, "")
        if not words.strip():
            yield key, f"{question} Write “not known” where nobody knows."
        elif len(words) > LONGEST or not printable(words):
            yield key, f"Use {LONGEST} ordinary characters or fewer."
    if text.naloxone not in NALOXONE:
        yield "naloxone", "Say whether naloxone was offered."
    if text.again_on is not None:
        yield from _wrong_again(text.again_on, on)
    elif not text.steady:
        yield "again_on", "Enter when the patient is seen again."


def _wrong_again(again_on: date, on: date) -> Iterator[tuple[str, str]]:
    if not on <= again_on <= on + timedelta(days=MOST_DAYS_AHEAD):
        yield "again_on", "The next look is today or later, and within a year."


def _whole(written: str, least: int, most: int) -> bool:
    return written.isascii() and written.isdecimal() and len(written) < 5 and least <= int(written) <= most


def steps_as_json(steps: tuple[WeeklyStep, ...]) -> list[dict[str, Any]]:
    return [
        {
            "number": s.number, "from": s.from_.isoformat(), "days": s.days, "days_per_week": s.uses,
            "each_use": {"mg": plain(s.dose.mg), "parts": [{"product": p, "units": plain(u)} for p, u in s.dose.parts.units]},
        }
        for s in steps
    ]  # fmt: skip
