"""`serein taper` as a script meets it."""

import csv
import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest
from icalendar import Calendar

from serein.interfaces.cli.main import main
from tests.clinical import taper_reader

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
    """The command in this process: dozens of interpreters would take a minute."""
    text = given if isinstance(given, str) else json.dumps(given)
    out, err, stdin = io.StringIO(), io.StringIO(), io.TextIOWrapper(io.BytesIO(text.encode()))
    with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "stdin", stdin):
        code = main(["taper", "-", *options])
    return subprocess.CompletedProcess([], code, out.getvalue(), err.getvalue())


def test_the_command_starts_without_django_even_for_paper(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(USUAL))
    code = "import sys; from serein.interfaces.cli.main import main; main(sys.argv[1:]); sys.exit('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, "taper", str(tmp_path / "in.json"), "--pdf", str(tmp_path / "out.pdf")])
    assert done.returncode == 0 and (tmp_path / "out.pdf").exists()


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
        ({**USUAL, "id": "mine"}, "input.id"),
        ({**USUAL, "times": ["night", None]}, "times[1]"),
        ({**USUAL, "products": [*USUAL["products"], None]}, f"products[{len(USUAL['products'])}]"),
        ({**USUAL, "daily_dose_mg": "-1"}, "daily_dose_mg"),
        ({**USUAL, "daily_dose_mg": None}, "daily_dose_mg"),
        ({**USUAL, "start_on": "2027-02-30"}, "start_on"),
        ({**USUAL, "start_on": "2027"}, "start_on"),
        ({**USUAL, "pace": {"cut_percent": 0, "every_days": 14}}, "cut_percent"),
        ({**USUAL, "pace": {"cut_percent": 10, "every_days": 1.5}}, "every_days"),
        ({**USUAL, "times": ["night", "night"]}, "times"),
        ({**USUAL, "policy": "fast"}, "policy"),
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


TWO = [
    {"id": "t2", "form": "tablet", "mg": "2", "smallest_part": "0.5"},
    {"id": "t5", "form": "tablet", "mg": "5", "smallest_part": "0.5"},
]
LORAZEPAM = [{"id": "l1", "form": "tablet", "mg": "1", "smallest_part": "0.5"}]
SWITCH = {
    "kind": "switch", "substance": "lorazepam", "doses": [{"at": "morning", "mg": "1"}, {"at": "night", "mg": "1"}], "start_on": "2027-01-04",
    "every_days": 7, "equivalence": {"chosen_mg": "1.5", "by": "A. Clinician"}, "products": LORAZEPAM, "diazepam_products": TWO,
}  # fmt: skip
COURSE = {
    "kind": "course", "substance": "diazepam", "regimen": "fixed", "dose_mg": "10", "start_on": "2027-01-04", "before_mg": "5",
    "supervised": True, "products": TWO,
}  # fmt: skip
USE = {
    "kind": "as-needed", "substance": "diazepam", "mg_per_use": "5", "days_per_week": 3, "start_on": "2027-01-04", "every_days": 14,
    "products": TWO,
}  # fmt: skip


def test_the_printed_plan_keeps_the_contract_for_a_reader_that_shares_no_code() -> None:
    answer = json.loads(run(USUAL, "--json").stdout)
    assert taper_reader.breaches(USUAL, answer) == []
    answer["steps"][3]["doses"][0]["parts"][0]["units"] = "99"
    assert taper_reader.breaches(USUAL, answer) != []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({**USUAL, "daily_dose_mg": "0"}, "nothing-taken"),
        ({**USUAL, "daily_dose_mg": "10000"}, "dose-implausible"),
        ({**USUAL, "goal_mg": "30"}, "goal-not-lower"),
        ({**USUAL, "goal_mg": "20"}, "goal-not-lower"),
        ({**USUAL, "substance": "diazepan"}, "substance-unknown"),
        ({**USUAL, "substance": "water"}, "substance-unknown"),
        ({**USUAL, "pace": {"cut_percent": "60", "every_days": 1}}, "pace-beyond-policy"),
        ({**USUAL, "products": []}, "no-products"),
        ({**USUAL, "products": TWO[1:]}, "products-too-coarse"),
        ({**USUAL, "constraints": {"no_change_weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]}},
         "no-day-for-changes"),
        ({**USUAL, "kind": "stop"}, "taper-needed"),
        ({**SWITCH, "equivalence": {"chosen_mg": "5", "by": "A. Clinician"}}, "equivalence-out-of-range"),
        ({**SWITCH, "every_days": 1}, "switch-too-fast"),
        ({**SWITCH, "person": {"liver_disease": True}}, "switch-not-advised"),
        ({**SWITCH, "person": {"age_years": 70}}, "switch-not-advised"),
        ({**COURSE, "supervised": False}, "course-unsupervised"),
        ({**USE, "days_per_week": 6}, "use-is-regular"),
    ],
)  # fmt: skip
def test_every_impossible_request_gets_its_reason_and_a_nearest_one_that_can_be_met(wrong: object, code: str) -> None:
    done = run(wrong, "--json")
    answer = json.loads(done.stdout)
    assert done.returncode == 1 and answer["refused"]["code"] == code and answer["refused"]["why"]
    assert run(answer["nearest"], "--json").returncode == 0


def test_an_unknown_substance_is_never_carried_over_to_another() -> None:
    nearest = json.loads(run({**USUAL, "substance": "water"}, "--json").stdout)["nearest"]
    answer = json.loads(run(nearest, "--json").stdout)
    assert answer["phase"] == "stabilise" and answer["steps"] == [] and "mg" not in json.dumps(answer["steps"])


