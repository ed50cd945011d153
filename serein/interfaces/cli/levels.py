"""`serein levels FILE [--json]`: levels of parent and metabolite from a history of doses.

Exit 0, 1 (not valid: the model does not hold there) or 2 (the input cannot be used).
"""

import argparse
import json
import sys
from pathlib import Path

from serein.clinical.kinetics import Levels, NoSteadyState, levels
from serein.interfaces.translate.bad_input import BadInput, printable
from serein.interfaces.translate.levels_request import LevelsRequest, as_numbers, levels_request

METABOLITE = "nordiazepam"


def levels_command(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="serein levels", description="Estimate levels over time. Not a blood test.")
    parser.add_argument("file", metavar="FILE", help="JSON input, or - for standard input")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(argv)
    try:
        data = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
        request = levels_request(data)
        found = levels(request.course)
    except NoSteadyState as error:
        print(json.dumps({"not_valid": str(error)}) if options.json else f"not valid: {error}")
        return 1
    except BadInput as error:
        print(f"serein levels: {error}", file=sys.stderr)
        return 2
    except (OSError, ValueError) as error:
        print(f"serein levels: {printable(str(error))}", file=sys.stderr)
        return 2
    print(_as_json(request, found) if options.json else _for_people(request, found))
    return 0


def _as_json(request: LevelsRequest, found: Levels) -> str:
    answer = {
        "times_h": as_numbers(request.course.times_h),
        f"{request.substance}_ng_per_ml": list(found.parent),
        f"{METABOLITE}_ng_per_ml": list(found.metabolite),
    }
    return json.dumps(answer)


def _for_people(request: LevelsRequest, found: Levels) -> str:
    rows = zip(request.course.times_h, found.parent, found.metabolite, strict=True)
    head = f"{'hour':>10}  {request.substance + ' ng/mL':>18}  {METABOLITE + ' ng/mL':>18}"
    lines = [f"{float(t):>10g}  {p:>18.1f}  {m:>18.1f}" for t, p, m in rows]
    return "\n".join([head, *lines, "", "An estimate from the parameters given, not a blood test."])
