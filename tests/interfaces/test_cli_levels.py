"""`serein levels` as a script meets it."""

import json
import math
import subprocess
import sys
from xml.etree import ElementTree

import pytest

PARAMETERS = {
    "bioavailability": 0.93, "lag_h": 0, "absorption_per_h": 2.0, "clearance_l_per_h": 1.6, "central_l": 30, "intercompartmental_l_per_h": 20,
    "peripheral_l": 50, "fraction_to_metabolite": 0.8, "metabolite_clearance_l_per_h": 0.7, "metabolite_volume_l": 60,
}  # fmt: skip
USUAL = {
    "parameters": PARAMETERS,
    "doses": [{"at_h": 0, "mg": 5}, {"at_h": 12, "mg": 5, "every_h": 12, "count": 179}],
    "changes": [{"at_h": 720, "clearance_l_per_h": 0.8}],
    "times_h": [1, 12, 100.5],
}
SOME = {"doses": [{"at_h": 0, "mg": 5}], "times_h": [1]}
COMMAND = (sys.executable, "-m", "serein.interfaces.cli")


def run(given: object, *options: str) -> subprocess.CompletedProcess[str]:
    text = given if isinstance(given, str) else json.dumps(given)
    return subprocess.run([*COMMAND, "levels", "-", *options], input=text, capture_output=True, text=True)


def test_the_example_of_the_contract_gives_levels_of_both_at_each_time() -> None:
    done = run(USUAL, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and done.stderr == ""
    curves = ["diazepam_ng_per_ml", "nordiazepam_ng_per_ml"]
    assert list(answer) == ["times_h", *curves, "model", "parameters_from"]
    assert answer["times_h"] == [1, 12, 100.5]
    assert all(len(answer[key]) == 3 and min(answer[key]) > 0 for key in curves)
    assert "two compartments" in answer["model"] and answer["parameters_from"] == "as given"
    assert run(USUAL, "--json").stdout == done.stdout, "the same file gives the same bytes"


def test_people_get_a_table_that_says_what_it_is_not() -> None:
    shown = run(USUAL).stdout
    assert "diazepam ng/mL" in shown and "not a blood test" in shown
    somebody = run({"person": SOMEBODY, **DAILY}).stdout
    assert "Model: diazepam, two compartments" in somebody and "Parameters: knowledge 20" in somebody and "Sources: " in somebody
    assert "Not known: How high the peak" in somebody


def test_the_substance_names_the_keys() -> None:
    answer = json.loads(run({**USUAL, "substance": "clobazam"}, "--json").stdout)
    assert "clobazam_ng_per_ml" in answer and "diazepam_ng_per_ml" not in answer


def test_what_is_never_cleared_is_not_valid() -> None:
    steady = {
        **USUAL,
        "parameters": {**PARAMETERS, "clearance_l_per_h": 0},
        "doses": [{"at_h": 0, "mg": 5, "every_h": 12, "steady_state": True}],
    }
    done = run(steady, "--json")
    assert done.returncode == 1 and "never cleared" in json.loads(done.stdout)["not_valid"]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({**USUAL, "dosage": []}, "dosage"),
        ({**USUAL, "parameters": {**PARAMETERS, "clearance": 1}}, "parameters.clearance"),
        ({**USUAL, "parameters": {k: v for k, v in PARAMETERS.items() if k != "lag_h"}}, "parameters.lag_h"),
        ({**USUAL, "parameters": {**PARAMETERS, "central_l": -1}}, "parameters.central_l"),
        ({**USUAL, "parameters": {**PARAMETERS, "central_l": 0}}, "central_l"),
        ({**USUAL, "parameters": {**PARAMETERS, "central_l": "30"}}, "parameters.central_l"),
        ({**USUAL, "times_h": [2, 1]}, "times_h[1]"),
        ({**USUAL, "times_h": [-1]}, "times_h[0]"),
        ({**USUAL, "times_h": None}, "times_h"),
        ({**USUAL, "doses": [{"mg": 5}]}, "doses[0].at_h"),
        ({**USUAL, "doses": [{"at_h": 0, "mg": -5}]}, "doses[0].mg"),
        ({**USUAL, "doses": [{"at_h": 0, "mg": 5, "every_h": 12}]}, "doses[0].count"),
        ({**USUAL, "doses": [{"at_h": 0, "mg": 5, "every_h": 0, "count": 2}]}, "doses[0].every_h"),
        ({**USUAL, "doses": [{"at_h": 0, "mg": 5, "every_h": 1, "count": 2, "steady_state": True}]}, "doses[0].count"),
        ({**USUAL, "changes": [{"at_h": 3}]}, "changes[0]"),
        ({**USUAL, "doses": [{"at_h": 0, "mg": 1, "every_h": 1, "count": 1000000}], "times_h": [2000000]}, "500000"),
        ({**USUAL, "doses": [{"at_h": 0, "mg": 1, "every_h": 6, "steady_state": True, "unknown": True}]}, "doses[0].unknown"),
        ({**USUAL, "doses": [{"at_h": 0, "mg": 1}] * 100_001}, "input.doses"),
        ({**USUAL, "measured": [{"at_h": 9, "value": 1, "unit": "ng/mL"}]}, "measured"),
        ({k: v for k, v in USUAL.items() if k != "doses"}, "input.doses"),
        ({**USUAL, "doses": [None, {"at_h": 0, "mg": 5}]}, "doses[0]"),
        ({**USUAL, "doses": [{"at_h": 0, "mg": "five"}]}, "doses[0].mg"),
        ({**USUAL, "doses": [{"at_h": 0, "mg": "-5"}]}, "doses[0].mg"),
        ({**USUAL, "changes": [{"at_h": 3, "clearence_l_per_h": 1}]}, "changes[0].clearence_l_per_h"),
        ({**USUAL, "id": "of another format"}, "input.id"),
        ({**USUAL, "dose": None}, "input.dose"),
        ({**USUAL, "substance": "nordiazepam"}, "input.substance"),
        ({"person": {"age_years": 40, "medicines": ["omeprazole", None]}, **SOME}, "person.medicines[1]"),
        ({"person": {"age_years": 40, "with_food": "yes"}, **SOME}, "person.with_food"),
        ({"person": {"age_years": 40}, **SOME, "measured": [{"at_h": 9, "value": 0, "unit": "ng/mL"}]}, "measured[0].value"),
        ('{"times_h": [NaN]}', "NaN"),
        ("{" * 100_000, "nested"),
        ("", "JSON"),
        ("[]", "object"),
    ],
)
def test_what_cannot_be_used_is_named_on_one_line(wrong: object, where: str) -> None:
    done = run(wrong, "--json")
    assert done.returncode == 2 and done.stdout == ""
    assert where in done.stderr and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr


