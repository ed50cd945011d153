"""The second wall stands around every table of a patient, in the database as it was really migrated."""

import psycopg
import pytest
from django.db import connection, transaction

from serein.foundation.people.models import Patient
from tests.people import AT, make_clinic, open_for

from .walls import BEFORE_THE_WALL, gaps, patient_tables

ONCE = "(SELECT nullif(current_setting('serein.patient', true), ''))::uuid"
GOOD = "id uuid PRIMARY KEY, clinic_id uuid NOT NULL, patient_id uuid NOT NULL"


@pytest.mark.django_db
def test_every_patient_table_is_walled(as_owner):
    assert gaps(as_owner) == []
    assert len(patient_tables(as_owner)) > len(BEFORE_THE_WALL) + 5


@pytest.mark.django_db
def test_what_stands_before_the_wall_is_still_there(as_owner):
    assert set(BEFORE_THE_WALL) <= set(patient_tables(as_owner))


@pytest.mark.parametrize(
    ("columns", "then", "missing"),
    [
        (GOOD, f"ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY wall ON t USING (patient_id = {ONCE})", None),
        (GOOD, "", "row-level security is off"),
        (GOOD, "ALTER TABLE t ENABLE ROW LEVEL SECURITY", "no policy that reads the key's settings"),
        (
            GOOD,
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY wall ON t USING (true)",
            "no policy that reads the key's settings",
        ),
        (
            GOOD,
            f"ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE POLICY wall ON t USING (patient_id = {ONCE})",
            "FORCE would blind the owner's migrations",
        ),
        (
            GOOD,
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY wall ON t USING (patient_id = current_setting('serein.patient')::uuid)",
            "a setting is read once per row",
        ),
        ("id bigint PRIMARY KEY, clinic_id uuid NOT NULL, patient_id uuid", "", "no uuid key"),
        ("id uuid PRIMARY KEY, patient_id uuid", "", "no clinic"),
    ],
)
@pytest.mark.django_db
def test_a_gap_is_found(as_owner, columns, then, missing):
    as_owner.execute(f"CREATE TABLE t ({columns}); {then}")
    assert (gaps(as_owner) == []) if missing is None else (f"t: {missing}" in gaps(as_owner))


@pytest.mark.django_db
def test_a_table_made_by_the_superuser_is_found(installation, as_owner):
    superuser = psycopg.connect(**installation.cluster.connection(database=as_owner.info.dbname))
    superuser.execute(f"CREATE TABLE t ({GOOD})")
    assert "t: owned by postgres" in gaps(superuser)
    superuser.close()


def rows_seen(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def test_without_a_key_no_table_shows_a_row(committed, as_owner):
    with transaction.atomic():
        clinic = make_clinic(AT)
        clinician = clinic.clinician()
        patient = clinic.patient(of=clinician)
    walled = [t for t in patient_tables(as_owner) if t not in BEFORE_THE_WALL]
    filled = [t for t in walled if as_owner.execute(f"SELECT count(*) FROM {t}").fetchone() != (0,)]
    assert {"people_patient", "audit_trailrow"} <= set(filled)
    assert {t: rows_seen(t) for t in walled} == dict.fromkeys(walled, 0)
    # The same question with a key has an answer, so it was the wall that hid the rows.
    with transaction.atomic():
        open_for(clinician, patient, AT)
        assert Patient.objects.count() == 1
    assert {t: rows_seen(t) for t in walled} == dict.fromkeys(walled, 0)
