"""The level estimate: from what was told and what is planned; unknown days are a range; outside the model's domain there is no number."""

from datetime import date, timedelta

import pytest

from serein.care.monitoring import actions, reads
from serein.clinical.kinetics import NotValid
from tests.care.plans import agreed
from tests.people import AT, four_people, maria, open_for, own_chart

DAY = timedelta(days=1)


@pytest.fixture
def people(db):
    found = four_people()
    agreed(found.clinician, found.patient)
    return found


def seen(people, at):
    chart = open_for(people.clinician, people.patient, at)
    history = reads.dose_history(chart)
    return history, reads.estimate(chart, history)


def tell(people, days, slots=("morning", "night")):
    for n in range(days):
        for slot in slots:
            at = AT + n * DAY + (timedelta(0) if slot == "morning" else timedelta(hours=14))
            actions.log_dose(own_chart(people.patient, at), actions.NewDose(slot, day=date(2026, 11, 23) + n * DAY))


def test_days_about_which_nothing_was_told_are_named_and_make_a_range(people):
    tell(people, 3)
    history, found = seen(people, AT + 6 * DAY)
    assert history.unknown_days == tuple(date(2026, 11, 26) + n * DAY for n in range(3))
    assert not isinstance(found, NotValid)
    told, silent = found.days[2], found.days[5]
    assert silent.metabolite_high - silent.metabolite_low > 20 > told.metabolite_high - told.metabolite_low


def test_a_missed_dose_is_known_and_adds_nothing(people):
    tell(people, 2)
    at = AT + 2 * DAY
    actions.log_dose(own_chart(people.patient, at), actions.NewDose("morning", "missed"))
    history, _ = seen(people, at + timedelta(hours=1))
    assert history.unknown_days == () and len(history.taken) == 4


def test_doses_ahead_are_planned_and_end_with_the_plan(people):
    history, _ = seen(people, AT)
    assert max(p.at for p in history.planned).date() <= date(2026, 12, 22) and all(p.at > AT for p in history.planned)


def test_for_a_child_there_is_no_number_and_the_reason_is_said(db):
    people = four_people()
    child = people.clinic.patient(of=people.clinician, new=maria(birth_date=date(2016, 3, 27)))
    agreed(people.clinician, child)
    chart = open_for(people.clinician, child)
    found = reads.estimate(chart, reads.dose_history(chart))
    assert isinstance(found, NotValid) and found.why


def test_the_estimate_names_sources_and_that_nobody_confirmed_them(people):
    _, found = seen(people, AT)
    assert not isinstance(found, NotValid)
    assert found.sources and found.unknown and found.confirmed is False
