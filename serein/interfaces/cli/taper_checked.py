"""`serein taper FILE --check`: what is wrong with each step of a plan that somebody typed or another program made."""

from serein.clinical.knowledge import Knowledge
from serein.clinical.taper import Plan, Policy, Request, alternatives, propose
from serein.clinical.taper.amounts import TooFine
from serein.clinical.taper.compare import Side, compare
from serein.clinical.taper.review import Fault, TypedStep, review
from serein.clinical.taper.written import plain, step_as_json
from serein.interfaces.cli.taper_given import NOT_CONFIRMED, Answer
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.strict_json import Json


def answer(knowledge: Knowledge, request: Request, limits: Policy, typed: tuple[TypedStep, ...]) -> Answer:
    """Every step with its faults, and beside it the plan that would be proposed. Exit 1 when a step must not be followed. Raises BadInput."""
    try:
        looked = review(request, limits, typed)
    except TooFine as error:
        raise BadInput("input.steps", str(error)) from None
    of = {step.number: [_fault(f) for f in looked.faults if f.step == step.number] for step in looked.steps}
    as_json: Json = {
        "policy": limits.id, "knowledge": knowledge.version, "confirmed": knowledge.confirmed, "may_be_followed": looked.may_be_followed,
        "steps": [{**step_as_json(s), "faults": of[s.number]} for s in looked.steps],
        "supply": [{"product": id, "units": plain(units)} for id, units in looked.supply],
    }  # fmt: skip
    found = propose(request, limits, others=lambda one: alternatives(knowledge, one, limits.terminal_cut_mg))
    ordered = all(a.from_ < b.from_ for a, b in zip(looked.steps, looked.steps[1:], strict=False))
    if isinstance(found, Plan) and ordered:
        sides = compare(request, looked.steps, found.steps)
        as_json["beside_proposal"] = {
            "rows": [{"on": day.isoformat(), "typed_mg": plain(one), "proposed_mg": plain(other)} for day, one, other in sides.rows],
            "typed": _side(sides.one), "proposed": _side(sides.other),
        }  # fmt: skip
    return Answer(as_json, _for_people(looked.steps, of, looked.may_be_followed), 0 if looked.may_be_followed else 1)


def _fault(fault: Fault) -> Json:
    instead = {"instead_mg": plain(fault.instead_mg)} if fault.instead_mg is not None else {}
    return {"code": fault.code, "stop": fault.stop, "why": fault.why, **instead}


def _side(side: Side) -> Json:
    return {
        "ends_on": side.ends_on.isoformat(),
        "steps": side.steps,
        "taken_mg": plain(side.taken_mg),
        "divided_days": side.divided_days,
    }


def _for_people(steps: tuple[object, ...], of: dict[int, list[Json]], followed: bool) -> str:
    lines = []
    for step in steps:
        number, daily = step.number, step.daily_mg  # type: ignore[attr-defined]
        lines.append(f"{number:>3}  from {step.from_.isoformat()}  {plain(daily):>6} mg a day")  # type: ignore[attr-defined]
        for fault in of[number]:
            instead = f" Instead: {fault['instead_mg']} mg." if "instead_mg" in fault else ""
            lines.append(f"     {'stop' if fault['stop'] else 'look'} {fault['why']}{instead}")
    verdict = "No step must be stopped." if followed else "This plan must not be followed as it stands."
    return "\n".join([*lines, "", verdict, "", NOT_CONFIRMED])
