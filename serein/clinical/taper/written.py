"""Requests and plans as JSON values in the form of the `serein taper` contract, and back. Doses are decimal strings.

`request_from` and `plan_from` read what these functions wrote (a stored course); what comes from outside is read strictly by its own door.
"""

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .amounts import Parts, Product
from .policies import OwnLimits
from .values import NO_CONSTRAINTS, Constraints, Cut, Pace, Plan, PlanCheck, Request, Step, TimedDose

Json = dict[str, Any]
OWN_NAMES = ("cut_percent", "every_days", "terminal_from_mg", "terminal_cut_mg")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def plain(value: Decimal) -> str:
    """Decimal text without exponent or trailing zeros."""
    return f"{value.normalize():f}"


def request_as_json(request: Request, policy: str) -> Json:
    """The request in the form of the command's input."""
    answer: Json = {"substance": request.substance, "daily_dose_mg": plain(request.daily_dose_mg)}
    for name in ("days_per_week", "months_of_use"):
        if (value := getattr(request, name)) is not None:
            answer[name] = plain(value)
    if request.stable_since is not None:
        answer["stable_since"] = request.stable_since.isoformat()
    answer["recent_cuts"] = [{"on": c.on.isoformat(), "from_mg": plain(c.from_mg)} for c in request.recent_cuts]
    answer |= {"start_on": request.start_on.isoformat(), "times": list(request.times), "policy": policy}
    answer["pace"] = {"cut_percent": plain(request.pace.cut_percent), "every_days": request.pace.every_days}
    answer["goal_mg"] = plain(request.goal_mg)
    answer["products"] = [product_as_json(p) for p in request.products]
    if request.constraints != NO_CONSTRAINTS:
        answer["constraints"] = _constraints_as_json(request.constraints)
    return answer


def _constraints_as_json(c: Constraints) -> Json:
    """Only what is set."""
    return {
        **({"no_change_weekdays": [WEEKDAYS[day] for day in sorted(c.no_change_weekdays)]} if c.no_change_weekdays else {}),
        **({"no_change_dates": [day.isoformat() for day in sorted(c.no_change_dates)]} if c.no_change_dates else {}),
        **({"dispense_every_days": c.dispense_every_days} if c.dispense_every_days is not None else {}),
        **({"dispense_from": c.dispense_from.isoformat()} if c.dispense_from is not None else {}),
        **({"most_products": c.most_products} if c.most_products is not None else {}),
        **({"whole_tablets": True} if c.whole_tablets else {}),
        **({"night_last": True} if c.night_last else {}),
    }


def _constraints_from(stored: Json) -> Constraints:
    return Constraints(
        no_change_weekdays=frozenset(WEEKDAYS.index(day) for day in stored.get("no_change_weekdays", ())),
        no_change_dates=frozenset(date.fromisoformat(day) for day in stored.get("no_change_dates", ())),
        dispense_every_days=stored.get("dispense_every_days"),
        dispense_from=date.fromisoformat(stored["dispense_from"]) if "dispense_from" in stored else None,
        most_products=stored.get("most_products"),
        whole_tablets=stored.get("whole_tablets", False),
        night_last=stored.get("night_last", False),
    )


def own_as_json(own: OwnLimits | None) -> Json:
    """The clinician's own limits beside a request; only what is set."""
    set_ = {name: value for name in OWN_NAMES if own is not None and (value := getattr(own, name)) is not None}
    return {"own_limits": {n: plain(v) if isinstance(v, Decimal) else v for n, v in set_.items()}} if own is not None else {}


def own_from(stored: Json) -> OwnLimits | None:
    """The limits that `own_as_json` wrote beside a request."""
    if "own_limits" not in stored:
        return None
    own = stored["own_limits"]
    percent, threshold, cut = (Decimal(own[n]) if n in own else None for n in OWN_NAMES if n != "every_days")
    return OwnLimits(cut_percent=percent, every_days=own.get("every_days"), terminal_from_mg=threshold, terminal_cut_mg=cut)


def product_as_json(product: Product) -> Json:
    """The product in the form of the command's input."""
    strength, part = ("mg_per_ml", "smallest_ml") if product.liquid else ("mg", "smallest_part")
    return {"id": product.id, "form": product.form, strength: plain(product.mg), part: plain(product.smallest)}


