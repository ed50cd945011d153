"""What knowledge must keep before anybody is judged by it: each gate is shown to bite."""

from __future__ import annotations

import ast
import dataclasses
import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

import serein.clinical
from serein.clinical import knowledge
from serein.clinical.knowledge import gates, library
from serein.clinical.knowledge.facts import BadKnowledge, Kind
from tests.clinical.drafts import judge, mg, order, person

KNOWN = knowledge.load()
ROOMS = tuple(library.ROOMS)
CLINICAL = Path(serein.clinical.__file__).parent


def with_limits(**changes):  # type: ignore[no-untyped-def]
    """The real knowledge with diazepam's limits changed."""
    limits = KNOWN.limits_of("diazepam")
    assert limits
    changed = msgspec.structs.replace(limits, **changes)
    return dataclasses.replace(KNOWN, limits=tuple(changed if f.substance == "diazepam" else f for f in KNOWN.limits))


def refused(known, says):  # type: ignore[no-untyped-def]
    with pytest.raises(BadKnowledge, match=says):
        gates.check(known, ROOMS)


def test_the_knowledge_of_this_release_keeps_every_gate():
    gates.check(KNOWN, ROOMS)
    assert library.due(KNOWN, date(2026, 11, 22)) == ()


def test_a_recommended_ring_outside_the_absolute_one_is_refused():
    limits = KNOWN.limits_of("diazepam")
    assert limits
    lower = tuple(msgspec.structs.replace(a, daily_mg=a.daily_mg / 2) for a in limits.absolutes)
    refused(with_limits(absolutes=lower), "passes the absolute")


def test_two_limits_for_the_same_people_are_refused():
    limits = KNOWN.limits_of("diazepam")
    assert limits
    refused(with_limits(absolutes=(*limits.absolutes, limits.absolutes[0])), "two limits for the same people")


def test_a_population_that_nobody_belongs_to_is_refused():
    limits = KNOWN.limits_of("diazepam")
    assert limits
    odd = msgspec.structs.replace(limits.absolutes[0], population="elderly")
    refused(with_limits(absolutes=(odd, *limits.absolutes[1:])), "no population 'elderly'")


@pytest.mark.parametrize("name", ["durations", "absolutes"])
def test_a_check_without_a_limit_must_be_said_to_be_unknown(name):
    refused(with_limits(**{name: ()}), "neither a limit nor said to be unknown")


def test_a_limit_cannot_be_there_and_unknown():
    refused(with_limits(unknown=("duration",)), "a limit, and said to be unknown")


def test_every_substance_has_for_every_check_a_limit_or_an_explicit_unknown():
    judged = [s.id for s in KNOWN.substances if set(gates.JUDGED) & set(s.classes)]
    assert len(judged) > 40
    unread = {s for n in KNOWN.no_limits for s in n.substances}
    for id in judged:
        file = KNOWN.limits_of(id)
        assert (file is None) == (id in unread)


def test_where_no_limit_is_known_the_finding_says_so_for_every_substance():
    for substance in KNOWN.substances:
        if substance.id == "diazepam" or not set(gates.JUDGED) & set(substance.classes):
            continue
        from serein.clinical.case import Concept

        found = judge(person(), order(mg("1", "1"), medicine=Concept(text=substance.name)))
        assert found.of("dose-limit-unknown"), substance.id
        unchecked = {n.check for n in found.not_checked}
        assert {"dose-above-absolute", "dose-above-recommended", "start-dose-too-high", "frequency-out-of-range"} <= unchecked


def test_a_review_date_that_has_passed_is_named():
    late = library.due(KNOWN, date(2099, 1, 1))
    assert "sources/beers-2023" in late and len(late) == sum(len(getattr(KNOWN, room)) for room in ROOMS)


def test_a_source_says_something_in_every_place_that_is_printed():
    for source in KNOWN.sources:
        assert "reported by ," not in source.shown and not source.shown.endswith("reported by ")
    with pytest.raises(ValueError, match="must say something"):
        msgspec.structs.replace(KNOWN.sources[0], reports=" ")


def test_our_own_rules_are_never_dressed_as_a_publication():
    (own,) = [s for s in KNOWN.sources if s.kind is Kind.OWN]
    assert own.id == "serein-rule"


