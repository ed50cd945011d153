"""`serein levels FILE [--json]`: levels of parent and metabolite from a history of doses.

Exit 0, 1 (not valid: the model does not hold there) or 2 (the input cannot be used). The same file gives the same bytes, however the package was
built: levels come from the exact engine, bands and individuals from NumPy, never from the compiled kernel.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from serein.clinical.kinetics.course import NoSteadyState, highest_in_24_h, levels
from serein.clinical.kinetics.somebody import NotValid
from serein.interfaces.cli.levels_words import Answer, as_csv, as_curve, as_json, for_people
from serein.interfaces.translate.bad_input import BadInput, printable
from serein.interfaces.translate.levels_request import LevelsRequest, levels_request

if TYPE_CHECKING:
    from serein.clinical.kinetics import Band, Individual
    from serein.clinical.knowledge import Knowledge


def load() -> "Knowledge":
    """Opened only for a person: half of the command's time when parameters are given."""
    from serein.clinical.knowledge import load as opened

    return opened()


def levels_command(argv: list[str]) -> int:
    options = _options(argv)
    try:
        _check_names(options)
        data = sys.stdin.buffer.read() if options.file == "-" else Path(options.file).read_bytes()
        answer = _answered(levels_request(data, load))
        if isinstance(answer, Answer):
            _write_files(answer, options)
    except (OSError, ValueError, BadInput) as error:
        print(f"serein levels: {printable(str(error))}", file=sys.stderr)
        return 2
    if isinstance(answer, NotValid):
        print(json.dumps({"not_valid": answer.why}) if options.json else f"not valid: {answer.why}")
        return 1
    print(json.dumps(as_json(answer)) if options.json else for_people(answer))
    if options.verbose:
        print(_how(answer), file=sys.stderr)
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="serein levels", description="Estimate levels over time. Not a blood test.")
    parser.add_argument("file", metavar="FILE", help="JSON input, or - for standard input")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--csv", metavar="FILE", help="write the levels as a table")
    parser.add_argument("--plot", metavar="FILE", help="draw them: a name that ends in .svg or .png")
    parser.add_argument("--verbose", action="store_true", help="say on standard error how it was calculated")
    return parser.parse_args(argv)


def _check_names(options: argparse.Namespace) -> None:
    """Before anything is read or written: a file that was given must not be lost, and none be left half of two."""
    if options.plot and Path(options.plot).suffix not in (".svg", ".png"):
        raise BadInput("--plot", f"{options.plot!r} ends neither in .svg nor in .png")
    taken = {} if options.file == "-" else {Path(options.file).resolve(): "FILE"}
    for name, path in (("--csv", options.csv), ("--plot", options.plot)):
        if path and taken.setdefault(Path(path).resolve(), name) != name:
            raise BadInput(name, f"{path!r} is {taken[Path(path).resolve()]} too and would be overwritten")


def _write_files(answer: Answer, options: argparse.Namespace) -> None:
    if options.plot and not answer.request.course.times_h:
        raise BadInput("input.times_h", "nothing to draw: no times")
    if options.csv:
        Path(options.csv).write_text(as_csv(answer), "utf-8")
    if not options.plot:
        return
    from serein.interfaces.paper.curve import curve_png, curve_svg

    curve = as_curve(answer)
    Path(options.plot).write_bytes(curve_svg(curve).encode() if options.plot.endswith(".svg") else curve_png(curve))


def _answered(request: LevelsRequest | NotValid) -> Answer | NotValid:
    if isinstance(request, NotValid):
        return request
    outside = _too_much(request)
    if outside is not None:
        return outside
    try:
        if request.typical is None:
            return Answer(request, levels(request.course))
        return _of_a_person(request)
    except NoSteadyState as error:
        return NotValid(str(error))


def _of_a_person(request: LevelsRequest) -> Answer | NotValid:
    """Levels of the typical person, or, after measured levels, of the most probable one; bands of the people who could be meant."""
    assert request.typical is not None
    known = load()
    knowledge = (known.version, known.confirmed)
    found = _individual(request)
    if isinstance(found, NotValid):
        return found
    course = request.course if found is None else request.course.of(found.parameters)
    wide = _band(request, found)
    return wide if isinstance(wide, NotValid) else Answer(request, levels(course), wide, found, knowledge)


def _individual(request: LevelsRequest) -> "Individual | NotValid | None":
    if not request.measured or request.typical is None:
        return None
    from serein.clinical.kinetics.individual import Question, Residual, individual

    if request.typical.residual is None:
        return NotValid("the error of a measurement has no published value here: levels cannot be weighed")
    question = Question(request.course, request.typical, request.measured, Residual(request.typical.residual))
    return individual(question, path="numpy")


def _band(request: LevelsRequest, person: "Individual | None") -> "Band | NotValid | None":
    if not request.typical or not request.band:
        return None
    from serein.clinical.kinetics.population import band_of, no_spread, people_like

    why = no_spread(request.typical)
    if why is not None:
        return why
    return band_of(request.course, person.people if person else people_like(request.typical), (float(request.band),))[0]


def _too_much(request: LevelsRequest) -> NotValid | None:
    """Whoever names parameters answers for them; a person's come from doses that labels give."""
    file = load().kinetics_of(request.substance) if request.typical else None
    if file is None or file.most_mg_in_24_h is None or highest_in_24_h(request.course) <= file.most_mg_in_24_h:
        return None
    return NotValid(f"more than {file.most_mg_in_24_h} mg within 24 hours: the model is for doses that a label gives")


def _how(answer: Answer) -> str:
    from serein.clinical.kinetics import kernel

    there = "compiled kernel installed (not used by this command)" if kernel.compiled() else "no compiled kernel installed"
    return f"levels: exact engine; bands: {'NumPy' if answer.band else 'none'}; {there}"
