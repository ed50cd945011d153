"""The second wall, with the first one left out: what the database itself shows to whom."""

from collections.abc import Callable

import psycopg
import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.utils import DatabaseError
from psycopg import sql

from serein.config import demo
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import Refused, open_chart, open_job, open_list
from serein.foundation.people.models import Patient
from serein.foundation.rows import PatientRow
from tests.people import AT, FourPeople, four_people, given, make_clinic, my_patients, open_for, own_chart

BEHIND_THE_WALL = sorted(
    {m._meta.db_table for m in apps.get_models() if issubclass(m, PatientRow)}
    | {"people_patient", "outbox_letter", "audit_trailrow"}
)
SETTINGS = ("scope", "clinic", "patient", "account", "slip", "at", "sees", "writes")


def rows_seen(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])


def forget_key() -> None:
    with connection.cursor() as cursor:
        for name in SETTINGS:
            cursor.execute("SELECT set_config(%s, '', true)", [f"serein.{name}"])


def test_every_table_of_the_record_has_row_security_and_a_policy_by_clinic(as_owner: psycopg.Connection):
    rows = as_owner.execute(
        "SELECT c.relname, c.relrowsecurity, coalesce(string_agg(p.qual || coalesce(p.with_check, ''), ' '), '') FROM pg_class c"
        " LEFT JOIN pg_policies p ON p.tablename = c.relname AND p.roles = '{public}' WHERE c.relname = ANY(%s) GROUP BY 1, 2",
        [BEHIND_THE_WALL],
    ).fetchall()
    assert sorted(name for name, _, _ in rows) == BEHIND_THE_WALL
    for name, on, policies in rows:
        assert on and "serein.clinic" in policies and "serein.scope" in policies, name


def test_every_column_called_patient_belongs_to_a_table_that_is_known_here(as_owner: psycopg.Connection):
    """A new table with a patient in it must stand behind the wall or be named here with its reason."""
    without = {
        "people_account",  # sign-in reads it before anybody is known
        "people_brokenglass",  # keys read it, compliance reviews it; no words
        "people_caregiving",  # keys read it: who helps whom
        "people_calendarslip",  # asked for by the digest of a code: since when and until when it counts, no content
        "people_careteam",  # policies read it
        "people_invitation",  # a way in, read by its token
        "people_offer",  # keys read it: to whom a patient is offered, no content
        "people_slip",  # names one prescription by its code, no content
    }
    found = as_owner.execute(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'patient_id' AND table_schema = 'public'"
    )
    assert {name for (name,) in found} - without <= set(BEHIND_THE_WALL)


@pytest.fixture
def people(committed: str) -> FourPeople:
    with transaction.atomic():
        return four_people()


def test_without_a_key_nothing_is_visible_on_any_table(people: FourPeople, as_owner: psycopg.Connection):
    filled = 0
    for table in BEHIND_THE_WALL:
        there = as_owner.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        filled += bool(there and there[0])
        assert rows_seen(table) == 0, table
    assert filled >= 4  # patient, consent, letter, trail: an empty table proves nothing


# An empty table proves nothing: these the demonstration fills.
FILLED = {
    "access_consent", "audit_trailrow", "evaluation_instrumentresult", "evaluation_intake", "evaluation_intakeanswer", "evaluation_recordentry",
    "evaluation_safetyanswer", "outbox_letter", "people_patient", "planning_plan", "planning_planreply", "prescribing_check",
    "prescribing_draft", "prescribing_prescription", "tasks_task", "visits_encounter",
}  # fmt: skip


def test_the_whole_walk_of_the_demonstration_is_invisible_without_a_key(committed: str, as_owner: psycopg.Connection):
    demo.load(AT)
    filled = set()
    for table in BEHIND_THE_WALL:
        there = as_owner.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
        filled |= {table} if there and there[0] else set()
        assert rows_seen(table) == 0, table
    assert filled >= FILLED


def test_a_key_does_not_outlive_its_transaction(people: FourPeople):
    with transaction.atomic():
        open_for(people.clinician, people.patient)
        assert rows_seen("people_patient") == 1
    assert rows_seen("people_patient") == rows_seen("access_consent") == 0


