"""`serein taper FILE`: a reduction down to the tablet, a switch, a course, or a look at a plan that somebody made.

Exit 0, 1 (no plan can meet the request, or the plan looked at must not be followed) or 2 (the input cannot be used).
"""

import argparse
import sys
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from serein.clinical.knowledge import Knowledge, load
from serein.clinical.taper import (
    ASAM,
    LooserThanCeiling,
    OwnLimits,
    Plan,
    Policy,
    Refused,
    Request,
    UnknownPolicy,
    alternatives,
    equivalence,
    own_policy,
    policy_for,
    propose,
    risk_of,
    withdrawal_risk,
)
from serein.clinical.taper.courses import stop_without_taper
from serein.clinical.taper.written import plain, plan_as_json, request_as_json
from serein.interfaces.cli import taper_checked, taper_given, taper_kinds
from serein.interfaces.cli.taper_given import Answer
from serein.interfaces.translate.bad_input import BadInput, printable
from serein.interfaces.translate.node import Node, Trace
from serein.interfaces.translate.strict_json import Json, parse
from serein.interfaces.translate.taper_request import Asked, person_of, taper_asked, whole_of
from serein.interfaces.translate.taper_starts import REDUCE, STOP, kind_of, typed_steps

MOST_INTERVAL_DAYS = 90


@dataclass(frozen=True)
class Door:
    """What every kind of answer needs: the knowledge, and the name of the policy with its limits."""

    knowledge: Knowledge
    asked: Asked
    limits: Policy


def taper_command(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="serein taper", description="Propose a gradual reduction from real products.")
    parser.add_argument("file", metavar="FILE", help="JSON input, or - for standard input")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--csv", action="store_true", help="print one line a step")
    form.add_argument("--ics", metavar="OUT", help="write a calendar file (iCalendar)")
    form.add_argument("--pdf", metavar="OUT", help="write a calendar on paper")
    parser.add_argument("--paper", choices=("letter", "a4"), default="letter", help="size of the calendar on paper")
    parser.add_argument("--check", action="store_true", help="look at the input's own steps instead of proposing some")
    options = parser.parse_args(argv)
    try:
        data = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
        answer = _answer(Node(parse(data), "input", "input", Trace(ours=True)), options.check)
        taper_given.give(answer, options)
    except (OSError, BadInput, UnknownPolicy, LooserThanCeiling, taper_given.CannotGive) as error:
        print(f"serein taper: {printable(str(error))}", file=sys.stderr)
        return 2
    return answer.exit


def _answer(root: Node, check: bool) -> Answer:
    knowledge, kind = load(), kind_of(root)
    if kind not in (REDUCE, STOP):
        return taper_kinds.answer(knowledge, root, kind)
    steps = typed_steps(root) if check or root.has("steps") else None
    interval = whole_of(root, "dispense_every_days", MOST_INTERVAL_DAYS)
    person = person_of(root.child("person"))
    asked = taper_asked(root, also=("kind",))
    unknown = _unknown_substance(knowledge, asked)
    if unknown is not None:
        return unknown
    limits = policy_for(knowledge, asked.policy, asked.request.substance)
    door = Door(knowledge, asked, limits if asked.own is None else own_policy(limits, asked.own))
    if steps is not None:
        return taper_checked.answer(knowledge, asked.request, door.limits, steps)
    if kind == STOP:
        return _stopped(door)
    found = propose(asked.request, door.limits, others=lambda one: alternatives(knowledge, one, door.limits.terminal_cut_mg))
    if isinstance(found, Refused):
        return _refused(door, found)
    more = taper_given.extras(knowledge, asked.request, found, interval, person)
    return _planned(door, found, more)


def _unknown_substance(knowledge: Knowledge, asked: Asked) -> Answer | None:
    """A slip of the pen gets the name that was meant; anything else is not known, and its mg are never carried over to another substance."""
    name = asked.request.substance
    if equivalence(knowledge, name) is not None:
        return None
    known = [s.id for s in knowledge.substances if s.equivalents]
    near = get_close_matches(name, known, 1, 0.8)
    if near:
        nearest = _as_asked(replace(asked, request=replace(asked.request, substance=near[0])))
        why = f"No substance is called {name!r}; {near[0]} is."
    else:
        nearest = {"kind": "unprescribed", "substance": name}
        why = f"Nothing is known that sets {name!r} beside diazepam, so no limit can be read and its dose is never carried over."
    return Answer({"refused": {"code": "substance-unknown", "why": why}, "nearest": nearest}, f"No plan: {why}", 1)


def _stopped(door: Door) -> Answer:
    found = stop_without_taper(door.knowledge, door.asked.request)
    if isinstance(found, Refused):
        return _refused(door, replace(found, nearest=_able(door, door.asked.request)))
    return _planned(door, found, {"kind": STOP})


def _able(door: Door, request: Request) -> Request | None:
    """The request itself where a taper can meet it, else what is nearest to it."""
    found = propose(request, door.limits, others=lambda one: alternatives(door.knowledge, one, door.limits.terminal_cut_mg))
    return request if isinstance(found, Plan) else found.nearest


def _as_asked(asked: Asked) -> Json:
    own = _own_as_json(asked.own) if asked.own is not None else {}
    return {**request_as_json(asked.request, asked.policy), **({"own_limits": own} if own else {})}


def _own_as_json(own: OwnLimits) -> Json:
    numbers = {"cut_percent": own.cut_percent, "terminal_from_mg": own.terminal_from_mg, "terminal_cut_mg": own.terminal_cut_mg}
    days = {"every_days": own.every_days} if own.every_days is not None else {}
    return {**{name: plain(value) for name, value in numbers.items() if value is not None}, **days}


def _refused(door: Door, found: Refused) -> Answer:
    nearest = _as_asked(replace(door.asked, request=found.nearest)) if found.nearest else None
    answer = {"refused": {"code": found.code, "why": found.why}, "nearest": nearest}
    return Answer(answer, f"No plan: {found.why}", 1)


def _planned(door: Door, found: Plan, more: Json) -> Answer:
    knowledge, request = door.knowledge, door.asked.request
    risk = withdrawal_risk(knowledge, request)
    made = plan_as_json(found, (risk,))
    terminal = {
        "from_mg": plain(door.limits.terminal_from_mg), "cut_mg": plain(door.limits.terminal_cut_mg),
        "most_mg": plain(door.limits.terminal_most_mg), "source": knowledge.rule("terminal-mg").cite.source,
    }  # fmt: skip
    answer = {
        "policy": made.pop("policy") if found.policy else ASAM, "knowledge": knowledge.version, "confirmed": knowledge.confirmed,
        "withdrawal_risk": risk_of(knowledge, request).value, "terminal_zone": terminal, **made, **more,
    }  # fmt: skip
    return Answer(answer, taper_given.for_people(request, found), 0, request, found)
