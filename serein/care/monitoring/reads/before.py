"""What was taken before the first day that the diary and the plans here speak of: an estimate that began with an empty body would be too low for
weeks. What is known is taken as it stands and said in words; what is not known is said to be unknown, and never guessed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from serein.care.evaluation.answering import chosen, live
from serein.care.evaluation.reads import case_of, last_intake
from serein.care.evaluation.told import MONTHS
from serein.clinical import knowledge
from serein.clinical.case import Medicine
from serein.clinical.knowledge.amounts import written
from serein.clinical.quantities import plain
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart

from ..regimen import DayPlan

SUBSTANCE = "diazepam"
# After so many days of the same dose more of them change the level by less than the plot can show. Not a clinical number.
LEVELLED_OFF_DAYS = 60
COUNTS = MappingProxyType({"": 1, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4})
# The whole answer, or nothing: half of a sentence that looks like a dose is not one.
DAILY = re.compile(
    r"(?:(\d|a|one|two|three|four)\s+)?(\d{1,3}(?:\.\d{1,2})?)\s*mg(?:\s+tablets?)?(?:\s+(?:a|per|each|every)\s+day|\s+daily)?\.?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True)
class Before:
    """`mg` a dose, `times` a day, every day for `days` days up to the first day of the history; `days` None: long enough to have levelled off.

    Without `mg` nothing is put into the body, and `words` say whether that is known or unknown."""

    words: str
    mg: Decimal | None = None
    times: int = 1
    days: int | None = None


@shown
def before(chart: OpenChart, first: date, earlier: DayPlan | None) -> Before:
    """What is known of the time before `first`. `earlier` is what a plan here asked for on the day before, where the history is cut short."""
    if earlier is not None and earlier.fixed:
        words = f"Before {_day(first)}: the plan of then, {plain(earlier.mg)} mg a day, assumed taken as planned"
        return Before(_steady(words, None), earlier.mg / len(earlier.fixed), len(earlier.fixed))
    return next(_recorded(chart, first), None) or _told(chart, first)


def _recorded(chart: OpenChart, first: date) -> Iterator[Before]:
    """From the record: a prescription or statement from elsewhere that ran on the day before, daily, with a dose that can be read."""
    known, case = knowledge.load(), case_of(chart, first)
    for medicine in (*case.medicines, *case.past):
        identity = known.register.identify(medicine.medicine)
        if identity.substance != SUBSTANCE or not _ran_before(medicine, first):
            continue
        read = written(medicine, identity, known)
        if read.daily_mg is None or read.rescue or read.as_needed or read.days_per_week < 7:
            continue
        times = int(read.times.high) if read.times else 1
        words = f"Before {_day(first)}: {plain(read.daily_mg)} mg a day, as {medicine.reference} says, assumed taken as written"
        days = (first - medicine.begins).days if medicine.begins else None
        yield Before(_steady(words, days), read.daily_mg / times, times, _short(days))


def _ran_before(medicine: Medicine, first: date) -> bool:
    begun = medicine.begins is None or medicine.begins < first
    return begun and (medicine.ends is None or (first - medicine.ends).days <= 1)


def _told(chart: OpenChart, first: date) -> Before:
    """From the intake that was sent, in the patient's words."""
    intake = last_intake(chart)
    answers = live(intake.answers) if intake else {}
    use, what = chosen(answers.get("benzo_use", {})), chosen(answers.get("benzo_what", {}))
    if "never" in use:
        return Before("The patient told of no such medicine before: it starts with nothing in the body.")
    said = str(answers.get("benzo_what", {}).get("dose", "")).strip()
    daily = _daily(said) if what == {SUBSTANCE} and use == {"now"} and chosen(answers.get("benzo_days", {})) == {"7"} else None
    if daily is None:
        told = f" The patient's words: “{said}”." if said else ""
        return Before(
            f"What was taken before {_day(first)} is not known: it starts with nothing in the body and may be too low.{told}"
        )
    words = f"Before {_day(first)}: {plain(daily)} mg a day, as told at intake (“{said}”), assumed taken every day"
    days = _days_told(answers.get("benzo_long", {}))
    return Before(_steady(words, days), daily, 1, _short(days))


def _daily(said: str) -> Decimal | None:
    found = DAILY.fullmatch(said)
    if found is None:
        return None
    count = (found[1] or "").lower()
    return Decimal(found[2]) * (int(count) if count.isdigit() else COUNTS[count])


def _days_told(long: dict[str, object]) -> int | None:
    factor = MONTHS.get(str(long.get("choice")))
    return None if factor is None else max(1, int(Decimal(str(long["number"])) * factor * Decimal("30.4375")))


def _short(days: int | None) -> int | None:
    return days if days is not None and days < LEVELLED_OFF_DAYS else None


def _steady(words: str, days: int | None) -> str:
    if _short(days) is None:
        return f"{words} and long enough to have levelled off (steady state)."
    return f"{words} for {days} day{'' if days == 1 else 's'}."


def _day(on: date) -> str:
    return f"{on:%d-%b-%Y}"
