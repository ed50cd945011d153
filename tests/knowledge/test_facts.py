"""Every threshold read again against the sources, and every rule of the files."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

import serein.clinical.knowledge as room
from serein.clinical import knowledge
from serein.clinical.findings import Severity
from serein.clinical.knowledge.gates import cites

KNOWN = knowledge.load()
FIXED_CODES_TEXT = """
dose-above-absolute dose-above-recommended dose-limit-unknown start-dose-too-high increase-too-soon frequency-out-of-range
duration-beyond-guidance quantity-mismatch dose-not-makeable concentration-mixup as-needed-without-maximum tenfold-slip
dose-unreadable indication-missing indication-not-labelled code-text-disagree under-six-months child older-adult pregnancy
breastfeeding severe-liver-disease liver-disease kidney-disease severe-respiratory-disease respiratory-disease sleep-apnoea
myasthenia-gravis narrow-angle-glaucoma open-angle-glaucoma allergy-to-benzodiazepine suicidal-thoughts depression psychosis
substance-use-disorder falls dementia paradoxical-reaction obesity slow-metaboliser driving opioid-together alcohol-together
cns-depressant-together three-cns-active benzodiazepine-duplicate gabapentinoid-together clozapine-together
inhibitor-together inducer-together contraindicated-pair dependence-likely supply-overlap early-request several-prescribers
cut-too-fast abrupt-stop taper-missing review-overdue alcohol-withdrawal-setting age-unknown pregnancy-status-unknown
medicine-not-recognised medicines-unknown allergies-unknown
"""
FIXED_CODES = FIXED_CODES_TEXT.split()
STOPS_TEXT = """
dose-above-absolute dose-unreadable under-six-months severe-liver-disease severe-respiratory-disease sleep-apnoea
myasthenia-gravis narrow-angle-glaucoma open-angle-glaucoma allergy-to-benzodiazepine benzodiazepine-duplicate
contraindicated-pair alcohol-withdrawal-setting age-unknown
"""
STOPS = STOPS_TEXT.split()


def absolute(indication: str, population: str) -> Decimal:
    limits = KNOWN.limits_of("diazepam")
    assert limits
    (one,) = [a for a in limits.absolutes if (a.indication, a.population) == (indication, population)]
    return one.daily_mg


@pytest.mark.parametrize("code", FIXED_CODES)
def test_every_fixed_code_is_catalogued_with_a_source(code):
    entry = KNOWN.catalogue(code)
    assert entry.cites and entry.trigger


@pytest.mark.parametrize("code", STOPS)
def test_every_fixed_stop_can_stop(code):
    assert Severity.STOP in KNOWN.catalogue(code).severity


@pytest.mark.parametrize("code", ["dose-unreadable", "tenfold-slip", "contraindicated-pair", "allergy-to-benzodiazepine"])
def test_four_stops_are_never_relaxed(code):
    assert not KNOWN.catalogue(code).relaxable


def test_the_absolute_limit_is_40_where_only_ranges_are_printed_and_60_for_spasticity_and_seizures():
    for indication in ("anxiety", "alcohol-withdrawal", "muscle-spasm"):
        assert absolute(indication, "adult") == 40
    for indication in ("spasticity", "seizures"):
        assert absolute(indication, "adult") == 60
    assert absolute("spasticity", "child") == 40


@pytest.mark.parametrize(
    ("id", "single", "times"),
    [
        ("us-anxiety-adult", "2–10", "2–4"),
        ("us-muscle-spasm-adult", "2–10", "3–4"),
        ("us-seizures-adult", "2–10", "2–4"),
        ("us-any-older", "2–2.5", "1–2"),
        ("us-any-child", "1–2.5", "3–4"),
        ("us-alcohol-withdrawal-adult", "5–10", "3–4"),
    ],
)
def test_the_us_ranges_are_those_of_the_label(id, single, times):
    limits = KNOWN.limits_of("diazepam")
    assert limits
    (one,) = [r for r in limits.ranges if r.id == id]
    assert (str(one.single_mg), str(one.times_per_day)) == (single, times)


@pytest.mark.parametrize(
    ("id", "daily"),
    [
        ("uk-anxiety-adult", "5–30"),
        ("uk-insomnia-adult", "5–15"),
        ("uk-muscle-spasm-adult", "5–15"),
        ("uk-spasticity-adult", "5–60"),
        ("uk-seizures-adult", "2–60"),
        ("uk-spasticity-child", "5–40"),
    ],
)
def test_the_uk_ranges_are_those_of_the_label(id, daily):
    limits = KNOWN.limits_of("diazepam")
    assert limits
    assert [str(r.daily_mg) for r in limits.ranges if r.id == id] == [daily]


def test_a_recommended_dose_never_passes_the_absolute_one():
    limits = KNOWN.limits_of("diazepam")
    assert limits
    for r in limits.ranges:
        if r.daily_mg and r.indication != "any":
            assert r.daily_mg.high <= absolute(r.indication, r.population)


def test_first_doses_are_5_mg_for_older_and_10_mg_for_young_patients():
    limits = KNOWN.limits_of("diazepam")
    assert limits
    assert {r.population: r.start_daily_mg for r in limits.ranges if r.start_daily_mg} == {"older": 5, "child": 10}


def test_the_us_label_forbids_exactly_its_contraindications():
    forbidden = {h.code for h in KNOWN.contraindications for c in h.contraindicated if c.jurisdiction == "US"}
    assert forbidden == {
        "myasthenia-gravis",
        "severe-respiratory-disease",
        "severe-liver-disease",
        "sleep-apnoea",
        "narrow-angle-glaucoma",
        "open-angle-glaucoma",
    }


def test_every_value_cites_and_nothing_is_confirmed_yet():
    for kind in ("substances", "products", "limits", "rules", "medicines", "interactions", "contraindications", "instruments"):
        for value in getattr(KNOWN, kind):
            assert list(cites(value)), f"{kind} without a source"
            assert value.confirmed_by is None
    assert KNOWN.confirmed is False and KNOWN.version == "2026.1"


def test_a_secondary_source_says_so():
    shown = KNOWN.source("fda-diazepam-dosing").shown
    assert shown.startswith("FDA label") and "as reported by simpleandpractical.com" in shown
    unread = KNOWN.source("fda-diazepam-other").shown
    assert unread.endswith("(page not read for this release)")
    assert KNOWN.source("fda-diazepam-boxed-warning").shown == "FDA label, diazepam tablets (Valium)"


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("reported/concentrations.yaml", "unit: times, ", "", "a value needs its unit"),
        ("reported/overdose.yaml", "substance: diazepam", "substance: diazepan", "no substance 'diazepan'"),
        ("limits/diazepam.yaml", "daily_mg: 40", "daily_mg: 40\n    hourly_mg: 3", "unknown key hourly_mg"),
        ("limits/diazepam.yaml", "confidence: D}", "confidence: C}", "none of"),
        ("limits/diazepam.yaml", "source: fda-diazepam-dosing", "source: nowhere", "no source 'nowhere'"),
        ("limits/diazepam.yaml", "daily_mg: 40", "daily_mg: 40\n    daily_mg: 400", "given twice"),
        ("limits/diazepam.yaml", "confirmed_by: null\n", "", "missing confirmed_by"),
        ("substances/diazepam.yaml", "id: diazepam", "id: lorazepam", "defined twice"),
        (
            "instruments/gad-7.yaml",
            "{low: 15, high: 21, name: severe}",
            "{low: 16, high: 21, name: severe}",
            "bands do not cover",
        ),
        ("interactions/opioid.yaml", "groups: [opioid]", "groups: [opiate]", "no medicine group"),
        ("products/diazepam.yaml", "    mg: 2\n", "", "needs either mg or mg_per_ml"),
    ],
)
def test_a_file_that_is_not_exactly_as_declared_is_refused(tmp_path, file, old, new, says):
    copy = tmp_path / "knowledge"
    shutil.copytree(Path(room.__file__).parent, copy)
    text = (copy / file).read_text()
    assert old in text
    (copy / file).write_text(text.replace(old, new, 1))
    with pytest.raises(knowledge.BadKnowledge, match=says):
        knowledge.read(copy)


def test_what_is_reported_is_kept_by_product_and_a_conflict_keeps_both_sides():
    """Frequencies differ between the texts of products; of a conflict no side is dropped, and what is done about it is said."""
    reactions = [f for f in KNOWN.reported if f.topic == "adverse-reactions"]
    assert len({f.product for f in reactions}) == len(reactions) > 1 and all(f.product for f in reactions)
    (levels,) = [f for f in KNOWN.reported if f.topic == "concentrations"]
    assert levels.so.endswith("no evidence that doses were not taken.")
    assert all(len({o.says for o in c.options}) > 1 and c.policy for c in KNOWN.conflicts)
    with pytest.raises(ValueError, match="two sides"):
        msgspec.structs.replace(KNOWN.conflicts[0], options=KNOWN.conflicts[0].options[:1])


# Printed tables: mg by mouth for 10 mg of diazepam, VA/DoD 2021, Ashton 2002, UK (twice the printed row for 5 mg); - is not printed.
TABLES = """
alprazolam        1     0.5   0.5
chlordiazepoxide  25    25    25
clobazam          -     20    20
clonazepam        1     0.5   0.5
clorazepate       15    15    -
diazepam          10    10    -
estazolam         1     1–2   -
flurazepam        15    15–30 -
loprazolam        -     1–2   1–2
lorazepam         2     1     1
lormetazepam      -     1–2   1–2
nitrazepam        -     10    10
oxazepam          30    20    20
quazepam          10    20    -
temazepam         15    20    20
triazolam         0.25  0.5   -
zolpidem          -     20    20
zopiclone         -     15    15
"""


def test_equivalents_are_those_of_the_printed_tables_and_of_no_other_substance():
    printed = {name: numbers for name, *numbers in (line.split() for line in TABLES.split("\n") if line)}
    kept = {s.id: {e.table: str(e.mg) for e in s.equivalents} for s in KNOWN.substances if s.equivalents}
    names = ("va-dod-2021", "ashton-2002", "uk")
    assert kept == {id: {t: n for t, n in zip(names, numbers, strict=True) if n != "-"} for id, numbers in printed.items()}


# Half-lives in hours as the sources print them, for the substances whose time to settle is reckoned: means stand as one number.
HOURS = {
    "alprazolam": ["6.3–26.9"],
    "chlordiazepoxide": ["5–30", "21–78"],
    "clobazam": ["36–42", "22", "47–51", "59–74"],
    "clonazepam": ["30–40", "19–60"],
    "lorazepam": ["14.3–14.6", "21.7–41.2"],
    "nitrazepam": ["19–31", "26–64"],
    "oxazepam": ["6.7"],
    "temazepam": ["9.9–15.5"],
}


@pytest.mark.parametrize("id", HOURS)
def test_half_lives_are_those_of_the_sources(id):
    assert [str(p.hours) for p in KNOWN.substance(id).published] == HOURS[id]