def request_from(stored: Json) -> Request:
    """The request that `request_as_json` wrote."""
    return Request(
        substance=stored["substance"],
        daily_dose_mg=Decimal(stored["daily_dose_mg"]),
        start_on=date.fromisoformat(stored["start_on"]),
        pace=Pace(Decimal(stored["pace"]["cut_percent"]), stored["pace"]["every_days"]),
        goal_mg=Decimal(stored["goal_mg"]),
        products=tuple(_product_from(p) for p in stored["products"]),
        times=tuple(stored["times"]),
        stable_since=date.fromisoformat(stored["stable_since"]) if "stable_since" in stored else None,
        recent_cuts=tuple(Cut(date.fromisoformat(c["on"]), Decimal(c["from_mg"])) for c in stored["recent_cuts"]),
        days_per_week=Decimal(stored["days_per_week"]) if "days_per_week" in stored else None,
        months_of_use=Decimal(stored["months_of_use"]) if "months_of_use" in stored else None,
        constraints=_constraints_from(stored.get("constraints", {})),
    )


def _product_from(stored: Json) -> Product:
    mg, smallest = ("mg", "smallest_part") if "mg" in stored else ("mg_per_ml", "smallest_ml")
    mg, smallest = stored[mg], stored[smallest]
    return Product(id=stored["id"], form=stored["form"], mg=Decimal(mg), smallest=Decimal(smallest))


def plan_as_json(plan: Plan, more_checks: Iterable[PlanCheck] = ()) -> Json:
    """The plan in the form of the command's output, without the knowledge it was made with."""
    return {
        "policy": plan.policy,
        "steps": [step_as_json(s) for s in plan.steps],
        "ends_on": plan.ends_on.isoformat(),
        "supply": [{"product": id, "units": plain(units)} for id, units in plan.supply],
        "checks": [{"code": c.code, "ok": c.ok, "why": c.why} for c in (*plan.checks, *more_checks)],
    }


def step_as_json(step: Step) -> Json:
    return {
        "number": step.number,
        "from": step.from_.isoformat(),
        "days": step.days,
        "daily_mg": plain(step.daily_mg),
        "cut_mg": plain(step.cut_mg),
        "cut_percent": str(step.cut_percent.quantize(Decimal("0.1"), ROUND_HALF_UP)),
        "terminal": step.terminal,
        "doses": [_dose_as_json(d) for d in step.doses],
    }


def _dose_as_json(dose: TimedDose) -> Json:
    parts = [{"product": id, "units": plain(units)} for id, units in dose.parts.units]
    return {"at": dose.at, "mg": plain(dose.mg), "parts": parts}


def plan_from(stored: Json, request: Request) -> Plan:
    """The plan that `plan_as_json` wrote; exact cuts are worked out again, because the printed ones are rounded."""
    steps, before = [], request.daily_dose_mg
    for one in stored["steps"]:
        steps.append(_step_from(one, before))
        before = steps[-1].daily_mg
    return Plan(
        policy=stored["policy"],
        steps=tuple(steps),
        ends_on=date.fromisoformat(stored["ends_on"]),
        supply=tuple((s["product"], Decimal(s["units"])) for s in stored["supply"]),
        checks=tuple(PlanCheck(c["code"], c["ok"], c["why"]) for c in stored["checks"]),
    )


def _step_from(stored: Json, before: Decimal) -> Step:
    mg = Decimal(stored["daily_mg"])
    # A switch begins at no diazepam at all: nothing is cut there.
    percent = (before - mg) * 100 / before if before else Decimal(0)
    return Step(
        number=stored["number"], from_=date.fromisoformat(stored["from"]), days=stored["days"], daily_mg=mg, cut_mg=before - mg,
        cut_percent=percent, terminal=stored["terminal"], doses=tuple(dose_from(d) for d in stored["doses"]),
    )  # fmt: skip


def dose_from(stored: Json) -> TimedDose:
    """Whether a tablet must be divided is counted again from the parts."""
    units = tuple((p["product"], Decimal(p["units"])) for p in stored["parts"])
    return TimedDose(stored["at"], Decimal(stored["mg"]), Parts(units, sum(1 for _, u in units if u != u.to_integral_value())))
