"""What is known over time -> who needs attention, why, by when. Pure: the worker and the pages ask the same function.

Not logging is not not-taking: silence alone asks somebody to look this week and is never more urgent than that.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from serein.clinical.knowledge import Knowledge

TODAY, WEEK = "today", "week"
SUPPLY, REVIEW, LICENCE, SILENT = "supply-ending", "review-due", "licence-lapsing", "diary-silent"
KINDS = (SUPPLY, REVIEW, LICENCE, SILENT)


@dataclass(frozen=True, kw_only=True)
class Watched:
    """One patient under treatment on one day. None: not known, or there is none. `treated_from`: first day of the plan in force;
    `treatment_ends`: its planned last day, so that a supply that ends before it is a gap."""

    on: date
    treated_from: date | None
    supply_to: date | None = None
    treatment_ends: date | None = None
    review_on: date | None = None
    licence_to: date | None = None
    last_word: date | None = None


@dataclass(frozen=True)
class Item:
    """One thing that somebody must do. `due` is the day by which; `rule` the rule of the knowledge that it stands on."""

    kind: str
    tier: str
    due: date
    title: str
    why: str
    rule: str


def items(watched: Watched, knowledge: Knowledge) -> tuple[Item, ...]:
    """Everything that asks for attention on that day, the earliest due first. Nobody without a treatment in force is watched."""
    if watched.treated_from is None or watched.treated_from > watched.on:
        return ()
    found = [_supply(watched, knowledge), _review(watched, knowledge), _licence(watched, knowledge), _silent(watched, knowledge)]
    return tuple(sorted((i for i in found if i is not None), key=lambda i: (i.due, i.kind)))


def _ahead(day: date, watched: Watched, knowledge: Knowledge) -> tuple[str, str] | None:
    """How soon, and by which rule; None while it is further off than the first lead."""
    left = (day - watched.on).days
    for tier, rule in ((TODAY, "lead-days-last"), (WEEK, "lead-days-first")):
        if left <= int(knowledge.rule(rule).value):
            return tier, rule
    return None


def _supply(watched: Watched, knowledge: Knowledge) -> Item | None:
    """The last day with tablets. A supply that reaches the end of the treatment leaves no gap."""
    last, ends = watched.supply_to, watched.treatment_ends
    if last is None or (ends is not None and last >= ends):
        return None
    soon = _ahead(last, watched, knowledge)
    if soon is None:
        return None
    why = f"The last day with supply {'was' if last < watched.on else 'is'} {last:%d-%b-%Y}, and the treatment goes on: never an abrupt stop."
    return Item(SUPPLY, soon[0], last, "Supply ends", why, soon[1])


def _review(watched: Watched, knowledge: Knowledge) -> Item | None:
    soon = _ahead(watched.review_on, watched, knowledge) if watched.review_on else None
    if watched.review_on is None or soon is None:
        return None
    late = watched.review_on < watched.on
    title = "The review is overdue" if late else "The review is coming up"
    why = f"Due {watched.review_on:%d-%b-%Y}. Without a review the plan is not renewed."
    return Item(REVIEW, soon[0], watched.review_on, title, why, soon[1])


def _licence(watched: Watched, knowledge: Knowledge) -> Item | None:
    soon = _ahead(watched.licence_to, watched, knowledge) if watched.licence_to else None
    if watched.licence_to is None or soon is None:
        return None
    verb = "ended" if watched.licence_to < watched.on else "ends"
    why = f"The prescriber's licence {verb} on {watched.licence_to:%d-%b-%Y}; after it nobody may sign."
    return Item(LICENCE, soon[0], watched.licence_to, "The prescriber's licence lapses", why, soon[1])


def _silent(watched: Watched, knowledge: Knowledge) -> Item | None:
    assert watched.treated_from is not None
    days = int(knowledge.rule("silent-days").value)
    since = max(watched.last_word or watched.treated_from, watched.treated_from)
    if (watched.on - since).days < days:
        return None
    why = f"Nothing told since {since:%d-%b-%Y}. Not logging is not not-taking: ask."
    return Item(SILENT, WEEK, since + timedelta(days=days), "Nothing told for a while", why, "silent-days")
