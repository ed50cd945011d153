"""Propose and check a reduction, down to the tablet. No floats: doses are Decimal and counts are whole.

`amounts` knows which doses can be made, `path` finds the best way down, `day` shares a dose over the day, `planner` puts a plan together
or says why there is none, `replan` goes on after a hold, `checks` looks for a breach in any plan, `policies` reads the limits from the
knowledge, `written` is the form on disk.
"""

from .amounts import Product
from .checks import breaches
from .planner import MOST_MG, propose
from .policies import (
    ASAM,
    CKS,
    OWN,
    POLICIES,
    Equivalence,
    LooserThanCeiling,
    OwnLimits,
    Risk,
    UnknownPolicy,
    equivalence,
    own_policy,
    policy_for,
    risk_of,
    withdrawal_risk,
)
from .products import alternatives, by_mouth
from .replan import Change, Hold, Replanned, faster, replan
from .values import NO_CONSTRAINTS, Constraints, Cut, Pace, Plan, PlanCheck, Policy, Refused, Request, Step, TimedDose

__all__ = [
    "ASAM", "CKS", "MOST_MG", "NO_CONSTRAINTS", "OWN", "POLICIES", "Change", "Constraints", "Cut", "Equivalence", "Hold", "LooserThanCeiling",
    "OwnLimits", "Pace", "Plan", "PlanCheck", "Policy", "Product", "Refused", "Replanned", "Request", "Risk", "Step", "TimedDose",
    "UnknownPolicy", "alternatives", "breaches", "by_mouth", "equivalence", "faster", "own_policy", "policy_for", "propose", "replan",
    "risk_of", "withdrawal_risk",
]  # fmt: skip
