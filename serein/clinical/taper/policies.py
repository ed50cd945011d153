"""Taper policies from the knowledge, in mg of the substance that is tapered; and how likely withdrawal is.

For another substance than diazepam the equivalence tables disagree by up to a factor of two, and none is uniformly lower. The terminal zone
begins where the table that gives the smaller diazepam equivalent says so; a terminal cut is measured by the one that gives the larger.
"""

from dataclasses import dataclass
from decimal import Decimal

from serein.clinical.knowledge import Knowledge

from .values import Pace, PlanCheck, Policy, Request

TEN_MG = Decimal(10)
POLICIES = ("asam-2025",)


class UnknownPolicy(ValueError):
    """No limit can be read: the policy or the substance is not known."""


@dataclass(frozen=True)
class Equivalence:
    """mg of diazepam that one mg of the substance is taken for: by the table that says least, and by the one that says most."""

    least: Decimal
    most: Decimal


def equivalence(knowledge: Knowledge, substance: str) -> Equivalence | None:
    """None when no table names the substance."""
    try:
        tables = knowledge.substance(substance).equivalents
    except KeyError:
        return None
    if not tables:
        return None
    return Equivalence(TEN_MG / max(t.mg.high for t in tables), TEN_MG / min(t.mg.low for t in tables))


def policy_for(knowledge: Knowledge, policy: str, substance: str) -> Policy:
    """The policy's limits for one substance. Raises UnknownPolicy."""
    if policy not in POLICIES:
        raise UnknownPolicy(f"policy: no taper policy is called {policy!r}; known: {', '.join(POLICIES)}")
    equal = equivalence(knowledge, substance)
    if equal is None:
        raise UnknownPolicy(f"substance: no equivalence to diazepam is known for {substance!r}, so no limit can be read for it")

    def value(rule: str) -> Decimal:
        return knowledge.rule(rule).value

    return Policy(
        id=policy,
        usual=Pace(value("taper-usual-percent"), int(value("taper-usual-days"))),
        ceiling_percent=value("cut-percent"),
        ceiling_days=int(value("cut-days")),
        terminal_from_mg=value("terminal-mg") / equal.least,
        terminal_cut_mg=value("terminal-step-mg") / equal.most,
        terminal_most_mg=value("terminal-cut-mg") / equal.most,
    )


def withdrawal_risk(knowledge: Knowledge, request: Request) -> PlanCheck:
    """ASAM's table 2 for this use. Unknown duration or frequency counts as the highest risk that it can be."""

    def value(rule: str) -> Decimal:
        return knowledge.rule(rule).value

    days, months = request.days_per_week, request.months_of_use
    if days is not None and days < value("dependence-days-per-week"):
        return PlanCheck(
            "withdrawal-risk", True, "Rare at up to three days a week: a short taper or none may do. The clinician decides."
        )
    if months is None or days is None:
        return PlanCheck(
            "withdrawal-risk",
            False,
            "Duration or days a week are not known: taken as a risk of withdrawal.",
        )
    equal = equivalence(knowledge, request.substance)
    low = equal is not None and request.daily_dose_mg * equal.most <= value("dependence-moderate-mg")
    if months < value("dependence-month") or (months < value("dependence-months") and low):
        return PlanCheck("withdrawal-risk", True, "Lower, but possible.")
    return PlanCheck(
        "withdrawal-risk", False, "Clinically significant withdrawal is to be expected; it rises with dose and duration."
    )
