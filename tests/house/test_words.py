"""Every deed that can stand in the trail can be read by people."""

import ast
from pathlib import Path

import pytest

from serein.foundation.audit.words import DEEDS, PURPOSES
from serein.foundation.people import deeds
from serein.foundation.people.permissions import CHART_RULES, JOB_PURPOSES, LIST_RULES, NEW_CHART_RULES, SLIP_RULES
from tests.house.write_manual import PAGES

ROOT = Path(__file__).parents[2] / "serein"
PLACE = {"Entry": 3, "refuse_on_record": 1}


def constants(node: ast.expr, known: dict[str, str]) -> set[str] | None:
    """The texts that an expression can be; None when it is not to be read off. `known`: the module's own named texts."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return {node.value}
    if isinstance(node, ast.Name) and node.id in known:
        return {known[node.id]}
    if isinstance(node, ast.IfExp):
        one, other = constants(node.body, known), constants(node.orelse, known)
        return None if one is None or other is None else one | other
    return None


def argument(call: ast.Call, place: int, name: str = "deed") -> ast.expr | None:
    by_name = [k.value for k in call.keywords if k.arg == name]
    return by_name[0] if by_name else call.args[place] if len(call.args) > place else None


def called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def named_texts(tree: ast.Module) -> dict[str, str]:
    """NAME = "text" and A, B = "text", "text" at the top of a module."""
    known = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            pairs = (
                zip(target.elts, node.value.elts, strict=True)
                if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
                else [(target, node.value)]
            )
            known.update(
                {
                    n.id: v.value
                    for n, v in pairs
                    if isinstance(n, ast.Name) and isinstance(v, ast.Constant) and isinstance(v.value, str)
                }
            )
    return known


def deeds_in(source: str) -> set[str]:
    """Deed codes named in a module: where rows are made, in variables called `deed`, and handed to functions with a parameter `deed`.

    A deed that is none of these cannot be read off, and is reported as the text "?line".
    """
    tree = ast.parse(source)
    places = dict(PLACE)
    known = named_texts(tree)
    for f in ast.walk(tree):
        if isinstance(f, ast.FunctionDef):
            names = [a.arg for a in [*f.args.posonlyargs, *f.args.args]]
            if "deed" in names:
                places[f.name] = names.index("deed")
            elif "deed" in [a.arg for a in f.args.kwonlyargs]:
                places[f.name] = 99
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in places:
            value = argument(node, places[called(node)])
        elif isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "deed" for t in node.targets):
            value = node.value
        else:
            continue
        if value is None or (
            isinstance(value, ast.Name | ast.Attribute) and getattr(value, "id", getattr(value, "attr", "")) == "deed"
        ):
            continue
        texts = constants(value, known)
        found |= {f"?{node.lineno}"} if texts is None else texts
    return found


def test_the_reader_of_deeds_finds_them_however_they_are_written():
    source = (
        "def _note(key, deed, x): record(Entry(key.clinic_id, key.at, None, deed))\n"
        "_note(k, 'one', 2)\nrecord(Entry(a, b, c, 'two'))\nrefuse_on_record(k, 'three', why)\n"
        "deed = 'four' if x else 'five'\nrecord(Entry(a, b, c, deed='six'))\nrecord(Entry(a, b, c, f'se{v}en'))\n"
        "EIGHT, NINE = 'eight', 'nine'\nrecord(Entry(a, b, c, NINE))\n"
    )
    assert deeds_in(source) == {"one", "two", "three", "four", "five", "six", "?7", "nine"}


FILES = [f for f in ROOT.rglob("*.py") if "audit.trail import" in (text := f.read_text()) or "refuse_on_record" in text]


@pytest.mark.parametrize("file", FILES, ids=lambda f: str(f.relative_to(ROOT)))
def test_every_deed_has_words(file: Path):
    assert deeds_in(file.read_text()) - {"open"} <= set(DEEDS)


def test_every_action_of_the_permission_table_has_words():
    assert {deeds.row(address).deed for address in deeds.RIGHTS} <= set(DEEDS)


def test_every_purpose_has_words():
    rules = (*CHART_RULES, *NEW_CHART_RULES, *LIST_RULES, *SLIP_RULES)
    assert {r.purpose for r in rules} | set(JOB_PURPOSES) <= set(PURPOSES)


def test_words_begin_small_and_name_no_codes():
    for to_do, did in DEEDS.values():
        assert to_do[0].islower() and did[0].islower() and "_" not in to_do + did


@pytest.mark.parametrize("file", PAGES, ids=lambda f: f.name)
def test_the_manual_is_what_the_code_says(file):
    assert file.read_text() == PAGES[file](), "run: python -m tests.house.write_manual"
