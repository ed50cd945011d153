"""Propose and check a reduction, down to the tablet. No floats: doses are Decimal and counts are whole.

`amounts` knows which doses can be made, `path` finds the best way down, `day` shares a dose over the day, `planner` puts a plan together
or says why there is none, `checks` looks for a breach in any plan, `policies` reads the limits from the knowledge.
"""

from .amounts import Product
from .checks import breaches
from .planner import propose
from .policies import UnknownPolicy, policy_for, withdrawal_risk
from .values import Cut, Pace, Plan, PlanCheck, Policy, Refused, Request, Step, TimedDose

__all__ = [
    "Cut", "Pace", "Plan", "PlanCheck", "Policy", "Product", "Refused", "Request", "Step", "TimedDose", "UnknownPolicy", "breaches",
    "policy_for", "propose", "withdrawal_risk",
]  # fmt: skip
