"""`serein assess` as a script calls it: exit codes, one line for what cannot be used, the answer and nothing else on standard output."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import serein
from serein.clinical import knowledge
from serein.interfaces.cli.main import main
from tests.interfaces.bundles import (
    SNOMED,
    Json,
    bundle,
    concept,
    dosage,
    draft,
    own,
    patient,
    real,
    request,
    times_a_day,
    with_draft,
    written,
)

ROOT = Path(__file__).parents[2]
ANXIETY = [concept("http://hl7.org/fhir/sid/icd-10-cm", "F41.1", "Generalized anxiety disorder")]


class Answer:
    """What the command did with one bundle."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Json:
        found: Json = json.loads(self.out)
        return found

    @property
    def codes(self) -> dict[str, str]:
        return {f["code"]: f["severity"] for f in self.json["findings"]}

    def finding(self, code: str) -> Json:
        return next(f for f in self.json["findings"] if f["code"] == code)


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def asked(tree: Json | bytes, *options: str, as_json: bool = True) -> Answer:
        file = tmp_path / "bundle.json"
        file.write_bytes(tree if isinstance(tree, bytes) else written(tree))
        code = main(["assess", str(file), *(["--json"] if as_json else []), *options])
        said = capsys.readouterr()
        return Answer(code, said.out, said.err)

    return asked


def serein_(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "serein.interfaces.cli", *arguments], input=given, capture_output=True, cwd=ROOT, timeout=60
    )


HEALTHY = bundle(
    patient(gender="male"),
    {"resourceType": "AllergyIntolerance", "id": "a1", "code": concept(SNOMED, "716186003", "No known allergy")},
    request("m1", {"text": "ramipril 5 mg"}),
    draft(reasonCode=ANXIETY),
)


def test_an_order_without_a_stop_exits_0_and_may_be_signed(ask: Any) -> None:
    answer = ask(HEALTHY)
    assert answer.code == 0 and answer.json["may_sign"] is True and answer.err == ""
    assert answer.json["orders"] == [
        {"reference": "MedicationRequest/o1", "substance": "diazepam", "daily_dose_mg": "10", "purpose": "start"}
    ]
    assert not [c for c, severity in answer.codes.items() if severity == "stop"]


def test_the_answer_has_every_field_of_the_contract(ask: Any) -> None:
    answer = ask(with_draft(real("carebundle-ckd_stage3")), "--on", "2026-11-22").json
    assert (answer["serein"], answer["knowledge"], answer["on"]) == (serein.__version__, knowledge.load().version, "2026-11-22")
    assert {"may_sign", "orders", "findings", "not_checked"} <= answer.keys()
    for finding in answer["findings"]:
        assert {"code", "severity", "order", "summary", "detail", "inputs", "sources", "suggestions"} <= finding.keys()
        assert finding["severity"] in ("stop", "warn", "note") and 0 < len(finding["summary"]) <= 90
        assert finding["inputs"] and all(i["what"] and i["from"] for i in finding["inputs"])
        assert finding["sources"] and all({"id", "title", "where", "url"} <= s.keys() for s in finding["sources"])
    assert answer["not_checked"] and all(n["check"] and n["why"] for n in answer["not_checked"])


def test_the_version_is_the_packages() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == serein.__version__


def test_a_stop_exits_1(ask: Any) -> None:
    apnoea = {"resourceType": "Condition", "id": "c1", "code": concept(SNOMED, "73430006", "Sleep apnea")}
    answer = ask(bundle(patient(), apnoea, draft(reasonCode=ANXIETY)))
    assert answer.code == 1 and answer.json["may_sign"] is False and answer.codes["sleep-apnoea"] == "stop"


def test_the_day_is_the_newest_orders_unless_told(ask: Any) -> None:
    assert ask(HEALTHY).json["on"] == "2026-11-20"
    assert ask(HEALTHY, "--on", "2027-02-28").json["on"] == "2027-02-28"


def test_doses_come_out_as_plain_decimal_strings(ask: Any) -> None:
    for mg, said in ((2.50, "5"), ("10.0", "20"), (5, "10"), ("1e1", "20")):
        order = draft("o1", dosage(mg), reasonCode=ANXIETY)
        assert ask(bundle(patient(), order)).json["orders"][0]["daily_dose_mg"] == said