def test_a_switch_names_the_substance_of_each_part_and_shows_both_tables() -> None:
    answer = json.loads(run(SWITCH, "--json").stdout)
    assert answer["equivalence"]["beside_10_mg_diazepam"] == {
        "low_mg": "1",
        "high_mg": "2",
        "tables": ["va-dod-2021", "ashton-2002", "uk"],
    }
    assert answer["equivalence"]["by"] == "A. Clinician" and answer["planned_reduction_mg"] == "0"
    first, last = answer["steps"]
    assert first["switched"] == "night" and [d["substance"] for d in first["doses"]] == ["lorazepam", "diazepam"]
    assert {d["substance"] for d in last["doses"]} == {"diazepam"}
    for step in answer["steps"]:
        assert float(step["daily_diazepam_mg"]["low"]) <= float(step["daily_diazepam_mg"]["high"])
        for dose in step["doses"]:
            assert all(p["substance"] == dose["substance"] for p in dose["parts"])


def test_the_scottish_switch_is_reproduced() -> None:
    """2 mg lorazepam to 20 mg diazepam in two steps: the table that says 1 mg beside 10 mg."""
    answer = json.loads(run({**SWITCH, "equivalence": {"chosen_mg": "1", "by": "A. Clinician"}}, "--json").stdout)
    assert len(answer["steps"]) == 2 and answer["ends_with_mg"] == "20"


def test_a_course_ends_in_days_and_never_below_the_dose_before() -> None:
    answer = json.loads(run(COURSE, "--json").stdout)
    assert answer["kind"] == "course" and answer["returns_to_mg"] == "5" and answer["ends_on"] == "2027-01-07"
    assert [s["daily_mg"] for s in answer["steps"]] == ["45", "25"]
    triggered = json.loads(run({**COURSE, "regimen": "symptom-triggered"}, "--json").stdout)
    assert triggered["symptom_triggered"]["dose_from_points"] == 10 and triggered["steps"] == []


def test_use_when_needed_loses_a_day_at_a_time_and_rare_use_may_stop() -> None:
    assert [s["days_per_week"] for s in json.loads(run(USE, "--json").stdout)["steps"]] == [2, 1, 0]
    stopped = run({**USUAL, "kind": "stop", "days_per_week": 2}, "--json")
    assert stopped.returncode == 0 and [s["daily_mg"] for s in json.loads(stopped.stdout)["steps"]] == ["0"]


def test_a_printed_plan_passes_its_own_check_and_a_steep_one_does_not() -> None:
    answer = json.loads(run(USUAL, "--json").stdout)
    checked = run({**USUAL, "steps": answer["steps"]}, "--json", "--check")
    assert checked.returncode == 0 and json.loads(checked.stdout)["may_be_followed"] is True
    steep = run({**USUAL, "steps": [{"from": "2027-01-04", "daily_mg": "10"}, {"from": "2027-01-18", "daily_mg": "0"}]}, "--json")
    read = json.loads(steep.stdout)
    assert steep.returncode == 1 and [f["code"] for f in read["steps"][0]["faults"]] == ["cut-too-large"]
    assert read["beside_proposal"]["proposed"]["ends_on"] > read["beside_proposal"]["typed"]["ends_on"]


def test_supply_per_interval_and_when_a_step_may_be_judged() -> None:
    answer = json.loads(run({**USUAL, "dispense_every_days": 28, "person": {"age_years": 45}}, "--json").stdout)
    assert answer["dispensing"][0]["on"] == "2027-01-04" and answer["dispensing"][0]["hold_reserve"]["days"] == 7
    assert 7 <= answer["settling"]["days"] <= 30 and answer["settling"]["steps"][0]["judge_from"] > "2027-01-04"


@pytest.mark.parametrize("policy", ["nice-cks", "clinician-own"])
def test_other_policies_are_named_in_the_plan(policy: str) -> None:
    own = {"own_limits": {"cut_percent": "10", "every_days": 21}, "pace": {"cut_percent": "10", "every_days": 21}}
    asked = {**USUAL, "policy": policy, **(own if policy == "clinician-own" else {})}
    done = run(asked, "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["policy"] == policy
    loose = run({**asked, "policy": "clinician-own", "own_limits": {"cut_percent": "30"}}, "--json")
    assert loose.returncode == 2 and "own_limits.cut_percent" in loose.stderr


def test_a_table_a_calendar_file_and_a_calendar_on_paper(tmp_path: Path) -> None:
    table = list(csv.DictReader(io.StringIO(run(USUAL, "--csv").stdout)))
    answer = json.loads(run(USUAL, "--json").stdout)
    assert {row["from"] for row in table} == {s["from"] for s in answer["steps"]} and table[-1]["daily_mg"] == "0"
    assert run(USUAL, "--ics", str(tmp_path / "dose.ics")).returncode == 0
    events = list(Calendar.from_ical((tmp_path / "dose.ics").read_bytes()).walk("VEVENT"))
    assert [e["DTSTART"].dt.isoformat() for e in events] == [s["from"] for s in answer["steps"]]
    assert "from 20 mg to 18 mg a day" in str(events[0]["SUMMARY"])
    assert run(USUAL, "--pdf", str(tmp_path / "dose.pdf")).returncode == 0
    assert (tmp_path / "dose.pdf").read_bytes().startswith(b"%PDF")


def test_a_calendar_of_what_is_no_reduction_is_refused_on_one_line(tmp_path: Path) -> None:
    done = run(COURSE, "--ics", str(tmp_path / "x.ics"))
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and not (tmp_path / "x.ics").exists()
