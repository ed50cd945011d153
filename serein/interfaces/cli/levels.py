"""`serein levels FILE [--json]`: levels of parent and metabolite from a history of doses.

Exit 0, 1 (not valid: the model does not hold there) or 2 (the input cannot be used).
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from serein.clinical.kinetics.course import Levels, NoSteadyState, highest_in_24_h, levels
from serein.clinical.kinetics.somebody import NotValid
from serein.interfaces.translate.bad_input import BadInput, printable
from serein.interfaces.translate.levels_request import LevelsRequest, as_numbers, levels_request
from serein.interfaces.translate.strict_json import Json

if TYPE_CHECKING:
    from serein.clinical.kinetics import Band
    from serein.clinical.knowledge import Knowledge

METABOLITE = "nordiazepam"


def load() -> "Knowledge":
    """Opened only for a person: half of the command's time when parameters are given."""
    from serein.clinical.knowledge import load as opened

    return opened()


def levels_command(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="serein levels", description="Estimate levels over time. Not a blood test.")
    parser.add_argument("file", metavar="FILE", help="JSON input, or - for standard input")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(argv)
    try:
        data = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
        answer = _answered(levels_request(data, load))
    except (OSError, ValueError, BadInput) as error:
        print(f"serein levels: {printable(str(error))}", file=sys.stderr)
        return 2
    if isinstance(answer, NotValid):
        print(json.dumps({"not_valid": answer.why}) if options.json else f"not valid: {answer.why}")
        return 1
    print(json.dumps(_as_json(*answer)) if options.json else _for_people(*answer))
    return 0


def _answered(request: LevelsRequest | NotValid) -> "tuple[LevelsRequest, Levels, Band | None] | NotValid":
    if isinstance(request, NotValid):
        return request
    outside = _too_much(request)
    if outside is not None:
        return outside
    try:
        found = levels(request.course)
    except NoSteadyState as error:
        return NotValid(str(error))
    return request, found, _band(request)


def _band(request: LevelsRequest) -> "Band | None":
    if not request.typical or not request.band:
        return None
    from serein.clinical.kinetics.population import band

    return band(request.course, request.typical, float(request.band))


def _too_much(request: LevelsRequest) -> NotValid | None:
    """Whoever names parameters answers for them; a person's come from doses that labels give."""
    file = load().kinetics_of(request.substance) if request.typical else None
    if file is None or highest_in_24_h(request.course) <= file.most_mg_in_24_h:
        return None
    return NotValid(f"more than {file.most_mg_in_24_h} mg within 24 hours: the model is for doses that a label gives")


def _as_json(request: LevelsRequest, found: Levels, wide: "Band | None") -> Json:
    parent, metabolite = f"{request.substance}_ng_per_ml", f"{METABOLITE}_ng_per_ml"
    answer: dict[str, Json] = {"times_h": as_numbers(request.course.times_h), parent: found.parent, metabolite: found.metabolite}
    if wide is not None:
        answer["band"] = {
            parent: {"low": wide.parent_low, "high": wide.parent_high},
            metabolite: {"low": wide.metabolite_low, "high": wide.metabolite_high},
        }
    if request.typical is not None:
        answer["knowledge"], answer["confirmed"] = load().version, load().confirmed
        answer["sources"] = [{"id": s.id, "title": s.title, "where": s.where, "kind": s.kind} for s in request.typical.sources]
        answer["unknown"] = request.typical.unknown
    return answer


def _for_people(request: LevelsRequest, found: Levels, wide: "Band | None") -> str:
    rows = zip(request.course.times_h, found.parent, found.metabolite, strict=True)
    head = f"{'hour':>10}  {request.substance + ' ng/mL':>18}  {METABOLITE + ' ng/mL':>18}"
    lines = [f"{float(t):>10g}  {p:>18.1f}  {m:>18.1f}" for t, p, m in rows]
    if wide is not None:
        head += f"  {'band of ' + request.substance:>22}"
        lines = [
            f"{row}  {f'{lo:.1f} to {hi:.1f}':>22}" for row, lo, hi in zip(lines, wide.parent_low, wide.parent_high, strict=True)
        ]
    unknown = [f"Not known: {one}" for one in request.typical.unknown] if request.typical else []
    confirmed = [] if request.typical is None or load().confirmed else ["No licensed human has confirmed this knowledge."]
    return "\n".join([head, *lines, "", "An estimate, not a blood test.", *confirmed, *unknown])
