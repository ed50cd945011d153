"""From one birthday on patients decide alone: what they shared before ends in that instant at their home, and they are asked again."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given as each
from hypothesis import strategies as st

from serein.care.access import actions as access
from serein.care.access.actions.birthdays import AGE_TASK, birthday_round
from serein.care.access.reads import coming_of_age
from serein.config.ages import ages_of_majority
from serein.foundation.people.ages import Majority, birthday, of_age_at
from serein.foundation.people.keys import Refused, open_chart, open_job
from serein.foundation.people.models import Caregiving, Patient
from serein.foundation.tasks.models import Task
from tests.people import AT, PASSWORD, FourPeople, four_people, given, made, open_for, own_chart

LAW = {"US-CA": (18, "a source for tests")}
BORN = date(2008, 12, 3)  # 18 on 3-Dec-2026, ten days after AT
HOME = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def young(db, settings) -> FourPeople:
    settings.SEREIN_AGES_OF_MAJORITY = LAW
    people = four_people()
    open_job(people.clinic.id, purpose="due tasks", at=AT)
    Patient.objects.filter(pk=people.patient.patient_id).update(birth_date=BORN)
    return people


def shared(people: FourPeople) -> Caregiving:
    new = access.NewHelper("Hana", "hana@example.test", access.Sharing(("plan",), date(2027, 3, 1)))
    invited = access.invite_helper(own_chart(people.patient), new)
    assert isinstance(invited, access.HelperInvited)
    helper = made(given(access.accept_invitation(invited.token, PASSWORD, AT)).account_id, AT)
    return Caregiving.objects.get(account=helper.account_id)


def round_at(people: FourPeople, at: datetime) -> int:
    return birthday_round(open_job(people.clinic.id, purpose="due tasks", at=at))


def tasks(people: FourPeople, at: datetime) -> list[Task]:
    open_for(people.clinician, people.patient, at)
    return list(Task.objects.filter(kind=AGE_TASK, done_at=None))


def test_what_a_minor_shares_ends_at_the_first_instant_of_the_birthday_at_home(young):
    sharing = shared(young)
    assert sharing.until == datetime(2026, 12, 3, tzinfo=HOME) == datetime(2026, 12, 3, 8, tzinfo=UTC)
    helper = made(sharing.account_id, AT)
    patient_id = young.patient.patient_id
    before, after = sharing.until - timedelta(seconds=1), sharing.until
    assert not isinstance(open_chart(helper, patient_id, purpose="caregiving", at=before), Refused)
    assert isinstance(open_chart(helper, patient_id, purpose="caregiving", at=after), Refused)


def test_a_round_makes_one_task_ahead(young):
    shared(young)
    assert round_at(young, AT - timedelta(days=25)) == 0 and tasks(young, AT) == []
    for _ in range(2):
        assert round_at(young, AT) == 0
    (task,) = tasks(young, AT)
    assert "03-Dec-2026" in task.why and "a source for tests" in task.why


def test_what_was_shared_before_the_age_was_known_ends_in_the_round_once(young, settings):
    settings.SEREIN_AGES_OF_MAJORITY = {}
    sharing = shared(young)
    assert sharing.until > datetime(2027, 1, 1, tzinfo=UTC)
    later = datetime(2026, 12, 4, tzinfo=HOME)
    assert round_at(young, later) == 0, "unknown: nothing is done"
    settings.SEREIN_AGES_OF_MAJORITY = LAW
    assert [round_at(young, later), round_at(young, later)] == [1, 0]
    assert len(tasks(young, later)) == 1
    assert isinstance(open_chart(made(sharing.account_id, AT), young.patient.patient_id, purpose="caregiving", at=later), Refused)


def test_what_a_grown_person_shares_goes_on(young):
    open_job(young.clinic.id, purpose="due tasks", at=AT)
    Patient.objects.filter(pk=young.patient.patient_id).update(birth_date=date(2008, 11, 20))
    assert shared(young).until == datetime(2027, 3, 2, tzinfo=HOME)
    assert round_at(young, AT + timedelta(days=1)) == 0


def test_the_chart_says_minor_or_unknown_or_nothing(young, settings):
    chart = open_for(young.clinician, young.patient)
    found = coming_of_age(chart)
    assert found is not None and (found.day, found.source) == (date(2026, 12, 3), "a source for tests")
    settings.SEREIN_AGES_OF_MAJORITY = {}
    unknown = coming_of_age(chart)
    assert unknown is not None and unknown.day is None
    open_job(young.clinic.id, purpose="due tasks", at=AT)
    Patient.objects.filter(pk=young.patient.patient_id).update(birth_date=date(1985, 3, 27))
    assert coming_of_age(open_for(young.clinician, young.patient)) is None


@each(
    st.dates(date(1990, 1, 1), date(2020, 12, 31)),
    st.integers(10, 30),
    st.sampled_from(["America/Los_Angeles", "Pacific/Kiritimati", "UTC"]),
)
def test_the_day_before_is_never_of_age_and_the_day_itself_always(born, years, zone):
    day = birthday(born, years)
    assert day.year == born.year + years
    assert (day.month, day.day) == (born.month, born.day) or ((born.month, born.day), (day.month, day.day)) == ((2, 29), (2, 28))
    at = of_age_at(born, zone, Majority(years, "x"))
    assert at.astimezone(ZoneInfo(zone)).date() == day
    assert (at - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() < day


def test_born_on_29_february():
    assert birthday(date(2008, 2, 29), 18) == date(2026, 2, 28) and birthday(date(2008, 2, 29), 20) == date(2028, 2, 29)


def test_an_age_without_a_source_or_sense_stops_the_start():
    assert ages_of_majority("US-CA=18 (Family Code 6500); US-NE = 19 (a law)") == {
        "US-CA": (18, "Family Code 6500"),
        "US-NE": (19, "a law"),
    }
    assert ages_of_majority("") == {}
    for text in ("US-CA=18", "US-CA=18 ()", "US-CA=8 (a law)", "california=18 (a law)", "US-CA=18 (a law); US-CA=19 (a law)"):
        with pytest.raises(ImproperlyConfigured, match="cannot be read"):
            ages_of_majority(text)
