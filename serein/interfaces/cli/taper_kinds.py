"""The kinds of `serein taper` that are no reduction of a steady dose: a switch, use when needed, a course, tablets nobody prescribed."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from serein.clinical.knowledge import Knowledge
from serein.clinical.taper import ASAM, Pace, Plan, Refused, Request, alternatives, equivalence, policy_for, propose
from serein.clinical.taper.courses import AlcoholCourse, AsNeeded, Course, alcohol_course, fewer_days, unprescribed
from serein.clinical.taper.switch import Switch, SwitchRequest, SwitchStep, propose_switch
from serein.clinical.taper.written import plain, product_as_json, request_as_json
from serein.interfaces.cli.taper_given import NOT_CONFIRMED, Answer
from serein.interfaces.translate.node import Node
from serein.interfaces.translate.strict_json import Json
from serein.interfaces.translate.taper_request import nothing_unread
from serein.interfaces.translate.taper_starts import AS_NEEDED, COURSE, SWITCH, UNPRESCRIBED
from serein.interfaces.translate.taper_starts import alcohol_course as course_of
from serein.interfaces.translate.taper_starts import as_needed as use_of
from serein.interfaces.translate.taper_starts import switch_request as switch_of


def answer(knowledge: Knowledge, root: Node, kind: str) -> Answer:
    """Raises BadInput."""
    kinds: dict[str, Callable[[Knowledge, Node], Answer]] = {
        SWITCH: _switch, AS_NEEDED: _as_needed, COURSE: _course, UNPRESCRIBED: _unprescribed,
    }  # fmt: skip
    root.skip("kind")
    return kinds[kind](knowledge, root)


def _answered(knowledge: Knowledge, made: Json) -> Answer:
    whole = {"knowledge": knowledge.version, "confirmed": knowledge.confirmed, **made}
    return Answer(whole, "\n".join([*_lines(made), "", NOT_CONFIRMED]), 0)


def _lines(made: Any, depth: int = 0) -> list[str]:
    """Any answer as indented lines."""
    pad, found = "  " * depth, []
    for key, value in made.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for n, one in enumerate(value, 1):
                found += [f"{pad}{key} {n}", *_lines(one, depth + 1)]
        elif isinstance(value, dict):
            found += [f"{pad}{key}", *_lines(value, depth + 1)]
        else:
            found.append(f"{pad}{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}")
    return found


def _refused(refused: Refused, nearest: Json | None) -> Answer:
    return Answer({"refused": {"code": refused.code, "why": refused.why}, "nearest": nearest}, f"No plan: {refused.why}", 1)


def _switch(knowledge: Knowledge, root: Node) -> Answer:
    request = switch_of(root)
    found = propose_switch(knowledge, request)
    if isinstance(found, Refused):
        return _refused(found, _nearest_switch(knowledge, request, found))
    return _answered(knowledge, _switch_as_json(request, found))


def _switch_as_json(request: SwitchRequest, found: Switch) -> Json:
    return {
        "kind": SWITCH, "phase": "switch", "substance": request.substance, "to": "diazepam",
        "equivalence": {
            "beside_10_mg_diazepam": {"low_mg": plain(found.range_mg[0]), "high_mg": plain(found.range_mg[1]), "tables": list(found.tables)},
            "chosen_mg": plain(found.chosen_mg), "by": found.chosen_by,
        },
        "despite": found.despite, "steps": [_switch_step(s) for s in found.steps], "ends_with_mg": plain(found.diazepam_mg),
        "ends_on": found.steps[-1].from_.isoformat(), "planned_reduction_mg": "0",
    }  # fmt: skip


def _switch_step(step: SwitchStep) -> Json:
    return {
        "number": step.number, "phase": "switch", "from": step.from_.isoformat(), "days": step.days, "switched": step.switched,
        "daily_diazepam_mg": {"low": plain(step.low_mg.quantize(Decimal("0.01"))), "high": plain(step.high_mg.quantize(Decimal("0.01")))},
        "doses": [
            {"at": d.at, "substance": d.substance, "mg": plain(d.mg),
             "parts": [{"product": p, "substance": d.substance, "units": plain(u)} for p, u in d.parts.units]}
            for d in step.doses
        ],
    }  # fmt: skip


def _nearest_switch(knowledge: Knowledge, request: SwitchRequest, refused: Refused) -> Json | None:
    """A value within the tables, a week between the doses; where a switch is not advised, a reduction of what is taken."""
    equal = equivalence(knowledge, request.substance)
    if refused.code in ("switch-not-advised", "not-makeable-in-range", "dose-not-makeable") and equal is not None:
        return _straight(knowledge, request)
    if equal is None or request.substance == "diazepam":
        return {"kind": UNPRESCRIBED, "substance": request.substance}
    chosen = min(max(request.chosen_mg, equal.low_mg), equal.high_mg)
    milder = replace(request, chosen_mg=chosen, every_days=max(request.every_days, int(knowledge.rule("switch-days").value)))
    found = propose_switch(knowledge, milder)
    if isinstance(found, Refused):
        return _nearest_switch(knowledge, milder, found) if milder != request else None
    return _switch_request_as_json(milder)


def _switch_request_as_json(request: SwitchRequest) -> Json:
    person = {
        **({"age_years": plain(request.age_years)} if request.age_years is not None else {}),
        **({"liver_disease": request.liver_disease} if request.liver_disease is not None else {}),
    }
    return {
        "kind": SWITCH, "substance": request.substance, "doses": [{"at": at, "mg": plain(mg)} for at, mg in request.doses],
        "start_on": request.start_on.isoformat(), "every_days": request.every_days,
        "equivalence": {"chosen_mg": plain(request.chosen_mg), "by": request.chosen_by},
        "products": [product_as_json(p) for p in request.products], "diazepam_products": [product_as_json(p) for p in request.diazepam],
        **({"person": person} if person else {}), **({"despite": request.despite} if request.despite else {}),
    }  # fmt: skip


def _straight(knowledge: Knowledge, request: SwitchRequest) -> Json | None:
    limits = policy_for(knowledge, ASAM, request.substance)
    taken = sum((mg for _, mg in request.doses), Decimal(0))
    straight = Request(
        substance=request.substance, daily_dose_mg=taken, start_on=request.start_on, pace=limits.usual, goal_mg=Decimal(0),
        products=request.products, times=tuple(at for at, _ in request.doses),
    )  # fmt: skip
    return _reduction(knowledge, straight)


def _reduction(knowledge: Knowledge, request: Request) -> Json | None:
    limits = policy_for(knowledge, ASAM, request.substance)
    found = propose(request, limits, others=lambda one: alternatives(knowledge, one, limits.terminal_cut_mg))
    able = request if isinstance(found, Plan) else found.nearest
    return request_as_json(able, ASAM) if able is not None else None


def _as_needed(knowledge: Knowledge, root: Node) -> Answer:
    asked = use_of(root)
    found = fewer_days(knowledge, asked)
    if isinstance(found, Refused):
        return _refused(found, _nearest_use(knowledge, asked, found))
    steps = [
        {
            "number": s.number, "from": s.from_.isoformat(), "days": s.days, "days_per_week": s.uses,
            "each_use": {"mg": plain(s.dose.mg), "parts": [{"product": p, "units": plain(u)} for p, u in s.dose.parts.units]},
        }
        for s in found
    ]  # fmt: skip
    made = {
        "kind": AS_NEEDED,
        "phase": "as-needed",
        "substance": asked.substance,
        "steps": steps,
        "ends_on": found[-1].from_.isoformat(),
    }
    return _answered(knowledge, made)


def _nearest_use(knowledge: Knowledge, asked: AsNeeded, refused: Refused) -> Json | None:
    if refused.code == "use-is-regular" and equivalence(knowledge, asked.substance) is not None:
        limits = policy_for(knowledge, ASAM, asked.substance)
        daily = Request(
            substance=asked.substance, daily_dose_mg=asked.mg_per_use, start_on=asked.start_on, goal_mg=Decimal(0), products=asked.products,
            pace=Pace(limits.usual.cut_percent, max(limits.usual.every_days, asked.every_days)), times=("night",),
            days_per_week=Decimal(asked.uses),
        )  # fmt: skip
        return _reduction(knowledge, daily)
    milder = replace(asked, goal_uses=0)
    if milder == asked or isinstance(fewer_days(knowledge, milder), Refused):
        return {"kind": UNPRESCRIBED, "substance": asked.substance}
    return {
        "kind": AS_NEEDED, "substance": asked.substance, "mg_per_use": plain(asked.mg_per_use), "days_per_week": asked.uses,
        "goal_days_per_week": 0, "start_on": asked.start_on.isoformat(), "every_days": asked.every_days,
        "products": [product_as_json(p) for p in asked.products],
    }  # fmt: skip


def _course(knowledge: Knowledge, root: Node) -> Answer:
    asked = course_of(root)
    found = alcohol_course(knowledge, asked)
    if isinstance(found, Refused):
        return _refused(found, _nearest_course(knowledge, asked))
    return _answered(knowledge, _course_as_json(asked, found))


def _course_as_json(asked: AlcoholCourse, found: Course) -> Json:
    made: Json = {"kind": COURSE, "substance": asked.substance, "regimen": asked.regimen, "steps": [
        {"number": s.number, "from": s.from_.isoformat(), "days": s.days, "doses_a_day": s.doses, "dose_mg": plain(s.dose_mg),
         "daily_mg": plain(s.daily_mg), "parts": [{"product": p, "units": plain(u)} for p, u in s.units]}
        for s in found.steps
    ]}  # fmt: skip
    if found.triggers is not None:
        t = found.triggers
        made["symptom_triggered"] = {
            "instrument": "CIWA-Ar", "dose_from_points": t.from_points, "again_after_hours": t.again_after_hours,
            "one_dose_mg": {"low": plain(t.low_mg), "high": plain(t.high_mg), "chosen": plain(asked.dose_mg)},
            "stop_below_points": t.stop_below_points, "stop_after_hours": t.stop_after_hours,
        }  # fmt: skip
    checks = [{"code": c.code, "ok": c.ok, "why": c.why} for c in found.checks]
    return {**made, "ends_on": found.ends_on.isoformat(), "returns_to_mg": plain(found.returns_to_mg), "checks": checks}


def _nearest_course(knowledge: Knowledge, asked: AlcoholCourse) -> Json | None:
    """Watched, and with the smallest dose that the table gives; None where no product at hand can make it."""
    milder = replace(
        asked, supervised=True, substance="diazepam", regimen=asked.regimen if asked.regimen == "symptom-triggered" else "fixed",
        dose_mg=knowledge.rule("course-dose-low-mg").value,
    )  # fmt: skip
    if isinstance(alcohol_course(knowledge, milder), Refused):
        return None
    return {
        "kind": COURSE, "substance": milder.substance, "regimen": milder.regimen, "dose_mg": plain(milder.dose_mg), "supervised": True,
        "start_on": milder.start_on.isoformat(), "before_mg": plain(milder.before_mg), "products": [product_as_json(p) for p in milder.products],
    }  # fmt: skip


def _unprescribed(knowledge: Knowledge, root: Node) -> Answer:
    substance = root.text("substance")
    root.skip("label", "says")
    nothing_unread(root)
    made = {"kind": UNPRESCRIBED, "phase": "stabilise", "substance": substance, "steps": [], "first": list(unprescribed().first)}
    return _answered(knowledge, made)