def test_a_stop_that_rests_on_no_primary_says_so_and_one_that_does_not_is_silent():
    from tests.clinical.drafts import condition

    (stop,) = judge(person(conditions=(condition("myasthenia gravis"),)), order()).of("myasthenia-gravis")
    assert {s.kind for s in stop.sources} == {"secondary"} and "No primary source was read" in stop.detail
    unreadable = order(dosages=())
    (own,) = judge(person(), unreadable).of("dose-unreadable")
    assert {s.kind for s in own.sources} == {"own"} and "No primary" not in own.detail


# Numbers that are arithmetic and no fact of medicine: hours, days, months, percent, tenfold, mg in a gram, and lengths of texts.
ARITHMETIC = {0, 1, 2, -1, 7, 10, 12, 24, 100, 1000, "0.001"}
TECHNICAL = {
    "dosing/slips.py": {400, 200},  # the longest quotation of an instruction
    "findings.py": {90, 32},  # the longest summary; characters of a fingerprint
    "interactions/company.py": {70, 84, 50},  # words that fit into a summary
    "interactions/drift.py": {55, 200},  # the same
    "interactions/person.py": {10, 9},  # items of PHQ-9
    "knowledge/amounts.py": {36_500, 9000},  # dates that can be computed
    "knowledge/names.py": {2000, 4096, 3},  # the longest text; how near a denial stands
    "knowledge/recognise.py": {10_000, 4},  # a cache; words of a part shown
    "knowledge/scene.py": {90},  # the longest summary
    "knowledge/terms.py": {8, 20_000},  # the longest code of ICD; a cache
}
TECHNICAL_ROOMS = ("kinetics", "taper")  # numerical methods and search: their own tests hold them


def modules():  # type: ignore[no-untyped-def]
    for path in sorted(CLINICAL.rglob("*.py")):
        name = path.relative_to(CLINICAL).as_posix()
        if not name.startswith(TECHNICAL_ROOMS):
            yield name, ast.parse(path.read_text("utf-8"))


def numbers(tree):  # type: ignore[no-untyped-def]
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
            yield node.value
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Decimal":
            yield from (a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))


def clinical_numbers(name, tree):  # type: ignore[no-untyped-def]
    return {n for n in numbers(tree) if n not in ARITHMETIC | TECHNICAL.get(name, set())}


def words_with_numbers(tree):  # type: ignore[no-untyped-def]
    """Sentences in code that state a number: they would go stale when the knowledge changes."""
    kinds = (ast.Module, ast.FunctionDef, ast.ClassDef)
    told = {id(n.body[0].value) for n in ast.walk(tree) if isinstance(n, kinds) and n.body and isinstance(n.body[0], ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            bare = re.sub(
                r"CYP\w+|ICD-10|10 mg diazepam|0–|PHQ-9 item 9|PHQ-9|24 hours|between 0 and 7|cover 0 to|1 dose", "", node.value
            )
            if " " in bare and re.search(r"\d", bare):
                yield node.value


@pytest.mark.parametrize(("name", "tree"), list(modules()), ids=lambda v: v if isinstance(v, str) else "")
def test_no_clinical_number_stands_in_code(name, tree):
    assert not clinical_numbers(name, tree), f"{name}: put it into the knowledge, with its source"
    assert not list(words_with_numbers(tree)), f"{name}: say it with the rule's own words"


def test_the_test_of_numbers_bites():
    tree = ast.parse('def f(mg):\n    """Up to 40."""\n    return mg > Decimal("40") or mg == 65 or "above 40 mg a day"')
    assert clinical_numbers("x.py", tree) == {"40", 65}
    assert list(words_with_numbers(tree)) == ["above 40 mg a day"]


def test_a_finding_that_does_not_say_what_to_do_is_refused():
    mute = tuple(msgspec.structs.replace(h, suggestions=()) if h.id == "sleep-apnoea" else h for h in KNOWN.contraindications)
    refused(dataclasses.replace(KNOWN, contraindications=mute), "sleep-apnoea: nothing says what to do instead")


def test_a_hazard_about_one_substance_must_say_something_of_the_others():
    odd = tuple(msgspec.structs.replace(h, elsewhere="") if h.id == "debility" else h for h in KNOWN.contraindications)
    refused(dataclasses.replace(KNOWN, contraindications=odd), "debility: about some substances, and nothing of the others")
