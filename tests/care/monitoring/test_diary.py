"""The dose diary: what is logged is counted once, on the right day, and silence is never read as "not taken"."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from serein.care.monitoring import reads
from serein.care.monitoring.actions import Logged, NewDose, Undone, log_dose, undo_dose
from serein.care.monitoring.models import DoseEntry
from serein.care.planning.text import Mistaken, PlannedDose
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import Refused, open_list
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.plans import TODAY, agreed
from tests.people import AT, four_people, open_for, own_chart

HOURS = timedelta(hours=1)


@pytest.fixture
def people(db):
    found = four_people()
    agreed(found.clinician, found.patient)
    return found


def said(people, at=AT, **new):
    return log_dose(own_chart(people.patient, at), NewDose(**new))


def tasks(people, at=AT):
    return [(t.kind, t.tier) for t in tasks_of_patient(open_for(people.clinician, people.patient, at))]


def day(people, on=TODAY, at=AT):
    return reads.diary(own_chart(people.patient, at), on, on)[0]


def test_a_dose_taken_stands_in_the_diary_with_the_milligrams_of_the_plan(people):
    logged = said(people, slot="night", day=TODAY, at=AT + 14 * HOURS)
    assert isinstance(logged, Logged) and logged.mg == Decimal("2.5") and logged.day == TODAY
    line = day(people).line("night")
    assert line is not None and line.words == "half a 5 mg tablet" and line.taken_at == AT + 14 * HOURS


def test_a_night_dose_after_midnight_belongs_to_the_evening_before(people):
    late = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)  # half past one in the morning in Los Angeles
    logged = said(people, at=late, slot="night")
    assert isinstance(logged, Logged) and logged.day == date(2026, 11, 23)


def test_pressing_twice_is_one_line_and_one_row_in_the_trail(people):
    first, second = said(people, slot="morning"), said(people, slot="morning")
    assert isinstance(first, Logged) and isinstance(second, Logged)
    assert second.again and first.entry_id == second.entry_id
    assert DoseEntry.objects.count() == 1
    assert TrailRow.objects.filter(deed="log_dose", outcome="done").count() == 1


def test_another_answer_about_the_same_dose_needs_an_undo_first(people):
    first = said(people, slot="morning", status="unsure")
    assert isinstance(first, Logged)
    second = said(people, slot="morning")
    assert isinstance(second, Refused) and second.code == "already-logged"
    assert isinstance(undo_dose(own_chart(people.patient), first.entry_id), Undone)
    assert isinstance(said(people, slot="morning"), Logged)


def test_undoing_twice_is_undoing_once_and_the_line_stays_in_the_record(people):
    logged = said(people, slot="morning")
    assert isinstance(logged, Logged)
    once, again = (undo_dose(own_chart(people.patient), logged.entry_id) for _ in range(2))
    assert once == Undone(logged.entry_id) and again == Undone(logged.entry_id, again=True)
    assert day(people).line("morning") is None and DoseEntry.objects.count() == 1


def test_the_trail_holds_neither_dose_nor_reason(people):
    said(people, slot="morning")
    facts = TrailRow.objects.filter(deed="log_dose").values_list("facts", flat=True)
    assert list(facts) == [{"status": "taken", "slot": "morning"}]


@pytest.mark.parametrize(
    ("new", "field"),
    [
        ({"slot": "morning", "status": "eaten"}, "status"),
        ({"slot": "morning", "day": TODAY + timedelta(days=1)}, "day"),
        ({"slot": "morning", "day": TODAY - timedelta(days=30)}, "day"),
        ({"slot": "morning", "taken_at": AT + timedelta(minutes=1)}, "taken_at"),
        ({"slot": "morning", "taken_at": AT - timedelta(days=1)}, "taken_at"),
        ({"slot": "morning", "reason": "a\0b"}, "reason"),
    ],
)
def test_what_cannot_be_true_is_not_written(people, new, field):
    answer = said(people, **new)
    assert isinstance(answer, Mistaken) and answer.by_field[0][0] == field
    assert not DoseEntry.objects.exists()


def test_a_dose_that_the_plan_does_not_have_is_refused_on_record(people):
    for new in ({"slot": "noon"}, {"slot": "morning", "day": TODAY - timedelta(days=1)}, {"slot": "as_needed", "reason": "fear"}):
        answer = said(people, **new)
        assert isinstance(answer, Refused) and answer.code == "not-planned"
    assert TrailRow.objects.filter(deed="log_dose", outcome="refused").count() == 3


def test_nobody_else_writes_in_the_patients_diary(people):
    answer = log_dose(open_for(people.clinician, people.patient), NewDose("morning"))
    assert isinstance(answer, Refused) and answer.code == "not-permitted"


def test_silence_is_unknown_and_makes_no_task(people):
    assert day(people).state == "unknown" and [d.slot for d in day(people).silent] == ["morning", "night"]
    assert "now" not in {tier for _, tier in tasks(people)}


def test_not_sure_is_unknown_too_and_says_take_no_more(people):
    logged = said(people, slot="morning", status="unsure")
    assert isinstance(logged, Logged) and logged.advice == "unsure"
    assert day(people).state == "unknown"


def test_one_missed_dose_is_told_to_nobody_and_several_are_told_today(people):
    logged = said(people, slot="morning", status="missed")
    assert isinstance(logged, Logged) and logged.advice == "missed"
    assert ("missed-doses", "today") not in tasks(people)
    logged = said(people, slot="night", day=TODAY, status="missed", at=AT + 14 * HOURS)
    assert isinstance(logged, Logged) and logged.advice == "several-missed"
    assert ("missed-doses", "today") in tasks(people, AT + 14 * HOURS)


def test_silence_between_two_missed_doses_is_no_row_of_missed_doses(people):
    tomorrow = AT + timedelta(days=1)
    said(people, slot="morning", status="missed")
    logged = said(people, slot="morning", status="missed", at=tomorrow)
    assert isinstance(logged, Logged) and logged.advice == "missed"


def test_taking_the_entry_back_takes_the_task_off_the_list(people):
    said(people, slot="morning", status="missed")
    late = AT + 14 * HOURS
    logged = said(people, slot="night", day=TODAY, status="missed", at=late)
    assert isinstance(logged, Logged)
    undo_dose(own_chart(people.patient, late), logged.entry_id)
    assert ("missed-doses", "today") not in tasks(people, late)


def test_the_near_dose_changes_halfway_so_that_two_are_never_offered_together(people):
    def near(at):
        found = reads.today(own_chart(people.patient, at)).near
        assert found is not None
        return found.dose.slot, found.day

    assert near(AT) == ("morning", TODAY)
    assert near(AT + 5 * HOURS) == ("morning", TODAY)  # 14:00
    assert near(AT + 6 * HOURS) == ("night", TODAY)  # 15:00
    assert near(AT + 16 * HOURS) == ("night", TODAY)  # one in the morning: still last night's
    assert near(AT + 20 * HOURS) == ("morning", TODAY + timedelta(days=1))


def test_an_earlier_dose_without_a_line_can_still_be_told(people):
    found = reads.today(own_chart(people.patient, AT + 8 * HOURS))
    assert [n.dose.slot for n in found.open] == ["morning"] and found.near is not None and found.near.dose.slot == "night"


def test_another_patient_or_a_list_of_compliance_sees_no_line(people):
    said(people, slot="morning")
    other = people.clinic.patient(of=people.clinician)
    open_for(people.clinician, other)
    assert not DoseEntry.objects.exists()
    open_list(people.clinic.officer, purpose="people and licences", at=AT)
    assert not DoseEntry.objects.exists()


def test_the_database_itself_rewrites_and_deletes_no_line(people):
    logged = said(people, slot="morning")
    assert isinstance(logged, Logged)
    for change in ({"mg": Decimal(50)}, {"status": "missed"}, {"dose_day": date(2026, 1, 1)}):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            DoseEntry.objects.update(**change)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        DoseEntry.objects.all().delete()
    undo_dose(own_chart(people.patient), logged.entry_id)
    with pytest.raises(DatabaseError, match="stays undone"), transaction.atomic():
        DoseEntry.objects.update(undone_at=None)


def test_the_database_itself_holds_one_line_for_a_planned_dose(people):
    said(people, slot="morning")
    row = DoseEntry.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        DoseEntry.objects.create(**{f.attname: getattr(row, f.attname) for f in row._meta.fields if f.name != "id"})


class TestAsNeeded:
    @pytest.fixture
    def people(self, db):
        found = four_people()
        agreed(found.clinician, found.patient, doses=(PlannedDose("as_needed", "0.5", "2", "14"),))
        return found

    def test_each_use_is_logged_with_its_reason(self, people):
        assert isinstance(said(people, slot="as_needed"), Mistaken)
        for _ in range(2):
            assert isinstance(said(people, slot="as_needed", reason="Fear on the bus"), Logged)
        assert [one.reason for one in day(people).uses] == ["Fear on the bus"] * 2

    def test_the_days_maximum_is_shown_and_the_days_of_the_week_are_counted(self, people):
        for days in (0, 0, 1, 3):
            said(people, at=AT + timedelta(days=days), slot="as_needed", reason="Fear")
        found = reads.as_needed(own_chart(people.patient, AT + timedelta(days=3)))
        assert found is not None
        assert (found.uses_today, found.left_today, found.uses_in_week, found.days_in_week) == (1, 1, 4, 3)
        assert (found.most_a_day, found.most_a_week) == (2, 14)

    def test_a_day_without_a_use_is_no_silence(self, people):
        assert day(people).silent == () and day(people).state == "none"


def test_a_use_above_the_maximum_is_stored_and_told_today(db):
    people = four_people()
    agreed(people.clinician, people.patient, doses=(PlannedDose("as_needed", "0.5", "2", "14"),))
    for _ in range(3):
        logged = said(people, slot="as_needed", reason="Fear")
    assert isinstance(logged, Logged) and logged.advice == "above-maximum"
    assert len(day(people).uses) == 3 and ("above-maximum", "today") in tasks(people)


def test_sixteen_presses_at_once_are_one_line(committed):
    with transaction.atomic():
        people = four_people()
        agreed(people.clinician, people.patient)
    gate, answers = threading.Barrier(16), []

    def press():
        gate.wait()
        try:
            with transaction.atomic():
                answers.append(said(people, slot="morning"))
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(16)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(answers) == 16 and sum(not a.again for a in answers) == 1
    with transaction.atomic():
        own_chart(people.patient)
        assert DoseEntry.objects.count() == 1