def test_doses_may_be_decimal_strings_as_in_every_command() -> None:
    written = {**USUAL, "doses": [{**dose, "mg": str(dose["mg"])} for dose in USUAL["doses"]]}
    assert run(written, "--json").stdout == run(USUAL, "--json").stdout != ""


def test_the_metabolite_can_be_the_parent_where_it_makes_none() -> None:
    alone = {**USUAL, "substance": "nordiazepam", "parameters": {**PARAMETERS, "fraction_to_metabolite": 0}, "changes": []}
    answer, usual = (json.loads(run(x, "--json").stdout) for x in (alone, {**USUAL, "changes": []}))
    assert answer["nordiazepam_ng_per_ml"] == usual["diazepam_ng_per_ml"] and "metabolite" not in answer["model"]


def test_no_file_that_was_given_is_lost_and_none_is_left_half(tmp_path) -> None:
    given, table = tmp_path / "levels.json", tmp_path / "levels.csv"
    given.write_text(json.dumps(USUAL))
    for more, why in (
        (["--csv", str(given)], "overwritten"),
        (["--csv", str(table), "--plot", str(tmp_path / "levels.jpg")], ".png"),
        (["--csv", str(tmp_path / "x.svg"), "--plot", str(tmp_path / "x.svg")], "overwritten"),
    ):
        done = subprocess.run([*COMMAND, "levels", str(given), *more], capture_output=True, text=True)
        assert done.returncode == 2 and why in done.stderr and done.stderr.count("\n") == 1
    assert json.loads(given.read_text()) == json.loads(json.dumps(USUAL)) and [p.name for p in tmp_path.iterdir()] == [
        "levels.json"
    ]


def test_it_never_imports_django() -> None:
    code = "import sys; from serein.interfaces.cli.levels import levels_command; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


SOMEBODY = {
    "age_years": 72, "sex": "female", "weight_kg": 60, "height_cm": 160, "cirrhosis": True, "cyp2c19": "poor", "medicines": ["omeprazole"],
}  # fmt: skip
DAILY = {"doses": [{"at_h": 0, "mg": 5, "every_h": 12, "count": 60}], "times_h": [1, 24, 700]}


