"""The register of conflicts, row by row: every side is kept with its source, and the policy that is named is the one in force."""

from __future__ import annotations

from decimal import Decimal

import pytest

from serein.clinical import knowledge
from serein.clinical.case import ICD10CM, Answer
from serein.clinical.kinetics.person import Person, typical
from tests.clinical.drafts import born, condition, judge, medicine, mg, order, person, severity
from tests.clinical.worked import of

KNOWN = knowledge.load()
CONFLICTS = {c.id: c for c in KNOWN.conflicts}
# The rows of the register, and numbers that each of its sides prints.
REGISTER = {
    "equivalence": ("2 mg", "1 mg"),
    "taper-pace": ("25 % every 2 weeks", "every 1 to 2 weeks", "an eighth of the dose", "20 %", "1 to 2 mg"),
    "duration": ("4 months", "2 to 4 weeks", "14 days"),
    "age-and-clearance": ("no change", "0.39 against 0.24"),
    "level-for-a-dose": ("19.6 ng/mL", "24.5 ng/mL"),
    "metabolite-share": ("0.7", "1.15"),
    "dependence-scale-cut-off": ("above 6", "6 or more", "5.5"),
    "alcohol-withdrawal-bands": ("10 to 18", "8 to 15"),
    "stop-bang-neck": ("40 cm", "43 cm"),
    "breastfeeding": ("against", "encouraged"),
    "slow-metabolisers-elsewhere": ("88.3 against 40.8", "85.1", "100.8 against 34.7"),
    "kidney-dose": ("caution", "no adjustment"),
}


@pytest.mark.parametrize("id", REGISTER)
def test_each_row_of_the_register_keeps_its_sides_apart_with_their_sources(id):
    conflict = CONFLICTS[id]
    for number in REGISTER[id]:
        assert any(number in side.says for side in conflict.options), number
    assert all(KNOWN.source(side.cite.source).reports for side in conflict.options) and conflict.policy


def test_no_side_is_said_twice_and_every_conflict_has_sources_that_disagree():
    for conflict in KNOWN.conflicts:
        assert len({side.says for side in conflict.options}) == len(conflict.options)
        assert len({(side.cite.source, side.cite.where) for side in conflict.options}) > 1, conflict.id


def test_age_changes_the_first_dose_and_the_time_to_settle_but_no_clearance():
    young, old = (typical(KNOWN, "diazepam", Person(age_years=age)).parameters for age in (30, 80))
    assert young.clearance_l_per_h == old.clearance_l_per_h
    assert judge(person(birth=born(80)), order(mg("5"))).of("start-dose-too-high")


def test_the_typical_adult_lies_in_the_band_of_levels_and_in_that_of_the_metabolite():
    body = typical(KNOWN, "diazepam", Person(age_years=30)).parameters
    level = 1000 * body.bioavailability / 24 / body.clearance_l_per_h
    assert 20 <= level <= 34
    made = body.fraction_to_metabolite * body.mass_ratio * body.clearance_l_per_h / body.metabolite_clearance_l_per_h
    assert 1.4 <= made <= 2.4


def test_what_may_not_be_shipped_is_named_with_its_reason_and_has_no_items():
    withheld = {w.id for w in KNOWN.withheld}
    assert {"sds", "stop-bang"} <= withheld and not withheld & {i.id for i in KNOWN.instruments}


def test_a_poor_metaboliser_and_a_sick_kidney_are_warned_of_in_words_and_change_no_limit():
    slow = judge(person(conditions=(condition("CYP2C19 poor metaboliser"),)))
    assert severity(slow, "slow-metaboliser") == "warn" and not slow.of("dose-above-recommended")
    kidney = judge(person(conditions=(condition("", ICD10CM, "N18.5"),)))
    assert severity(kidney, "kidney-disease") == "warn" and not kidney.of("dose-above-recommended")


def test_breastfeeding_is_a_warning_that_gives_both_sides():
    (found,) = judge(person(sex="female", told={"breastfeeding": Answer.YES})).of("breastfeeding")
    assert found.severity == "warn" and "advises against" in found.detail and "encourages" in found.detail


def test_no_reported_table_changes_a_reckoning():
    """ClinCalc sets 27 mg of quazepam beside 10 mg diazepam, the two tables that count 10 and 20: the question is judged by those."""
    for substance in (s for s in KNOWN.substances if s.reported):
        tables = {e.table for e in substance.equivalents}
        assert tables and not tables & {r.table for r in substance.reported}
    going = medicine("quazepam 15 MG", "m9", dosages=(mg("15", "1"),))
    switched = judge(person(medicines=(going,)), of("diazepam", "15", "1", replaces="m9"))
    assert switched.orders[0].purpose == "same"  # 15 mg are 7.5 by one table and 15 by the other; 27 and 40 mg are not asked


# Printed columns: mg of the medicine, Medscape beside 5 to 10 mg of diazepam, ClinCalc beside 10 mg with its range; - is not printed.
REPORTED = """
alprazolam        0.5–1    0.75 0.5–2
chlordiazepoxide  10–25    33   12–50
clonazepam        0.25–0.5 0.75 0.5–4
clorazepate       7.5–15   13   8–30
diazepam          5–10     10   10
flurazepam        15–30    20   8–30
lorazepam         1–2      1.3  1–4
nitrazepam        2.5–10   -    -
oxazepam          15–30    20   5–40
quazepam          10–20    27   15–40
temazepam         10–20    20   5–40
triazolam         0.25–0.5 0.25 0.25–1
"""


def test_reported_equivalents_are_those_of_the_printed_columns_and_of_no_other_substance():
    kept = {}
    for s in (s for s in KNOWN.substances if s.reported):
        by_table = {r.table: r for r in s.reported}
        clincalc = by_table.get("clincalc")
        kept[s.id] = [str(by_table["medscape"].mg), *((str(clincalc.central_mg), str(clincalc.mg)) if clincalc else ("-", "-"))]
        assert by_table["medscape"].diazepam_mg.low == Decimal(5) and by_table["medscape"].diazepam_mg.high == Decimal(10)
    assert kept == {name: numbers for name, *numbers in (line.split() for line in REPORTED.split("\n") if line)}
