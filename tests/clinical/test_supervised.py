"""Alcohol withdrawal under supervision, as values: who may have which course, and what it gives at one look."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal as D

import pytest

from serein.clinical import knowledge
from serein.clinical.taper import by_mouth
from serein.clinical.taper.courses import FIXED, TRIGGERED
from serein.clinical.taper.supervised import (
    CIWA,
    NONE_OF_THESE,
    AskedCourse,
    Looked,
    Running,
    course_refused,
    fixed_parts,
    flags,
    gives,
    regimens,
)

KNOWN = knowledge.load()
AT = datetime(2026, 12, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASKED = AskedCourse(
    regimen="diazepam-symptom-triggered", dose_mg=D(10), supervised=True, reasons=(NONE_OF_THESE,), age_years=40,
    products=by_mouth(KNOWN, "diazepam", "US"),
)  # fmt: skip
BY_SYMPTOMS, BY_HOURS = Running(TRIGGERED, D(10), AT), Running(FIXED, D(10), AT)
ALL_ZERO = {item.id: 0 for item in KNOWN.instrument(CIWA).items}


def refused(**changes):
    found = course_refused(KNOWN, replace(ASKED, **changes))
    return found.code if found else None


def look(hours, points, **more):
    return Looked(at=AT + hours * HOUR, points=points, **more)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, None),
        ({"dose_mg": D(20)}, None),
        ({"supervised": False}, "course-unsupervised"),
        ({"dose_mg": D(9)}, "course-dose"),
        ({"dose_mg": D(21)}, "course-dose"),
        ({"regimen": "x"}, "regimen-unknown"),
        ({"regimen": "fixed", "dose_mg": D(20)}, None),
        ({"regimen": "fixed", "dose_mg": D("20.5")}, "course-dose"),
        ({"regimen": "fixed", "dose_mg": D(0)}, "course-dose"),
        ({"regimen": "fixed", "dose_mg": D("0.001")}, "dose-not-makeable"),
        ({"reasons": ("cirrhosis or liver failure",)}, "course-choice"),
        ({"reasons": ("cirrhosis or liver failure",), "despite": "No lorazepam can be had"}, None),
        ({"age_years": 65}, "course-choice"),
        ({"age_years": 64}, None),
        ({"age_years": 65, "regimen": "lorazepam-symptom-triggered", "dose_mg": D(2), "products": ()}, None),
        ({"regimen": "lorazepam-symptom-triggered", "dose_mg": D(10), "products": ()}, "course-dose"),
    ],
)
def test_a_course_begins_only_where_it_is_watched_with_the_printed_dose_and_the_preferred_substance(changes, code):
    assert refused(**changes) == code


def test_every_reason_of_every_source_asks_for_lorazepam_or_oxazepam():
    for file in KNOWN.withdrawal:
        for choice in file.choices:
            assert choice.people and all(refused(reasons=(p,)) == "course-choice" for p in choice.people)
            assert {"lorazepam", "oxazepam"} <= set(choice.prefer)


@pytest.mark.parametrize(
    ("points", "more", "mg"),
    [(9, {}, 0), (10, {}, 10), (67, {}, 10), (30, {"drowsy": True}, 0), (0, {}, 0)],
)
def test_by_symptoms_a_dose_is_given_from_ten_points_on_and_never_to_somebody_drowsy(points, more, mg):
    assert gives(KNOWN, BY_SYMPTOMS, [look(0, points, **more)]).dose_mg == mg


def test_the_next_dose_is_an_hour_after_the_last_and_one_that_nobody_spoke_of_counts_as_given():
    for first in (look(0, 20, given_mg=D(10), given_at=AT + HOUR / 3), look(0, 20, unsaid=True)):
        early = gives(KNOWN, BY_SYMPTOMS, [first, look(0.9, 20)])
        assert early.dose_mg == 0 and early.again_at == (first.given_at or first.at) + HOUR
        assert gives(KNOWN, BY_SYMPTOMS, [first, look(1.4, 20)]).dose_mg == 10
    assert gives(KNOWN, BY_SYMPTOMS, [look(0, 20, given_mg=D(0)), look(0.5, 20)]).dose_mg == 10


def test_watching_ends_when_the_score_stayed_below_eight_for_two_days():
    calm = [look(h, 7) for h in (10, 30, 58)]
    assert gives(KNOWN, BY_SYMPTOMS, [look(0, 20), *calm]).may_end
    assert not gives(KNOWN, BY_SYMPTOMS, [look(0, 20), *calm[:2]]).may_end
    assert not gives(KNOWN, BY_SYMPTOMS, [look(0, 20), calm[0], look(30, 8), calm[2]]).may_end
    assert not gives(KNOWN, BY_SYMPTOMS, [calm[0], look(30, 7, seizure=True), calm[2]]).may_end
    assert not gives(KNOWN, BY_SYMPTOMS, [*calm[:2], look(58, 7, drowsy=True)]).may_end


def test_a_fixed_course_gives_a_dose_every_six_hours_for_a_day_then_half_for_two_and_ends():
    assert [(p.hours, p.ends, p.doses_a_day, p.dose_mg) for p in fixed_parts(KNOWN, D(10))] == [
        (0, 24, 4, D(10)),
        (24, 72, 4, D(5)),
    ]
    for hours, mg in ((0, 10), (23.9, 10), (24, 5), (71.9, 5), (72, 0), (500, 0)):
        found = gives(KNOWN, BY_HOURS, [look(hours, 0)])
        assert (found.dose_mg, found.may_end) == (mg, hours >= 72)
    assert gives(KNOWN, BY_HOURS, [look(0, 5, given_mg=D(10)), look(5, 30)]).dose_mg == 0
    assert gives(KNOWN, BY_HOURS, [look(6, 30, drowsy=True)]).dose_mg == 0


def test_what_calls_for_a_doctor_is_said_whatever_the_score():
    def said(*, drowsy=False, seizure=False, **answers):
        return " ".join(flags(KNOWN, ALL_ZERO | answers, drowsy=drowsy, seizure=seizure))

    assert said() == "" and said(tremor=7, sweats=7) == ""
    assert "delirium" in said(visual=4) and "delirium" in said(orientation=2) and "delirium" not in said(visual=3, orientation=1)
    assert "seizure" in said(seizure=True) and "breathing" in said(drowsy=True)
    assert "19 points are severe" in said(tremor=7, sweats=7, nausea=5) and "severe" not in said(tremor=7, sweats=7, nausea=4)


def test_only_courses_that_can_be_run_by_score_or_hour_are_offered_each_with_its_source():
    found = regimens(KNOWN)
    assert {r.kind for r in found} == {TRIGGERED, FIXED} and len(found) == 4
    assert all(r.source.title and r.high_mg > 0 and r.low_mg <= r.high_mg for r in found)
