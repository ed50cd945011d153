"""`serein taper FILE [--json]`: a reduction down to the tablet. Exit 0, 1 (no plan can meet the request) or 2 (the input cannot be used)."""

import argparse
import json
import sys
from itertools import chain
from pathlib import Path

from serein.clinical.knowledge import Knowledge, load
from serein.clinical.taper import (
    LooserThanCeiling,
    Plan,
    Refused,
    Request,
    Step,
    UnknownPolicy,
    alternatives,
    own_policy,
    policy_for,
    propose,
    withdrawal_risk,
)
from serein.clinical.taper.written import plain, plan_as_json, request_as_json
from serein.interfaces.translate.bad_input import BadInput, printable
from serein.interfaces.translate.node import Node, Trace
from serein.interfaces.translate.strict_json import Json, parse
from serein.interfaces.translate.taper_request import taper_asked

NOT_CONFIRMED = "No licensed human has confirmed this knowledge. A plan is a proposal: a clinician and the patient decide."


def taper_command(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="serein taper", description="Propose a gradual reduction from real products.")
    parser.add_argument("file", metavar="FILE", help="JSON input, or - for standard input")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(argv)
    try:
        data = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
        asked = taper_asked(Node(parse(data), "input", "input", Trace()))
        request, policy = asked.request, asked.policy
        knowledge = load()
        limits = policy_for(knowledge, policy, request.substance)
        limits = limits if asked.own is None else own_policy(limits, asked.own)
    except (OSError, BadInput, UnknownPolicy, LooserThanCeiling) as error:
        print(f"serein taper: {printable(str(error))}", file=sys.stderr)
        return 2
    found = propose(request, limits, others=lambda one: alternatives(knowledge, one, limits.terminal_cut_mg))
    if options.json:
        print(json.dumps(_as_json(knowledge, request, policy, found)))
    else:
        print(_for_people(request, found))
    return 0 if isinstance(found, Plan) else 1


def _as_json(knowledge: Knowledge, request: Request, policy: str, found: Plan | Refused) -> Json:
    if isinstance(found, Refused):
        nearest = request_as_json(found.nearest, policy) if found.nearest else None
        return {"refused": {"code": found.code, "why": found.why}, "nearest": nearest}
    made = plan_as_json(found, (withdrawal_risk(knowledge, request),))
    return {"policy": made.pop("policy"), "knowledge": knowledge.version, "confirmed": knowledge.confirmed, **made}


def _for_people(request: Request, found: Plan | Refused) -> str:
    if isinstance(found, Refused):
        return f"No plan: {found.why}"
    counted = {p.id: " mL of " if p.liquid else " × " for p in request.products}
    rows = (_row(step, counted) for step in found.steps)
    supply = ", ".join(f"{plain(units)}{counted[id]}{id}" for id, units in found.supply)
    checks = (f"{'ok  ' if c.ok else 'look'} {c.why}" for c in found.checks)
    return "\n".join(
        chain(rows, ["", f"Ends on {found.ends_on.isoformat()}. In all: {supply}.", ""], checks, ["", NOT_CONFIRMED])
    )


def _row(step: Step, counted: dict[str, str]) -> str:
    doses = "; ".join(
        f"{d.at} {plain(d.mg)} mg = " + " + ".join(f"{plain(u)}{counted[p]}{p}" for p, u in d.parts.units) for d in step.doses
    )
    return f"{step.number:>3}  from {step.from_.isoformat()}  {plain(step.daily_mg):>6} mg a day  {doses or 'nothing'}"
