"""`serein taper` as a script meets it."""

import json
import subprocess
import sys

import pytest

USUAL = {
    "substance": "diazepam", "daily_dose_mg": "20", "days_per_week": 7, "months_of_use": 18, "stable_since": "2026-10-01",
    "recent_cuts": [{"on": "2026-09-20", "from_mg": "22"}], "start_on": "2027-01-04", "times": ["morning", "night"], "policy": "asam-2025",
    "pace": {"cut_percent": "10", "every_days": 14}, "goal_mg": "0",
    "products": [
        {"id": "t2", "form": "tablet", "mg": "2", "smallest_part": "0.5"}, {"id": "t5", "form": "tablet", "mg": "5", "smallest_part": "0.5"},
        {"id": "liq", "form": "oral-solution", "mg_per_ml": "1", "smallest_ml": "0.5"},
    ],
}  # fmt: skip


def run(given: object, *options: str) -> subprocess.CompletedProcess[str]:
    text = given if isinstance(given, str) else json.dumps(given)
    return subprocess.run(
        [sys.executable, "-m", "serein.interfaces.cli", "taper", "-", *options], input=text, capture_output=True, text=True
    )


def test_the_example_of_the_contract_is_planned() -> None:
    done = run(USUAL, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and done.stderr == ""
    first, last = answer["steps"][0], answer["steps"][-1]
    assert {k: first[k] for k in ("number", "from", "days", "daily_mg", "cut_mg", "cut_percent", "terminal")} == {
        "number": 1, "from": "2027-01-04", "days": 14, "daily_mg": "18", "cut_mg": "2", "cut_percent": "10.0", "terminal": False,
    }  # fmt: skip
    assert (last["daily_mg"], last["days"], last["doses"]) == ("0", 0, []) and answer["ends_on"] == last["from"]
    assert answer["policy"] == "asam-2025" and answer["confirmed"] is False
    assert run(USUAL, "--json").stdout == done.stdout


def test_numbers_may_be_numbers_or_text_and_optional_things_left_out() -> None:
    bare = {
        k: v
        for k, v in USUAL.items()
        if k not in ("days_per_week", "months_of_use", "stable_since", "recent_cuts", "policy", "times")
    }
    done = run({**bare, "daily_dose_mg": 20, "goal_mg": 5.0, "pace": {"cut_percent": 10, "every_days": 14}}, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["steps"][-1]["days"] == 14


def test_the_nearest_request_of_a_refusal_is_whole_and_can_be_met() -> None:
    coarse = [{"id": "t10", "form": "tablet", "mg": "10", "smallest_part": "1"}]
    done = run({**USUAL, "products": coarse, "pace": {"cut_percent": "50", "every_days": 7}}, "--json")
    refused = json.loads(done.stdout)
    assert done.returncode == 1 and refused["refused"]["code"] == "pace-beyond-policy"
    assert run(refused["nearest"], "--json").returncode == 0


def test_a_substance_without_known_products_is_told_what_to_look_for() -> None:
    coarse = [{"id": "a1", "form": "tablet", "mg": "1", "smallest_part": "1"}]
    done = run({**USUAL, "substance": "alprazolam", "daily_dose_mg": "4", "recent_cuts": [], "products": coarse}, "--json")
    nearest = json.loads(done.stdout)["nearest"]
    assert done.returncode == 1 and run(nearest, "--json").returncode == 0


def test_people_get_a_calendar_of_tablets_and_who_decides() -> None:
    shown = run(USUAL).stdout
    assert "mg a day" in shown and "a clinician and the patient decide" in shown


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({**USUAL, "dose": 3}, "dose"),
        ({**USUAL, "daily_dose_mg": "-1"}, "daily_dose_mg"),
        ({**USUAL, "daily_dose_mg": None}, "daily_dose_mg"),
        ({**USUAL, "start_on": "2027-02-30"}, "start_on"),
        ({**USUAL, "start_on": "2027"}, "start_on"),
        ({**USUAL, "pace": {"cut_percent": 0, "every_days": 14}}, "cut_percent"),
        ({**USUAL, "pace": {"cut_percent": 10, "every_days": 1.5}}, "every_days"),
        ({**USUAL, "times": ["night", "night"]}, "times"),
        ({**USUAL, "policy": "fast"}, "policy"),
        ({**USUAL, "substance": "water"}, "substance"),
        ({**USUAL, "products": [{"id": "x", "form": "tablet", "mg": 2, "smallest_part": 0.3}]}, "products[0].smallest_part"),
        ({**USUAL, "products": [{"id": "x", "form": "patch", "mg": 2, "smallest_part": 1}]}, "products[0].form"),
        ("[" * 100_000, "nested"),
        ("", "JSON"),
    ],
)
def test_what_cannot_be_used_is_named_on_one_line(wrong: object, where: str) -> None:
    done = run(wrong, "--json")
    assert done.returncode == 2 and done.stdout == ""
    assert where in done.stderr and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
