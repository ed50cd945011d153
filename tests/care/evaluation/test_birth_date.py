"""Two dates of birth: checks hold for both ages until a clinician finds out which is right; both stay. And what was told of an eye disease."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from serein.care.access.reads import patient_card
from serein.care.evaluation import actions
from serein.care.evaluation.actions.birth_date import NewFinding, Settled, settle_birth_date
from serein.care.evaluation.models import BirthDateFinding
from serein.care.evaluation.reads import case_of
from serein.care.evaluation.reads.birth_date import birth_date_findings, birth_dates
from serein.care.prescribing.actions.checking import Checked, check_draft
from serein.clinical.case import Birth, Concept, Condition
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import Refused
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.evaluation.filling import fill_and_send
from tests.care.prescribed import desk
from tests.people import AT, four_people, given, open_for, own_chart

RECORDED, OTHER, LATER = date(1985, 3, 27), date(1958, 3, 27), AT + timedelta(hours=1)
TASK = "birth-date-differs"


@pytest.fixture
def people(db):
    found = four_people()
    fill_and_send(own_chart(found.patient), birth_date={"date": "1958-03-27"})
    return found


def ours(people, at=LATER):
    return open_for(people.clinician, people.patient, at)


def settle(people, right, at=LATER, **changes):
    dates = birth_dates(ours(people, at))
    seen = dates.seen if dates else ""
    return settle_birth_date(ours(people, at), replace(NewFinding(right, "Seen on the identity card.", seen), **changes))


def told_again(people, day):
    chart = own_chart(people.patient, LATER)
    given(actions.start_intake(chart))
    assert isinstance(actions.answer_question(chart, "birth_date", {"date": day}), actions.Answered)
    fill_and_send(chart)


def kinds(people):
    return [t.kind for t in tasks_of_patient(ours(people))]


@pytest.mark.parametrize(("right", "kept"), [("recorded", RECORDED), ("told", OTHER)])
def test_a_clinician_picks_the_right_date_and_both_stay(people, right, kept):
    assert case_of(ours(people), AT.date()).birth == Birth(OTHER, RECORDED) and TASK in kinds(people)
    assert isinstance(settle(people, right), Settled)
    assert case_of(ours(people), AT.date()).birth == Birth(kept, kept) and patient_card(ours(people)).birth_date == kept
    assert TASK not in kinds(people) and birth_dates(ours(people)) is None
    [line] = birth_date_findings(ours(people))
    assert {line.right, line.wrong} == {RECORDED, OTHER} and line.right == kept and line.why == "Seen on the identity card."
    assert TrailRow.objects.filter(deed="settle_birth_date", outcome="done").get().facts["right"] == right


def test_a_date_known_to_be_wrong_raises_no_second_question(people):
    settle(people, "recorded")
    told_again(people, "1958-03-27")
    assert TASK not in kinds(people) and case_of(ours(people), AT.date()).birth == Birth(RECORDED, RECORDED)


def test_a_third_date_asks_again(people):
    settle(people, "recorded")
    told_again(people, "1985-03-28")
    assert TASK in kinds(people) and birth_dates(ours(people)).told == date(1985, 3, 28)


def test_a_stale_page_a_stranger_and_the_patient_change_nothing(people):
    assert settle(people, "told", seen="1985-03-27|1959-01-01").code == "changed-meanwhile"
    mine = settle_birth_date(own_chart(people.patient), NewFinding("told", "It is mine.", birth_dates(ours(people)).seen))
    assert isinstance(mine, Refused) and mine.code == "not-permitted"
    ours(people)
    assert BirthDateFinding.objects.count() == 0


def test_a_finding_is_never_rewritten(people):
    settle(people, "told")
    with pytest.raises(DatabaseError), transaction.atomic():
        BirthDateFinding.objects.update(why="Otherwise.")


def severity_of_open_angle(d):
    found = check_draft(d.chart(), d.draft_id)
    assert isinstance(found, Checked), found
    return {f.severity.value for f in found.examination.assessment.findings if f.code == "open-angle-glaucoma"}


@pytest.mark.parametrize(
    ("answer", "imported", "severity"),
    [
        ("open_treated", False, {"note"}),
        ("open_treated", True, {"note"}),
        ("open_untreated", False, {"stop"}),
        ("no", True, {"stop"}),
    ],
)
def test_open_angle_glaucoma_told_to_be_treated_is_no_stop_wherever_else_it_is_on_record(
    db, settings, tmp_path, answer, imported, severity
):
    settings.STATE = tmp_path
    people = four_people()
    fill_and_send(own_chart(people.patient), glaucoma={"choice": answer})
    if imported:
        condition = Condition(reference="Condition/eye", concept=Concept(text="Open-angle glaucoma"))
        given(
            actions.record_entry(open_for(people.clinician, people.patient), actions.NewEntry(condition, "Open-angle glaucoma"))
        )
    assert severity_of_open_angle(desk(people=people)) == severity