def test_each_key_shows_its_own_patients_and_no_other(people: FourPeople):
    with transaction.atomic():
        second = people.clinic.patient(of=people.stranger)
    keys: list[tuple[Callable[[], object], set[object]]] = [
        (lambda: open_for(people.clinician, people.patient), {people.patient.patient_id}),
        (lambda: own_chart(people.patient), {people.patient.patient_id}),
        (lambda: my_patients(people.clinician), {people.patient.patient_id}),
        (lambda: my_patients(people.stranger), {second.patient_id}),
        (lambda: people.clinic.people(), set()),
        (lambda: given(open_list(people.clinic.officer, purpose="trail", at=AT)), set()),
        (lambda: open_job(people.clinic.id, purpose="due tasks", at=AT), {people.patient.patient_id, second.patient_id}),
    ]
    for make, seen in keys:
        with transaction.atomic():
            make()
            assert set(Patient.objects.values_list("id", flat=True)) == seen


def test_a_stranger_and_another_clinic_see_nothing_and_the_refusal_leaves_a_row(people: FourPeople):
    patient_id = people.patient.patient_id
    assert patient_id is not None
    with transaction.atomic():
        elsewhere = make_clinic(name="Hillside").clinician()
        outsiders = (people.stranger, people.pharmacist, people.clinic.officer, elsewhere)
    for who in outsiders:
        with transaction.atomic():
            open_for(people.clinician, people.patient)  # even with somebody else's key still in the transaction
            assert isinstance(open_chart(who, patient_id, purpose="care", at=AT), Refused)
            assert [rows_seen(t) for t in BEHIND_THE_WALL if t != "audit_trailrow"] == [0] * (len(BEHIND_THE_WALL) - 1)
    with transaction.atomic():
        given(open_list(people.clinic.officer, purpose="trail", at=AT))
        refused = TrailRow.objects.filter(outcome="refused", patient_id=patient_id)
        assert {row.by_id for row in refused} == {w.account_id for w in outsiders[:3]}
        assert {row.why for row in refused} == {"not-in-care-team"}


def test_a_patient_cannot_open_another_record_nor_their_own_as_care(people: FourPeople):
    with transaction.atomic():
        second = people.clinic.patient(of=people.clinician)
        assert second.patient_id and people.patient.patient_id
        assert isinstance(open_chart(people.patient, second.patient_id, purpose="own record", at=AT), Refused)
        assert isinstance(open_chart(people.patient, people.patient.patient_id, purpose="care", at=AT), Refused)


def test_nothing_can_be_written_into_another_record(people: FourPeople):
    with transaction.atomic():
        second = people.clinic.patient(of=people.stranger)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        open_for(people.clinician, people.patient)
        Patient(id=second.account_id, clinic_id=people.clinic.id, given="X", family="Y", time_zone="UTC", created_at=AT).save(
            force_insert=True
        )
    with transaction.atomic():
        open_for(people.clinician, people.patient)
        assert Patient.objects.filter(pk=second.patient_id).update(given="X") == 0


def test_the_trail_is_written_by_all_and_changed_by_nobody(people: FourPeople):
    for statement in ("UPDATE audit_trailrow SET deed = 'x'", "DELETE FROM audit_trailrow", "TRUNCATE audit_trailrow"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            given(open_list(people.clinic.officer, purpose="trail", at=AT))
            with connection.cursor() as cursor:
                cursor.execute(statement)


def test_a_setting_left_by_an_older_key_opens_nothing_for_the_next(people: FourPeople):
    with transaction.atomic():
        my_patients(people.clinician)
        assert rows_seen("people_patient") == 1
        people.clinic.people()
        assert rows_seen("people_patient") == 0
        my_patients(people.clinician)
        forget_key()
        assert rows_seen("people_patient") == 0


def test_a_connection_that_serves_again_has_forgotten_what_was_set_for_another(committed):
    with connection.cursor() as cursor:
        cursor.execute("SET serein.scope = 'job'")
    assert connection.is_usable()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nullif(current_setting('serein.scope', true), ''), current_setting('jit'), current_setting('timezone')"
        )
        assert cursor.fetchone() == (None, "off", "UTC")
    connection.connection.close()
    assert not connection.is_usable()
    connection.close()
