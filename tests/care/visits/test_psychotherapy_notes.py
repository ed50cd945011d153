"""Psychotherapy notes: their author alone, by the gate and by the database."""

import re

import pytest
from django.db import ProgrammingError, connection, transaction

from serein.care.continuity import facts as f
from serein.care.continuity.reads import handover_facts
from serein.care.visits.actions import NoteKept, keep_psychotherapy_note
from serein.care.visits.reads import psychotherapy_notes, visits
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.gate import NotShown
from serein.foundation.people.keys import OpenChart, Refused, open_chart, open_job, open_list
from serein.foundation.people.models import CareTeam
from serein.foundation.people.permissions import JOB_PURPOSES
from tests.people import AT, FourPeople, four_people, given, open_for, own_chart
from tests.web import client_of

pytestmark = pytest.mark.django_db
CANARY = "siskinveil"


@pytest.fixture
def people() -> FourPeople:
    return four_people()


def notes_key(people: FourPeople, who=None) -> OpenChart:
    assert people.patient.patient_id is not None
    return given(open_chart(who or people.clinician, people.patient.patient_id, purpose="psychotherapy notes", at=AT))


def kept(people: FourPeople) -> None:
    assert isinstance(keep_psychotherapy_note(notes_key(people), CANARY), NoteKept)


def rows() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM visits_psychotherapynote")
        return int(cursor.fetchone()[0])


def test_the_author_reads_what_they_kept(people):
    kept(people)
    assert [n.words for n in psychotherapy_notes(notes_key(people))] == [CANARY]


def test_a_colleague_of_the_same_care_team_meets_nothing(people):
    kept(people)
    CareTeam(
        clinic_id=people.clinic.id, patient_id=people.patient.patient_id, account_id=people.stranger.account_id, since=AT
    ).save(force_insert=True)
    assert psychotherapy_notes(notes_key(people, people.stranger)) == () and rows() == 0


def test_no_other_key_shows_a_row_not_even_the_authors_own_for_care(people):
    kept(people)
    patient_id = people.patient.patient_id
    for chart in (open_for(people.clinician, people.patient), own_chart(people.patient)):
        with pytest.raises(NotShown):
            psychotherapy_notes(chart)
    for make in (
        lambda: open_for(people.clinician, people.patient),
        lambda: own_chart(people.patient),
        lambda: open_list(people.clinician, purpose="my patients", at=AT),
        *((lambda p=p: open_job(people.clinic.id, purpose=p, at=AT)) for p in JOB_PURPOSES),
    ):
        make()
        assert rows() == 0
    assert isinstance(open_chart(people.patient, patient_id, purpose="psychotherapy notes", at=AT), Refused)
    notes_key(people)
    assert rows() == 1


def test_it_is_in_no_handover_visit_or_trail(people):
    kept(people)
    chart = open_for(people.clinician, people.patient)
    assert CANARY not in f.written(handover_facts(chart)).decode() and visits(chart) == ()
    given(open_list(people.clinic.officer, purpose="trail", at=AT))
    assert not [r for r in TrailRow.objects.all() if CANARY in repr(vars(r))]


def test_nothing_empty_or_endless_is_kept(people):
    for words in ("", "  ", "x" * 20_001, "a\x00b"):
        assert isinstance(keep_psychotherapy_note(notes_key(people), words), Refused)
    notes_key(people)
    assert rows() == 0


def test_a_kept_note_is_never_changed(people):
    kept(people)
    notes_key(people)
    for statement in ("UPDATE visits_psychotherapynote SET words = ''", "DELETE FROM visits_psychotherapynote"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_page_is_the_authors_and_no_other_page_bears_the_note(people, settings):
    settings.SEREIN_CLOCK = "tests.people.clock"
    path = f"/clinic/patients/{people.patient.patient_id}/"
    ada, sam = client_of(people.clinician), client_of(people.stranger)
    page = ada.get(f"{path}my-notes/").content.decode()
    once = re.search(r'name="once" value="([^"]+)"', page)
    assert once and "None yet" in page and "TORRES, Maria" in page
    assert ada.post(f"{path}my-notes/", {"once": once[1], "words": CANARY}).status_code == 302
    assert CANARY in ada.get(f"{path}my-notes/").content.decode()
    assert "my-notes" in ada.get(path).content.decode()
    assert sam.get(f"{path}my-notes/").status_code == 403
    for page in ("", "handover/", "watch/", "plans/", "team/"):
        assert CANARY not in ada.get(f"{path}{page}").content.decode()
    mine = client_of(people.patient, second_factor=False)
    assert not any(CANARY in mine.get(p).content.decode() for p in ("/me/", "/me/who-looked/", "/me/plan/"))
