"""Taper policies from the knowledge, in mg of the substance that is tapered; and how likely withdrawal is.

For another substance than diazepam the equivalence tables disagree by up to a factor of two, and none is uniformly lower. The terminal zone
begins where the table that gives the smaller diazepam equivalent says so; a terminal cut is measured by the one that gives the larger.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from serein.clinical.knowledge import Knowledge

from .values import Band, Pace, PlanCheck, Policy, Request

TEN_MG = Decimal(10)
ASAM, CKS, OWN = "asam-2025", "nice-cks", "clinician-own"
POLICIES = (ASAM, CKS, OWN)
# (dose above, largest cut), the highest dose first; the lowest band has no threshold of its own.
CKS_BANDS = (("cks-band-high", "cks-cut-high"), ("cks-band-middle", "cks-cut-middle"), ("cks-band-low", "cks-cut-low"))


class UnknownPolicy(ValueError):
    """No limit can be read: the policy or the substance is not known."""


@dataclass(frozen=True)
class Equivalence:
    """How many mg of the substance the tables set beside 10 mg of diazepam: the smallest number of any table, and the largest."""

    low_mg: Decimal
    high_mg: Decimal
    tables: tuple[str, ...] = ()

    def diazepam_least(self, mg: Decimal) -> Decimal:
        """mg diazepam by the table that says least."""
        return mg * TEN_MG / self.high_mg

    def diazepam_most(self, mg: Decimal) -> Decimal:
        return mg * TEN_MG / self.low_mg


def equivalence(knowledge: Knowledge, substance: str) -> Equivalence | None:
    """None when no table names the substance."""
    try:
        tables = knowledge.substance(substance).equivalents
    except KeyError:
        return None
    if not tables:
        return None
    return Equivalence(min(t.mg.low for t in tables), max(t.mg.high for t in tables), tuple(t.table for t in tables))


def policy_for(knowledge: Knowledge, policy: str, substance: str) -> Policy:
    """The policy's limits for one substance. Raises UnknownPolicy."""
    if policy not in POLICIES:
        raise UnknownPolicy(f"policy: no taper policy is called {policy!r}; known: {', '.join(POLICIES)}")
    equal = equivalence(knowledge, substance)
    if equal is None:
        raise UnknownPolicy(f"substance: no equivalence to diazepam is known for {substance!r}, so no limit can be read for it")

    def value(rule: str) -> Decimal:
        return knowledge.rule(rule).value

    def by_least(rule: str) -> Decimal:
        """A threshold of the dose, in mg of the substance: the table that gives the smaller diazepam equivalent."""
        return value(rule) * equal.high_mg / TEN_MG

    def by_most(rule: str) -> Decimal:
        """A cut, in mg of the substance: the table that gives the larger diazepam equivalent."""
        return value(rule) * equal.low_mg / TEN_MG

    cks = policy == CKS
    bands = tuple(Band(by_least(above), by_most(most)) for above, most in CKS_BANDS) if cks else ()
    return Policy(
        id=policy,
        usual=Pace(value("taper-usual-percent"), int(value("taper-usual-days"))),
        ceiling_percent=value("cut-percent"),
        ceiling_days=int(value("cut-days")),
        window=Pace(value("cut-percent"), int(value("cut-days"))),
        terminal_from_mg=by_least("terminal-mg"),
        terminal_cut_mg=by_most("terminal-step-mg"),
        terminal_most_mg=by_most("terminal-cut-mg"),
        short=Pace(value("cks-short-percent"), int(value("cks-short-days"))) if cks else None,
        bands=(*bands, Band(Decimal(0), by_most("cks-cut-low"))) if cks else (),
    )


class LooserThanCeiling(ValueError):
    """The clinician's own limits are looser than the ceiling."""


@dataclass(frozen=True, kw_only=True)
class OwnLimits:
    """What a clinician sets for one patient, in mg of the tapered substance; None keeps the ceiling's."""

    cut_percent: Decimal | None = None
    every_days: int | None = None
    terminal_from_mg: Decimal | None = None
    terminal_cut_mg: Decimal | None = None


def own_policy(ceiling: Policy, own: OwnLimits) -> Policy:
    """The ceiling with a clinician's own limits, which may only tighten it. Raises LooserThanCeiling."""
    days = None if own.every_days is None else Decimal(-own.every_days)
    pairs = (
        ("cut_percent", own.cut_percent, ceiling.ceiling_percent),
        ("every_days", days, Decimal(-ceiling.ceiling_days)),
        ("terminal_from_mg", own.terminal_from_mg, ceiling.terminal_from_mg),
        ("terminal_cut_mg", own.terminal_cut_mg, ceiling.terminal_cut_mg),
    )
    for name, mine, most in pairs:
        if mine is not None and mine > most:
            raise LooserThanCeiling(f"own_limits.{name}: looser than the ceiling, which is {abs(most).normalize():f}")
    return replace(
        ceiling,
        id=OWN,
        ceiling_percent=own.cut_percent or ceiling.ceiling_percent,
        ceiling_days=own.every_days or ceiling.ceiling_days,
        terminal_from_mg=ceiling.terminal_from_mg if own.terminal_from_mg is None else own.terminal_from_mg,
        terminal_cut_mg=ceiling.terminal_cut_mg if own.terminal_cut_mg is None else own.terminal_cut_mg,
    )


class Risk(StrEnum):
    """Withdrawal that matters, by duration, days a week and dose."""

    RARE = "rare"
    POSSIBLE = "possible"
    EXPECTED = "expected"
    UNKNOWN = "unknown"


def risk_of(knowledge: Knowledge, request: Request) -> Risk:
    """ASAM's table 2 for this use. Where duration or days a week are not known it is unknown, and treated as expected."""

    def value(rule: str) -> Decimal:
        return knowledge.rule(rule).value

    days, months = request.days_per_week, request.months_of_use
    if days is not None and days < value("dependence-days-per-week"):
        return Risk.RARE
    if months is None or days is None:
        return Risk.UNKNOWN
    equal = equivalence(knowledge, request.substance)
    low = equal is not None and equal.diazepam_most(request.daily_dose_mg) <= value("dependence-moderate-mg")
    if months < value("dependence-month") or (months < value("dependence-months") and low):
        return Risk.POSSIBLE
    return Risk.EXPECTED


RISK_WORDS = {
    Risk.RARE: "Rare at up to three days a week: a short taper or none may do. The clinician decides.",
    Risk.POSSIBLE: "Lower, but possible.",
    Risk.UNKNOWN: "Duration or days a week are not known: taken as a risk of withdrawal.",
    Risk.EXPECTED: "Clinically significant withdrawal is to be expected; it rises with dose and duration.",
}


def withdrawal_risk(knowledge: Knowledge, request: Request) -> PlanCheck:
    """The risk as a check. Unknown duration or frequency counts as the highest risk that it can be."""
    risk = risk_of(knowledge, request)
    return PlanCheck("withdrawal-risk", risk in (Risk.RARE, Risk.POSSIBLE), RISK_WORDS[risk])
