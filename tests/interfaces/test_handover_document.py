"""The handover document: valid FHIR R4, the same bytes each time, and back to the same facts, for any course and any words."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from serein.care.continuity import facts as f
from serein.care.continuity.words import STAYS, parts
from serein.clinical.case import (
    ATC,
    Allergy,
    Coding,
    Concept,
    Condition,
    Dosage,
    Medicine,
    Observation,
)
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.handover import is_handover, read_handover, to_document
from serein.interfaces.translate.record import read_record

START = date(2026, 12, 1)
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), max_size=40)


def a_medicine(words: str = "diazepam 5 mg tablet", reference: str = "Prescription/1") -> Medicine:
    coded = Concept((Coding(ATC, "N05BA01", "diazepam"),), words)
    return Medicine(reference=reference, medicine=coded, dosages=(Dosage(text="one at night"),), authored_on=START)


def entries(words: str) -> tuple[f.EntryFacts, ...]:
    named = Concept(text=words or "something")
    common = {"words": words, "status": "active", "since": None, "provenance": "clinician"}
    return (
        f.EntryFacts(id="1", condition=Condition(reference="c", concept=named, onset=START, verification="confirmed"), **common),
        f.EntryFacts(id="2", medicine=a_medicine(words or "x", "m"), **common),
        f.EntryFacts(id="3", allergy=Allergy(reference="a", concept=named, kind="allergy", criticality="high"), **common),
        f.EntryFacts(id="4", observation=Observation(reference="o", concept=named, on=START, value=Decimal("12.5"), unit="kg"), **common),
        f.EntryFacts(id="5", observation=Observation(reference="o", concept=named, answer=Concept(text="never")), **common),
    )  # fmt: skip


@st.composite
def courses(draw: st.DrawFn) -> f.TaperFacts:
    """Any falling course: 1 to 14 steps, confirmed up to some step, perhaps held."""
    count, days = draw(st.integers(1, 14)), draw(st.integers(7, 35))
    mg = [Decimal(20) - Decimal(n + 1) * Decimal(draw(st.sampled_from(["0.5", "1", "1.25"]))) for n in range(count)]
    confirmed = draw(st.integers(0, count))
    steps = tuple(
        f.StepFacts(
            number=n + 1, from_on=START + timedelta(days=n * days), days=days, daily_mg=str(mg[n]), terminal=n > 10, told_on=START,
            doses=(f.DoseAt("night", str(mg[n]), (("diazepam-tablet-2", "1.5"),), "half a tablet & more"),),
            confirmed_on=START + timedelta(days=n * days) if n < confirmed else None,
        )
        for n in range(count)
    )  # fmt: skip
    held = f.HoldFacts(
        START + timedelta(days=draw(st.integers(0, 400))),
        draw(st.none() | st.just(START + timedelta(days=500))),
        True,
        draw(WORDS),
    )
    return f.TaperFacts(
        version=draw(st.integers(1, 40)), start_mg="20", goal_mg="0", starts_on=START, ends_on=steps[-1].from_on, agreed_on=START,
        pace="10 % every 14 days", steps=steps, hold=draw(st.none() | st.just(held)), earlier_holds=draw(st.sampled_from([(), (held,)])),
    )  # fmt: skip


@st.composite
def handovers(draw: st.DrawFn) -> f.HandoverFacts:
    on, text = START + timedelta(days=draw(st.integers(-10, 520))), draw(WORDS)
    course = draw(st.none() | courses())
    change = f.ChangeFacts(on, "20", "19", draw(st.booleans()))
    dose = f.DoseFacts("19", START, ("2 tablets at night",), draw(st.none() | st.just(change)), bool(course and course.hold))
    plan = f.PlanFacts(
        version=1, indication="anxiety", indication_name="anxiety", indication_words=text, goal=text or "sleep", product="diazepam-tablet-5",
        product_name="diazepam 5 mg tablet", doses=(f.DoseAt("as_needed", "2.5", (("diazepam-tablet-5", "0.5"),), "half a tablet", "2", "4"),),
        daily_mg="20", starts_on=START, ends_on=START + timedelta(days=600), reassess_on=START + timedelta(days=30), agreed_on=START,
        supportive_care=("cbt",), supportive_care_words=("Talking therapy (CBT)",), supportive_note=text,
    )  # fmt: skip
    supply = f.SupplyFacts(
        id="01a204f8-b254-7104-9bbe-f7513548d86a", words="diazepam 5 mg tablet", quantity=draw(st.sampled_from(["42", "10.5"])),
        unit=draw(st.sampled_from(["tablet", "mL"])), quantity_words="42 (forty-two) tablets", directions=text or "one at night",
        prescriber="Dr A", signed_on=START, valid_until=START, state=draw(st.sampled_from(["signed", "dispensed"])), medicine=a_medicine(),
        dispensed_on=draw(st.none() | st.just(START)), pharmacy=draw(st.sampled_from(["", "Main Street"])),
    )  # fmt: skip
    return f.HandoverFacts(
        at=datetime(2026, 12, 1, 9, 30, tzinfo=UTC), as_of=on,
        patient=f.PatientFacts(source=draw(st.sampled_from(["urn:serein:1|2", "plain"])), given=text or "M", family="Torres & <b>", sex="female",
                               birth_date=draw(st.none() | st.just(date(1985, 3, 27))), phone=text, address=text),
        clinician=f.ClinicianFacts(name="Ada", npi="1234567893", phone="", clinic="Riverside", clinic_phone="555", clinic_address=text),
        plan=draw(st.none() | st.just(plan)), taper=course, dose=draw(st.none() | st.just(dose)), supplies=(supply,), entries=entries(text),
        allergies_known=draw(st.booleans()), medicines_known=True,
        check_ins=(f.CheckInFacts("1", on, (("Sleep", text), ("Falls", "")), draw(st.sampled_from([(), ("A fall",)])), text),),
        scores=(f.ScoreFacts("1", "phq-9", "PHQ-9", draw(st.none() | st.integers(0, 27)), 27, "mild", on),),
        diary=draw(st.none() | st.just(f.DiaryFacts(START, on, 1, 2, 3, 4, 5))), risks=(f.RiskFacts("opioids", "Opioids", None),),
        tasks=(f.TaskFacts("today", text, text, on),), knowledge="2026.1", confirmed=False, came_from=draw(st.sampled_from(["", "Hill Clinic"])),
    )  # fmt: skip


def references(value: object) -> set[str]:
    if isinstance(value, dict):
        own = {value["reference"]} if isinstance(value.get("reference"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


@settings(max_examples=60)
@given(handovers())
def test_any_handover_is_valid_r4_and_comes_back_as_it_was(facts):
    document = to_document(facts)
    assert read_handover(document) == facts and to_document(read_handover(document)) == document
    tree = json.loads(document)
    Bundle.model_validate(tree)
    assert tree["type"] == "document" and tree["entry"][0]["resource"]["resourceType"] == "Composition"
    names = [e["fullUrl"] for e in tree["entry"]]
    assert len(set(names)) == len(names) and references(tree) <= set(names)
    reached = references(tree["entry"][0])
    loose = [e["resource"]["resourceType"] for e in tree["entry"][1:] if e["fullUrl"] not in reached]
    assert loose == [], "everything in a document is reached from its composition"
    assert facts.digest == f.read(f.written(facts)).digest


@settings(max_examples=60)
@given(handovers(), st.integers(1, 500))
def test_a_later_day_never_makes_a_change_that_nobody_confirmed(facts, days):
    later = facts.as_of + timedelta(days=days)
    there = f.standing(facts, later)
    if facts.dose is None or facts.taper is None:
        assert there == facts
        return
    assert (there.dose.mg, there.plan, there.taper) == (facts.dose.mg, facts.plan, facts.taper)
    now = facts.taper.current(later)
    if now != facts.taper.current(facts.as_of):
        assert there.dose.unconfirmed.to_mg == now.daily_mg and there.dose.unconfirmed.on == now.from_on
    assert f.standing(there, later) == there
    if facts.taper.hold is None and there.next_change is not None:
        assert there.next_change.from_on > later


def a_handover() -> f.HandoverFacts:
    """One that has everything, by hand."""
    steps = tuple(
        f.StepFacts(number=n, from_on=START + timedelta(days=14 * n), days=14, daily_mg=str(20 - n), doses=(), terminal=False,
                    told_on=START, confirmed_on=START if n < 2 else None)
        for n in (1, 2, 3)
    )  # fmt: skip
    course = f.TaperFacts(
        version=1, start_mg="20", goal_mg="0", starts_on=steps[0].from_on, ends_on=steps[-1].from_on, agreed_on=START, pace="5 %", steps=steps,
        hold=None,
    )  # fmt: skip
    on = steps[1].from_on
    dose = f.DoseFacts("19", START, ("at night",), f.ChangeFacts(on, "19", "18", False), False)
    return f.HandoverFacts(
        at=datetime(2026, 12, 29, tzinfo=UTC), as_of=on, clinician=f.ClinicianFacts(
            name="Ada", npi="", phone="555", clinic="Riverside", clinic_phone="555", clinic_address=""),
        patient=f.PatientFacts(source="urn:serein:1|2", given="Maria", family="Torres", birth_date=None, sex="female"), plan=None, taper=course,
        dose=dose, supplies=(), entries=entries("Asthma"), allergies_known=True, medicines_known=True, check_ins=(), scores=(), diary=None,
        risks=(), tasks=(), knowledge="2026.1", confirmed=False,
    )  # fmt: skip


def test_steps_say_where_they_stand():
    tree = json.loads(to_document(a_handover()))
    plan = next(e["resource"] for e in tree["entry"] if e["resource"].get("title") == "Taper, version 1")
    assert [a["detail"]["status"] for a in plan["activity"]] == ["completed", "unknown", "scheduled"]
    taken = [e["resource"] for e in tree["entry"] if e["resource"]["resourceType"] == "MedicationStatement"]
    assert taken[0]["status"] == "unknown" and "19 mg to 18 mg" in taken[0]["note"][0]["text"]


def test_it_says_who_stays_responsible_and_puts_problems_first():
    found = parts(a_handover())
    assert STAYS in found[0].lines and found[1].heading == "Problems first" and "Unconfirmed" in found[1].lines[0]
    assert STAYS in json.loads(to_document(a_handover()))["entry"][0]["resource"]["section"][0]["text"]["div"]


def test_another_system_reads_the_record_out_of_it():
    """Through our own reader of any bundle, which knows nothing of handovers."""
    read = read_record(to_document(a_handover()))
    assert [c.value.concept.words for c in read.conditions] == ["Asthma"] and [a.value.kind for a in read.allergies] == [
        "allergy"
    ]
    assert {m.value.medicine.words for m in read.medicines} >= {"diazepam", "Asthma"}
    assert [o.value.value for o in read.observations if o.value.value is not None] == [Decimal("12.5")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t["entry"].pop(1), "not the same"),
        (lambda t: t["entry"][-1]["resource"].__setitem__("data", "e30="), "no handover that this version"),
        (lambda t: t["entry"][-1]["resource"].__setitem__("data", "!"), "no handover that this version"),
        (lambda t: t["entry"][-1]["resource"].__setitem__("data", "WzFd"), "no handover that this version"),
        (lambda t: t["entry"].append(t["entry"][-1]), "two handovers"),
        (lambda t: t["entry"].pop(), "no handover made by Serein"),
        (lambda t: t.__setitem__("timestamp", "2027-01-01T00:00:00+00:00"), "not the same"),
    ],
)
def test_a_document_that_was_changed_is_refused(change, says):
    tree = json.loads(to_document(a_handover()))
    change(tree)
    with pytest.raises(BadInput, match=re.escape(says)):
        read_handover(json.dumps(tree).encode())


def test_a_time_zone_that_nobody_has_is_refused():
    facts = replace(a_handover(), patient=replace(a_handover().patient, time_zone="../../etc/passwd"))
    with pytest.raises(BadInput):
        read_handover(to_document(facts))


@pytest.mark.parametrize("data", [b"{}", b"[]", b"3", b'{"type": "document", "entry": [1, {"resource": 2}]}'])
def test_anything_else_is_no_handover(data):
    assert not is_handover(data)
