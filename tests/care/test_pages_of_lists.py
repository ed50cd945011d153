"""The key to one page of a list: what it shows is narrower than the list, and nothing that is kept between requests opens anything."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import DatabaseError

from serein.care.access.reads import patient_cards
from serein.foundation.audit.models import TrailRow
from serein.foundation.people import chosen
from serein.foundation.people.keys import open_list, page_of
from serein.foundation.people.models import CareTeam, Patient
from serein.foundation.tasks.models import Task
from tests.people import AT, TestClinic, given, make_clinic, maria, my_patients

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> TestClinic:
    return make_clinic()


def some(clinic: TestClinic, of, n: int) -> list:
    return [
        clinic.invited_patient(of, maria(given=f"P{n}", phone=f"559-555-{n:04}")).patient_id
        for n in range(CareTeam.objects.count(), n)
    ]


def seen() -> set:
    return set(Patient.objects.values_list("id", flat=True))


def test_a_page_shows_its_patients_and_the_list_opens_nothing_more(clinic):
    ada, sam = clinic.clinician(), clinic.clinician("Sam Stranger")
    mine, theirs = some(clinic, ada, 4), some(clinic, sam, 6)
    listing = my_patients(ada)
    assert seen() == set(mine) and set(listing.patients) == set(mine)
    page = page_of(listing, [mine[2], theirs[0], mine[0]])
    assert page.patients == (mine[2], mine[0])
    assert seen() == {c.id for c in patient_cards(listing)} == {c.id for c in patient_cards(page)} == {mine[0], mine[2]}


def test_naming_somebody_on_a_page_opens_nobody(clinic):
    """The database compares with the care team itself: what the application says about a page can only take away."""
    ada, sam = clinic.clinician(), clinic.clinician("Sam Stranger")
    mine, theirs = some(clinic, ada, 2), some(clinic, sam, 4)
    page_of(my_patients(ada), mine)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('serein.page', %s, true)", [f"{{{mine[0]},{theirs[0]},{theirs[1]}}}"])
    assert seen() == {mine[0]}


def test_who_leaves_the_team_loses_the_page_at_once(clinic):
    ada = clinic.clinician()
    mine = some(clinic, ada, 3)
    page = page_of(my_patients(ada), mine)
    CareTeam.objects.filter(patient_id=mine[1]).update(until=AT - timedelta(seconds=1))
    assert seen() == {mine[0], mine[2]} == {c.id for c in patient_cards(page)}
    assert set(my_patients(ada).patients) == {mine[0], mine[2]}, "what is kept of a list is not the list of an hour ago"


def test_a_page_can_be_read_and_not_written(clinic):
    ada = clinic.clinician()
    mine = some(clinic, ada, 2)
    page_of(my_patients(ada), mine)
    assert Patient.objects.filter(pk=mine[0]).update(given="X") == 0
    with pytest.raises(DatabaseError, match="row-level security"):
        words = dict.fromkeys(("kind", "title", "why", "source", "finished_by"), "x")
        Task(clinic_id=clinic.id, patient_id=mine[0], tier="now", opened_at=AT, due_at=AT, **words).save(force_insert=True)


def test_the_look_row_holds_who_was_on_the_list_whether_it_was_known_here_or_not(clinic):
    ada, officer = clinic.clinician(), clinic.officer
    mine = some(clinic, ada, 3)
    chosen._known.clear()
    for _ in range(2):
        assert my_patients(ada).patients == tuple(sorted(mine))
    given(open_list(officer, purpose="trail", at=AT))
    rows = list(TrailRow.objects.filter(purpose="my patients").values_list("facts", flat=True))
    assert rows == [{"count": 3, "digest": chosen.digest(mine)}] * 2


def test_two_people_with_other_patients_never_share_a_list(clinic):
    ada, sam = clinic.clinician(), clinic.clinician("Sam Stranger")
    mine, theirs = some(clinic, ada, 2), some(clinic, sam, 4)
    for _ in range(2):
        assert set(my_patients(ada).patients) == set(mine)
        assert set(my_patients(sam).patients) == set(theirs)


def test_what_is_kept_is_bounded(clinic, monkeypatch):
    monkeypatch.setattr(chosen, "KEPT", 2)
    ada = clinic.clinician()
    for n in range(1, 5):
        some(clinic, ada, n)
        assert len(my_patients(ada).patients) == n
    assert len(chosen._known) == 2