def test_the_adolescents_age_and_attention_medicine_are_found(ask: Any) -> None:
    answer = ask(with_draft(real("synthea-adolescent"), reasonCode=ANXIETY))
    assert "child" in answer.codes and "older-adult" not in answer.codes
    assert any("2009-03-20" in i["what"] for i in answer.finding("child")["inputs"])
    about = [f for f in answer.json["findings"] if any("atomoxetine" in i["what"].lower() for i in f["inputs"])]
    assert about and all(
        i["from"].startswith("MedicationRequest/") for f in about for i in f["inputs"] if "atomoxetine" in i["what"].lower()
    )
    assert "medicine-not-recognised" not in answer.codes


def test_the_old_patients_age_and_kidneys_are_found(ask: Any) -> None:
    answer = ask(with_draft(real("carebundle-ckd_stage3"), reasonCode=ANXIETY))
    assert {"older-adult", "kidney-disease"} <= answer.codes.keys() and "child" not in answer.codes
    assert any("Chronic kidney disease" in i["what"] for i in answer.finding("kidney-disease")["inputs"])


@pytest.mark.parametrize("name", ["carebundle-anaemia", "carebundle-hypertension"])
def test_patients_in_between_are_neither_old_nor_children_and_their_weight_is_found(ask: Any, name: str) -> None:
    """Born 1985 and 1963, both with obesity on the problem list."""
    answer = ask(with_draft(real(name), reasonCode=ANXIETY))
    assert "obesity" in answer.codes and not {"child", "older-adult", "kidney-disease"} & answer.codes.keys()


def test_an_opioid_by_reference_and_lung_disease_are_found(ask: Any) -> None:
    tree = own()
    tree["entry"].append({"resource": draft(subject={"reference": "Patient/p7"}, reasonCode=ANXIETY)})
    answer = ask(tree)
    assert answer.codes["opioid-together"] == "warn" and "older-adult" in answer.codes and "respiratory-disease" in answer.codes
    assert any(i["from"] == "MedicationRequest/m1" for i in answer.finding("opioid-together")["inputs"])
    # Refuted, so it is no condition.
    assert "myasthenia-gravis" not in answer.codes
    (listed,) = [n for n in answer.json["not_understood"] if n["what"] == "Patient.maritalStatus"]
    assert listed["first"] == "entry[0].resource.maritalStatus" and listed["count"] == 1 and listed["why"]


def test_an_unreadable_dose_is_a_stop_and_not_a_crash(ask: Any) -> None:
    for instruction in ({"text": "as directed"}, dosage(timing={"repeat": {"frequency": 3}}), dosage(timing=times_a_day(0))):
        answer = ask(bundle(patient(), draft("o1", instruction)))
        assert answer.code == 1 and answer.codes["dose-unreadable"] == "stop", answer.out


