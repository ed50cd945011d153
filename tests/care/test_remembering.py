"""A page asks the database once for what it needs twice; a deed, another key and the end of the page make it forget."""

import pytest

from serein.care.planning.reads import plans
from serein.foundation.remembering import remembered, remembering
from tests.care.plans import written
from tests.people import FourPeople, four_people, maria, open_for
from tests.web import client_of


@pytest.fixture
def people(db) -> FourPeople:
    return four_people()


def test_outside_a_page_nothing_is_remembered(people, django_assert_num_queries):
    chart = open_for(people.clinician, people.patient)
    plans(chart)
    with django_assert_num_queries(2):
        plans(chart)


def test_within_a_page_the_same_question_is_asked_once(people, django_assert_num_queries):
    written(people.clinician, people.patient)
    chart = open_for(people.clinician, people.patient)
    with remembering():
        first = plans(chart)
        with django_assert_num_queries(0):
            assert plans(chart) is first
    assert plans(chart) == first


def test_a_deed_makes_it_forget(people):
    with remembering():
        chart = open_for(people.clinician, people.patient)
        assert plans(chart) == ()
        written(people.clinician, people.patient)
        assert len(plans(chart)) == 1


def test_another_key_makes_it_forget(people):
    """What was read behind one patient's wall is never answered behind another's, even to somebody who kept the older key."""
    other = people.clinic.patient(of=people.clinician, new=maria(given="Other"))
    written(people.clinician, people.patient)
    with remembering():
        chart = open_for(people.clinician, people.patient)
        assert len(plans(chart)) == 1
        open_for(people.clinician, other)
        assert plans(chart) == (), "the wall stands around the other patient now"


def test_a_read_that_fails_is_asked_again():
    asked = []

    @remembered
    def read(n: int) -> int:
        asked.append(n)
        if len(asked) == 1:
            raise ValueError(n)
        return n

    with remembering():
        with pytest.raises(ValueError):
            read(7)
        assert read(7) == read(7) == 7
    assert asked == [7, 7]


def test_every_page_begins_with_an_empty_memory(people):
    from serein.foundation import remembering as room

    client_of(people.patient).get("/me/")
    assert room._known.get() is None