def answer_for(**person: object) -> dict[str, object]:
    done = run({"person": {"age_years": 30, "weight_kg": 70, "height_cm": 175, **person}, **DAILY}, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def test_a_person_gets_typical_levels_with_sources_and_what_is_not_known() -> None:
    done = run({"person": SOMEBODY, "band": 0.9, **DAILY}, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and answer["confirmed"] is False and answer["sources"] and answer["unknown"]
    for analyte in ("diazepam_ng_per_ml", "nordiazepam_ng_per_ml"):
        band = answer["band"][analyte]
        assert all(lo < mid < hi for lo, mid, hi in zip(band["low"], answer[analyte], band["high"], strict=True))
    assert run({"person": SOMEBODY, "band": 0.9, **DAILY}, "--json").stdout == done.stdout


def test_steady_levels_lie_in_the_published_band_per_mg_a_day() -> None:
    steady = {"doses": [{"at_h": 0, "mg": 10, "every_h": 24, "steady_state": True}], "times_h": list(range(25))}
    answer = json.loads(run({"person": {"age_years": 30, "weight_kg": 70, "height_cm": 175}, **steady}, "--json").stdout)
    parent, metabolite = (sum(answer[f"{a}_ng_per_ml"][:-1]) / 24 for a in ("diazepam", "nordiazepam"))
    assert 20 <= parent / 10 <= 34 and 1.4 <= metabolite / parent <= 2.4


def test_another_benzodiazepine_has_its_own_half_life_and_says_what_nobody_published():
    washed = {"doses": [{"at_h": 0, "mg": 2}], "times_h": [4, 24]}
    done = run({"person": {"age_years": 30, "weight_kg": 70}, "substance": "lorazepam", **washed}, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and not any(key.startswith("nordiazepam") for key in answer)
    early, late = answer["lorazepam_ng_per_ml"]
    assert 12 < 20 * math.log(2) / math.log(early / late) < 15
    assert any("absorbed" in one for one in answer["unknown"]) and any("no band" in one for one in answer["unknown"])


def test_slow_breakdown_raises_levels_and_fast_breakdown_lowers_them() -> None:
    usual = answer_for()["diazepam_ng_per_ml"][-1]
    assert answer_for(medicines=["fluvoxamine 100 mg"])["diazepam_ng_per_ml"][-1] > usual * 1.5
    assert answer_for(medicines=["carbamazepine"])["diazepam_ng_per_ml"][-1] < usual / 2
    assert answer_for(cirrhosis=True)["diazepam_ng_per_ml"][-1] > usual
    assert (
        answer_for(cyp2c19="poor", medicines=["omeprazole"])["diazepam_ng_per_ml"]
        == answer_for(cyp2c19="poor")["diazepam_ng_per_ml"]
    )


def test_a_meal_delays_and_lessens_what_is_absorbed_as_the_label_says() -> None:
    fasting, fed, untold = answer_for(with_food=False), answer_for(with_food=True), answer_for()
    assert [x / y for x, y in zip(fed["diazepam_ng_per_ml"][1:], fasting["diazepam_ng_per_ml"][1:], strict=True)] == [
        pytest.approx(0.73, abs=0.02)
    ] * 2
    assert fed["diazepam_ng_per_ml"][0] < 0.73 * fasting["diazepam_ng_per_ml"][0]
    assert untold["diazepam_ng_per_ml"] == fasting["diazepam_ng_per_ml"]
    said = [any("taken with food" in u for u in one["unknown"]) for one in (fasting, fed, untold)]
    assert said == [False, False, True] and any("slower absorption is with a meal" in u for u in fed["unknown"])


def test_a_band_wider_than_the_people_calculated_says_so() -> None:
    person = {"person": {"age_years": 30, "weight_kg": 70, "height_cm": 175}, **DAILY}
    said = [" ".join(json.loads(run({**person, "band": x}, "--json").stdout)["unknown"]) for x in (0.99, 0.999)]
    assert "outermost" not in said[0] and "band of 99.9 %" in said[1]


def test_what_is_not_known_is_said() -> None:
    said = " ".join(answer_for(medicines=["clarithromycin", "zzyzx"], cyp2c19="rapid")["unknown"])
    assert "clarithromycin" in said and "zzyzx" in said and "rapid" in said


@pytest.mark.parametrize(
    ("person", "more"),
    [
        ({"age_years": 12}, {}),
        ({"age_years": 40, "weight_kg": 70, "height_cm": 1.75}, {}),
        ({}, {}),
        ({"age_years": 40}, {"substance": "clonazepam"}),
        ({"age_years": 40}, {"substance": "lorazepam", "band": 0.9}),
        ({"age_years": 40, "medicines": ["rifampicin", "cimetidine"]}, {}),
        ({"age_years": 40}, {"doses": [{"at_h": 0, "mg": 20, "every_h": 6, "count": 9}]}),
    ],
)
def test_outside_its_domain_there_is_no_number(person: dict[str, object], more: dict[str, object]) -> None:
    done = run({"person": person, **DAILY, **more}, "--json")
    assert done.returncode == 1 and list(json.loads(done.stdout)) == ["not_valid"]


def test_a_band_without_a_person_and_both_kinds_of_body_are_refused() -> None:
    assert run({**USUAL, "band": 0.9}).returncode == 2
    assert run({**USUAL, "person": {}}).returncode == 2
    assert run({"person": {"age_years": 40, "cyp2c19": "slow"}, **DAILY}).returncode == 2


MEASURED = {"at_h": 700, "value": 0.6, "unit": "mg/L"}


def test_a_measured_level_moves_the_estimate_and_narrows_the_band():
    plain = {"person": {"age_years": 40, "weight_kg": 70, "height_cm": 175}, "band": 0.9, **DAILY}
    before = json.loads(run(plain, "--json").stdout)
    done = run({**plain, "measured": [MEASURED, {**MEASURED, "value": 600, "unit": "ng/mL"}]}, "--json")
    after = json.loads(done.stdout)
    assert after["individual"]["effective_draws"] >= 4000 and after["individual"]["shrinkage"]["clearance_l_per_h"] > 0.2
    assert before["diazepam_ng_per_ml"][-1] < after["diazepam_ng_per_ml"][-1] <= 600
    low, high = (after["band"]["diazepam_ng_per_ml"][end][-1] for end in ("low", "high"))
    assert high / low < before["band"]["diazepam_ng_per_ml"]["high"][-1] / before["band"]["diazepam_ng_per_ml"]["low"][-1]
    assert (
        after["model"]
        and after["knowledge"]
        and any("adherence" in u for u in json.loads(run(doubtful(plain), "--json").stdout)["unknown"])
    )
    assert run({**plain, "measured": [MEASURED, {**MEASURED, "value": 600, "unit": "ng/mL"}]}, "--json").stdout == done.stdout


def doubtful(plain):
    return {**plain, "doses": [{"at_h": 0, "mg": 5, "every_h": 12, "count": 60, "unknown": True}]}


def test_a_level_in_the_wrong_unit_is_refused_and_one_that_cannot_be_is_asked_about():
    plain = {"person": {"age_years": 40, "weight_kg": 70, "height_cm": 175}, **DAILY}
    done = run({**plain, "measured": [{**MEASURED, "unit": "mmol/L"}]}, "--json")
    assert done.returncode == 2 and "measured[0].unit" in done.stderr and done.stderr.count("\n") == 1
    asked = run({**plain, "measured": [{**MEASURED, "value": 0.3, "unit": "ng/mL"}]})
    assert "hardly possible" in asked.stdout and "mg/L" in asked.stdout and "not taken" not in asked.stdout


def test_tables_and_pictures_are_written_beside_the_answer(tmp_path):
    given = {"person": SOMEBODY, "band": 0.9, "doses": DAILY["doses"], "times_h": list(range(0, 200, 4))}
    table, svg, png = (tmp_path / name for name in ("levels.csv", "levels.svg", "levels.png"))
    assert run(given, "--csv", str(table), "--plot", str(svg)).returncode == run(given, "--plot", str(png)).returncode == 0
    rows = table.read_text().splitlines()
    assert rows[0].split(",")[:4] == ["time_h", "diazepam_ng_per_ml", "diazepam_ng_per_ml_low", "diazepam_ng_per_ml_high"]
    assert len(rows) == 51 and float(rows[-1].split(",")[1]) == json.loads(run(given, "--json").stdout)["diazepam_ng_per_ml"][-1]
    root = ElementTree.fromstring(svg.read_text())
    assert len(root.findall("{*}polyline")) == len(root.findall("{*}polygon")) == 2
    high = max(float(y) for row in rows[1:] for y in row.split(",")[1:])
    said = root.findall("{*}text")
    scale = [float(t.text) for t in said if t.get("text-anchor") == "end"]
    assert high <= max(scale) <= 1.4 * high and any("Straight lines join" in t.text for t in said)
    assert png.read_bytes().startswith(b"\x89PNG")
    refused = run(given, "--plot", str(tmp_path / "levels.gif"))
    assert refused.returncode == 2 and ".svg" in refused.stderr and refused.stdout == ""


def test_it_says_how_it_calculated_only_when_asked():
    assert run(USUAL).stderr == "" and "exact engine" in run(USUAL, "--verbose").stderr


def test_given_parameters_open_neither_knowledge_nor_arrays():
    code = (
        "import sys, io; from serein.interfaces.cli.main import main\n"
        "sys.stdin = io.TextIOWrapper(io.BytesIO(sys.argv[1].encode())); main(['levels', '-', '--json'])\n"
        "sys.exit(any(m in sys.modules for m in ('numpy', 'yaml', 'serein.clinical.knowledge', 'serein.clinical.case')))"
    )
    assert subprocess.run([sys.executable, "-c", code, json.dumps(USUAL)], capture_output=True).returncode == 0