BAD: dict[str, tuple[Json | bytes, str]] = {
    "nothing": (b"", "line 1 column 1: not JSON: Expecting value"),
    "100,000 deep": (b"[" * 100_000, "character 64: nested deeper than 64 levels"),
    "NUL": (written(bundle(patient(gender="fe\x00male"), draft())), "entry[0].resource.gender: contains a NUL character"),
    "lone surrogate": (written(bundle(patient(gender="\ud800"), draft())), "gender: contains a lone surrogate"),
    "duplicate key": (b'{"resourceType": "Bundle", "resourceType": "Bundle"}', "the key 'resourceType' stands there twice"),
    "NaN": (written(bundle(patient(), draft("o1", dosage(float("nan"))))), "NaN is not a number"),
    "no such day": (bundle(patient(birthDate="1970-13-45"), draft()), "entry[0].resource.birthDate: '1970-13-45' is not a day in the calendar"),
    "no order": (bundle(patient()), "entry: no proposed order"),
    "no patient": (bundle(draft()), "entry: no Patient in the bundle"),
    "two patients": (bundle(patient(), patient(id="p2"), draft()), "entry[1].resource: a second Patient"),
    "a list for an object": (bundle(patient(), draft(medicationCodeableConcept=[])), "Concept: expected an object, found a list"),
    "born later": (bundle(patient(birthDate="2026-12-24"), draft()), "2026-12-24 is after 2026-11-20"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("as_json", [True, False])
def test_input_that_cannot_be_used_exits_2_with_one_line(ask: Any, name: str, as_json: bool) -> None:
    tree, says = BAD[name]
    answer = ask(tree, as_json=as_json)
    assert answer.code == 2 and answer.out == ""
    assert answer.err.count("\n") == 1 and answer.err.startswith("serein assess: ") and says in answer.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "command line: name a FILE"),
        (["--nonsense", "x"], "unrecognized arguments: --nonsense"),
        (["gone.json"], "cannot be read: No such file or directory"),
        (["."], "cannot be read: Is a directory"),
        (["a\x00b"], "cannot be read"),
    ],
)
def test_a_command_line_that_cannot_be_used_exits_2_with_one_line(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["assess", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and says in said.err


@pytest.mark.parametrize("day", ["2026-13-01", "2026", "tomorrow", "", "2026-11-22T10:00:00Z"])
def test_a_day_that_is_none_exits_2(ask: Any, day: str) -> None:
    answer = ask(HEALTHY, "--on", day)
    assert answer.code == 2 and answer.err.startswith("serein assess: --on: ")


def test_people_get_words_with_reason_source_and_what_was_not_checked(ask: Any) -> None:
    tree = own()
    tree["entry"].append({"resource": draft(subject={"reference": "Patient/p7"})})
    said = ask(tree, as_json=False).out
    found = ask(tree).json
    for finding in found["findings"]:
        assert f"  {finding['code']}: " in said
    assert "because: oxycodone 5 mg tablet (MedicationRequest/m1)" in said and "source: " in said
    assert "Not checked:" in said and "In the record and not understood:" in said and "Patient.maritalStatus" in said
    assert (
        said.rstrip().endswith("It supports a clinician's decision and replaces none.")
        and "not confirmed by a licensed human" in said
    )
    heads = [said.find(head) for head in ("STOP:", "WARNING:", "NOTE") if head in said]
    assert heads == sorted(heads)


def test_words_of_a_record_cannot_steer_the_terminal(ask: Any) -> None:
    evil = {"resourceType": "Condition", "id": "c1", "code": {"text": "Sleep apnoea\x1b[2J\x1b]0;signed\x07"}}
    said = ask(bundle(patient(), evil, draft()), as_json=False).out
    assert "\x1b" not in said and "\x07" not in said and "sleep-apnoea" in said


def test_codes_are_listed_with_severity_trigger_and_source(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", "--codes"]) == 0
    said = capsys.readouterr().out
    assert main(["assess", "--codes", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert {"dose-above-absolute", "opioid-together", "child", "age-unknown", "abrupt-stop"} <= {e["code"] for e in entries}
    for entry in entries:
        assert entry["severity"] and entry["trigger"] and entry["sources"] and f"{entry['code']} (" in said


def test_standard_input_and_the_process_itself() -> None:
    done = serein_("assess", "-", "--json", given=written(HEALTHY))
    assert done.returncode == 0 and done.stderr == b"" and json.loads(done.stdout)["may_sign"] is True
    bad = serein_("assess", "-", given=b'{"a":' * 100_000)
    assert (bad.returncode, bad.stdout, bad.stderr) == (2, b"", b"serein assess: character 320: nested deeper than 64 levels\n")


def test_assess_needs_no_django_and_starts_fast() -> None:
    """Not by the clock: what makes a start slow is what it imports."""
    heavy = "{'django', 'numpy', 'scipy', 'psycopg', 'httpx'} & set(sys.modules)"
    code = f"import sys; from serein.interfaces.cli.main import main; r = main(['assess', '-']); sys.exit(90 if {heavy} else r)"
    done = subprocess.run([sys.executable, "-c", code], input=written(HEALTHY), capture_output=True, cwd=ROOT, timeout=120)
    assert done.returncode == 0, done.stderr


def test_a_defect_of_a_check_is_never_taken_for_no_stop(ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise KeyError("half_life")

    monkeypatch.setattr("serein.interfaces.cli.assess.assess", broken)
    answer = ask(HEALTHY)
    assert answer.code == 2 and answer.out == "" and answer.err.count("\n") == 1 and "a defect of Serein" in answer.err
