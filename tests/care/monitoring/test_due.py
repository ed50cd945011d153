"""What will lapse is an owned task 14 and 3 days ahead; silence alone is never urgent; a round made twice adds nothing."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serein.care.monitoring import actions, reads
from serein.care.prescribing.actions.signing import Signed
from serein.clinical import knowledge
from serein.clinical.watching import KINDS, Watched, items
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import open_list
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.plans import agreed
from tests.care.prescribed import ready_desk
from tests.people import AT, four_people, open_for, own_chart

ON = date(2026, 12, 1)
DAY = timedelta(days=1)


def found(**known):
    return {
        i.kind: i for i in items(Watched(**{"on": ON, "treated_from": ON - 30 * DAY, "last_word": ON} | known), knowledge.load())
    }


@pytest.mark.parametrize(("left", "tier"), [(15, None), (14, "week"), (4, "week"), (3, "today"), (0, "today"), (-5, "today")])
def test_supply_review_and_licence_are_on_the_list_fourteen_and_three_days_ahead(left, tier):
    end = ON + left * DAY
    for kind, known in (("supply-ending", "supply_to"), ("review-due", "review_on"), ("licence-lapsing", "licence_to")):
        item = found(**{known: end}).get(kind)
        assert (item.tier if item else None) == tier


def test_a_supply_that_reaches_the_end_of_the_treatment_leaves_no_gap():
    assert "supply-ending" in found(supply_to=ON, treatment_ends=ON + 30 * DAY)
    assert "supply-ending" not in found(supply_to=ON, treatment_ends=ON)


def test_nobody_without_a_treatment_is_watched():
    assert not found(treated_from=None, supply_to=ON) and not found(treated_from=ON + DAY, supply_to=ON)


def test_silence_asks_this_week_and_never_sooner():
    assert "diary-silent" not in found(last_word=ON - 6 * DAY)
    assert found(last_word=ON - 7 * DAY)["diary-silent"].tier == "week"


OPTIONAL = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))


@settings(max_examples=300, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.tuples(*[OPTIONAL] * 6))
def test_whatever_is_known_nothing_watched_is_ever_now_and_silence_never_more_than_this_week(on, known):
    names = ("treated_from", "supply_to", "treatment_ends", "review_on", "licence_to", "last_word")
    for item in items(Watched(on=on, **dict(zip(names, known, strict=True))), knowledge.load()):
        assert item.kind in KINDS and item.tier in ("today", "week")
        assert item.kind != "diary-silent" or item.tier == "week"


def tasks(people, at):
    return {t.kind: t.tier for t in tasks_of_patient(open_for(people.clinician, people.patient, at)) if t.kind in KINDS}


@pytest.fixture
def people(db):
    found = four_people()
    agreed(found.clinician, found.patient)
    return found


def test_a_round_opens_owned_tasks_once_and_leaves_one_look_row(people):
    at = AT + 6 * DAY
    first = actions.due_tasks(people.clinic.id, at)
    second = actions.due_tasks(people.clinic.id, at)
    assert (first.patients, first.opened, second.opened, second.closed) == (1, 1, 0, 0)
    assert tasks(people, at) == {"review-due": "week"}
    open_list(people.clinic.officer, purpose="trail", at=at)
    assert TrailRow.objects.filter(deed="open", purpose="due tasks").count() == 2


def test_the_task_becomes_more_pressing_three_days_ahead_and_silence_stays_this_week(people):
    for days in (6, 12):
        actions.due_tasks(people.clinic.id, AT + days * DAY)
    assert tasks(people, AT + 12 * DAY) == {"review-due": "today", "diary-silent": "week"}


def test_a_word_of_the_patient_takes_silence_off_the_list(people):
    actions.due_tasks(people.clinic.id, AT + 8 * DAY)
    assert "diary-silent" in tasks(people, AT + 8 * DAY)
    actions.log_dose(own_chart(people.patient, AT + 8 * DAY), actions.NewDose("morning"))
    actions.due_tasks(people.clinic.id, AT + 8 * DAY)
    assert "diary-silent" not in tasks(people, AT + 8 * DAY)


def test_the_supply_that_ends_is_seen_and_a_review_closes_its_task(db, settings, tmp_path):
    settings.STATE = tmp_path
    desk = ready_desk()
    assert isinstance(desk.sign(), Signed)
    at = AT + 10 * DAY
    actions.due_tasks(desk.people.clinic.id, at)
    assert tasks(desk.people, at) == {"supply-ending": "today", "review-due": "week", "diary-silent": "week"}
    changed = reads.what_changed(desk.chart(at))
    assert changed is not None
    new = actions.NewReview("continue", "Well.", (at + 60 * DAY).date(), changed.digest)
    assert isinstance(actions.reassess(desk.chart(at), desk.plan_id, new), actions.Reassessed)
    assert "review-due" not in tasks(desk.people, at)
    actions.due_tasks(desk.people.clinic.id, at)
    assert "review-due" not in tasks(desk.people, at)


def test_another_clinic_is_not_touched(people):
    from tests.people import make_clinic

    other = make_clinic(AT, name="Hill Clinic")
    assert actions.due_tasks(other.id, AT + 30 * DAY).patients == 0


def test_the_worker_makes_the_round_of_every_clinic(people, settings):
    from serein.config.schedule import due_tasks_now

    settings.SEREIN_CLOCK = "tests.people.clock"
    due_tasks_now(0)
    assert tasks(people, AT) == {"review-due": "week"}
