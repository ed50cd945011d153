"""The input of `serein levels` to a course for the kinetics engine.

Strict: an unknown key is refused, because a misspelt one would be a wrong level.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from serein.clinical.kinetics import Change, Course, Dose, NotAModel, NotValid, Parameters, Person, Typical
from serein.clinical.kinetics.model import DIAZEPAM_G_PER_MOL, NORDIAZEPAM_G_PER_MOL
from serein.clinical.kinetics.somebody import Measured
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.cursor import Cursor, Trace, kind_of
from serein.interfaces.translate.strict_json import Json, parse

if TYPE_CHECKING:
    from serein.clinical.knowledge import Knowledge

PARAMETERS = (
    "bioavailability", "lag_h", "absorption_per_h", "clearance_l_per_h", "central_l", "intercompartmental_l_per_h", "peripheral_l",
    "fraction_to_metabolite", "metabolite_clearance_l_per_h", "metabolite_volume_l",
)  # fmt: skip
MOST_TIMES, MOST_DOSES, MOST_LEVELS, METABOLITE = 200_000, 100_000, 10, "nordiazepam"
_SUBSTANCE = re.compile(r"[a-z][a-z0-9-]{0,60}")


@dataclass(frozen=True)
class LevelsRequest:
    """`typical` is there when the input described a person instead of naming parameters; `band` is the share asked for, or None."""

    course: Course
    substance: str
    typical: Typical | None = None
    band: Decimal | None = None
    measured: tuple[Measured, ...] = ()
    metabolite: str = "nordiazepam"


def levels_request(data: bytes | str, knowledge: Callable[[], "Knowledge"]) -> LevelsRequest | NotValid:
    """Raises BadInput with the path of what is wrong. `knowledge` is asked for only when the input describes a person."""
    trace = Trace(ours=True)
    root = Cursor(parse(data), "input", "", trace)
    substance = root.text("substance") or "diazepam"
    if not _SUBSTANCE.fullmatch(substance):
        raise root.bad("substance", f"{substance!r} is not the name of a substance in lower case")
    if root.has("person") == root.has("parameters"):
        raise BadInput("input", "needs either parameters (all ten) or person")
    band = _band(root)
    person = _person(root)
    found = _typical(knowledge(), substance, person) if person is not None else None
    body = found.parameters if isinstance(found, Typical) else _parameters(root) if person is None else _STAND_IN
    course = Course(body, _doses(root), _changes(root, body), _times(root))
    measured = _measured(root, substance, found.metabolite if isinstance(found, Typical) else "")
    root.skip("parameters", "person")  # one of them may stand there without a value
    for node in trace.nodes:
        _only_known_keys(node)
    if isinstance(found, NotValid):
        return found
    return LevelsRequest(
        course, substance, found, band, measured, found.metabolite if found else _metabolite(root, course, substance)
    )


def _metabolite(root: Cursor, course: Course, substance: str) -> str:
    """Of given parameters. Two series of one name would be one."""
    if substance != METABOLITE:
        return METABOLITE
    made = [course.parameters.fraction_to_metabolite, *(c.parameters.get("fraction_to_metabolite", 0) for c in course.changes)]
    if any(made):
        raise root.bad("substance", f"{METABOLITE!r} names the metabolite; as a parent its fraction_to_metabolite is 0")
    return ""


def _only_known_keys(node: Cursor) -> None:
    for key in node.strange():
        raise BadInput(f"{node.path}.{key}", "unknown key")


def _typical(knowledge: "Knowledge", substance: str, person: Person) -> Typical | NotValid:
    """Opened only for a person: parameters of their own need no knowledge."""
    from serein.clinical.kinetics.person import typical

    return typical(knowledge, substance, person)


def _band(root: Cursor) -> Decimal | None:
    share = _amount(root, "band")
    if share is None:
        return None
    if not 0 < share < 1:
        raise root.bad("band", f"{share} is not a share between 0 and 1")
    if not root.has("person"):
        raise root.bad("band", "needs person: how far people differ is known from the knowledge, not from parameters")
    return share


def _person(root: Cursor) -> Person | None:
    node = root.child("person")
    if node is None:
        return None
    sex, cyp2c19 = node.text("sex"), node.text("cyp2c19")
    if sex not in ("", "female", "male", "other", "unknown"):
        raise node.bad("sex", f"{sex!r} is none of: female, male, other, unknown")
    if cyp2c19 not in ("", "poor", "intermediate", "normal", "rapid", "ultrarapid"):
        raise node.bad("cyp2c19", f"{cyp2c19!r} is none of: poor, intermediate, normal, rapid, ultrarapid")
    return Person(
        age_years=_amount(node, "age_years"),
        sex=sex,
        weight_kg=_amount(node, "weight_kg"),
        height_cm=_amount(node, "height_cm"),
        cirrhosis=bool(node.flag("cirrhosis")),
        cyp2c19=cyp2c19,
        medicines=_medicines(node),
        with_food=node.flag("with_food"),
    )


def _medicines(node: Cursor) -> tuple[str, ...]:
    """Each with a name: one without was meant to be something, and would be left out silently."""
    names = node.texts("medicines")
    for i, name in enumerate(names):
        if not name.strip():
            raise BadInput(f"{node.path}.medicines[{i}]", "has no name")
    return tuple(names)


# Lets the rest of an input be read, and its mistakes be named, when the person is outside the model's domain.
_STAND_IN = Parameters(**dict.fromkeys(PARAMETERS, 1.0))


def _parameters(root: Cursor) -> Parameters:
    node = root.child("parameters")
    if node is None:
        raise BadInput("input.parameters", "missing: all ten parameters of the model are needed")
    values = {name: _amount(node, name) for name in PARAMETERS}
    missing = [name for name, value in values.items() if value is None]
    if missing:
        raise BadInput(f"{node.path}.{missing[0]}", "missing: all ten parameters are needed")
    try:
        return Parameters(**{name: float(value) for name, value in values.items() if value is not None})
    except NotAModel as error:
        raise BadInput(node.path, str(error)) from None


def _amount(node: Cursor, key: str) -> Decimal | None:
    """A number of zero or more. Text is refused: only doses may be decimal strings."""
    value = node.raw(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise node.bad(key, f"expected a number, found {kind_of(value)}")
    if value < 0:
        raise node.bad(key, f"{value} is below zero")
    return Decimal(value)


def _needed(node: Cursor, key: str) -> Decimal:
    value = _amount(node, key)
    if value is None:
        raise node.bad(key, "missing")
    return value


def _doses(root: Cursor) -> tuple[Dose, ...]:
    given = root.raw("doses")
    if given is None:
        raise root.bad("doses", "missing: a list, which may be empty")
    if isinstance(given, list) and len(given) > MOST_DOSES:
        raise root.bad("doses", f"more than {MOST_DOSES} entries; a repeated dose is one entry with every_h and count")
    return tuple(_dose(node) for node in root.children("doses"))


def _dose(node: Cursor) -> Dose:
    steady, every, count = bool(node.flag("steady_state")), _amount(node, "every_h"), _amount(node, "count")
    if every is not None and every == 0:
        raise node.bad("every_h", "an interval must be above zero")
    if steady and every is None:
        raise node.bad("every_h", "missing: a steady state needs the interval between doses")
    if steady and count is not None:
        raise node.bad("count", "a steady state stands without count: it has been repeated for ever")
    if not steady and (every is None) != (count is None):
        raise node.bad("count" if count is None else "every_h", "missing: every_h and count go together")
    if count is not None and (count != count.to_integral_value() or count < 1):
        raise node.bad("count", f"{count} is not a whole number above zero")
    unknown = bool(node.flag("unknown"))
    if steady and unknown:
        raise node.bad("unknown", "a steady state is of doses that were taken")
    at = _needed(node, "at_h")
    return Dose(at_h=at, mg=_mg(node), every_h=every, count=int(count or 1), steady_state=steady, unknown=unknown)


def _mg(node: Cursor) -> float:
    """A JSON number or a decimal string, as doses travel in every command."""
    mg = node.decimal("mg")
    if mg is None:
        raise node.bad("mg", "missing")
    if mg < 0:
        raise node.bad("mg", f"{mg} is below zero")
    return float(mg)


# What one unit of each is in ng/mL; amounts of substance need the molar mass.
UNITS = {"ng/mL": 1.0, "µg/L": 1.0, "ug/L": 1.0, "mcg/L": 1.0, "µg/mL": 1000.0, "ug/mL": 1000.0, "mg/L": 1000.0}
MOLAR = {"diazepam": DIAZEPAM_G_PER_MOL, "nordiazepam": NORDIAZEPAM_G_PER_MOL}


def _measured(root: Cursor, substance: str, metabolite: str) -> tuple[Measured, ...]:
    nodes = root.children("measured")
    if nodes and not root.has("person"):
        raise root.bad("measured", "needs person: without a spread between people levels cannot be weighed")
    if len(nodes) > MOST_LEVELS:
        raise root.bad("measured", f"more than {MOST_LEVELS} levels")
    return tuple(_level(node, substance, metabolite) for node in nodes)


def _level(node: Cursor, substance: str, metabolite: str) -> Measured:
    analyte, unit = node.text("analyte") or substance, node.text("unit")
    if analyte not in (substance, metabolite):
        raise node.bad("analyte", f"{analyte!r} is neither {substance} nor a metabolite that is modelled")
    value, at = float(_needed(node, "value")), _needed(node, "at_h")
    if value == 0:
        raise node.bad("value", "a level is above zero: one that was not found has no number")
    if unit == "nmol/L" and analyte in MOLAR:
        value *= MOLAR[analyte] / 1000
    elif unit in UNITS:
        value *= UNITS[unit]
    else:
        raise node.bad("unit", f"{unit!r} is none of: {', '.join(UNITS)}{', nmol/L' if analyte in MOLAR else ''}")
    return Measured(at, value, "parent" if analyte == substance else "metabolite")


def _changes(root: Cursor, parameters: Parameters) -> tuple[Change, ...]:
    changes, now = [], parameters
    for node in sorted(root.children("changes"), key=lambda n: _needed(n, "at_h")):
        values = {name: float(value) for name in PARAMETERS if (value := _amount(node, name)) is not None}
        _only_known_keys(node)
        if not values:
            raise BadInput(node.path, "changes nothing: it names no parameter")
        try:
            now = now.with_(**values)
        except NotAModel as error:
            raise BadInput(node.path, str(error)) from None
        changes.append(Change(_needed(node, "at_h"), values))
    return tuple(changes)


def _times(root: Cursor) -> tuple[Decimal, ...]:
    value = root.raw("times_h")
    if not isinstance(value, list):
        raise root.bad("times_h", f"expected a list of hours, found {kind_of(value)}")
    if len(value) > MOST_TIMES:
        raise root.bad("times_h", f"more than {MOST_TIMES} times")
    times: list[Decimal] = []
    for i, one in enumerate(value):
        where = f"input.times_h[{i}]"
        if isinstance(one, bool) or not isinstance(one, (int, Decimal)):
            raise BadInput(where, f"expected a number, found {kind_of(one)}")
        if one < 0 or (times and one < times[-1]):
            raise BadInput(where, f"{one}: times are zero or more and do not decrease")
        times.append(Decimal(one))
    return tuple(times)


def as_numbers(times: tuple[Decimal, ...]) -> list[Json]:
    """Times as they came: whole hours as integers."""
    return [int(t) if t == t.to_integral_value() else float(t) for t in times]
