"""What each role of the database may and may not do."""

import psycopg
import pytest
from psycopg import errors

from serein.config.embedded import provision
from serein.config.guard import dangers
from serein.config.roles import SECRET_OF
from tests.people import AT, make_clinic

PEOPLE_TABLE, TRAIL = "people_patient", "audit_trailrow"


def attempt(installation, role: str, database: str, statement: str) -> object:
    """The first value of the answer, or the error that came instead."""
    with installation.connect(role, database) as connection:
        try:
            cursor = connection.execute(statement)
            row = cursor.fetchone() if cursor.description else None
        except psycopg.Error as error:
            connection.rollback()
            return type(error)
    return row[0] if row else None


@pytest.fixture
def clinic_with_a_patient(committed):
    from django.db import transaction

    with transaction.atomic():
        clinic = make_clinic(AT)
        clinic.patient(of=clinic.clinician())
    return committed


def test_backup_sees_every_row_and_changes_none(installation, clinic_with_a_patient):
    assert attempt(installation, "serein_backup", clinic_with_a_patient, f"SELECT count(*) FROM {PEOPLE_TABLE}") == 1
    for statement in (f"DELETE FROM {PEOPLE_TABLE}", f"UPDATE {PEOPLE_TABLE} SET given = ''", "CREATE TABLE mine (id int)"):
        assert attempt(installation, "serein_backup", clinic_with_a_patient, statement) is errors.InsufficientPrivilege


def test_the_audit_reader_reads_the_trail_and_nothing_else(installation, clinic_with_a_patient):
    assert attempt(installation, "serein_audit_reader", clinic_with_a_patient, f"SELECT count(*) > 0 FROM {TRAIL}") is True
    for statement in (f"SELECT * FROM {PEOPLE_TABLE}", f"DELETE FROM {TRAIL}", "SELECT * FROM django_session"):
        assert attempt(installation, "serein_audit_reader", clinic_with_a_patient, statement) is errors.InsufficientPrivilege


def test_stewardship_reaches_no_table(installation, own_database):
    granted = (
        "SELECT count(*), count(*) FILTER (WHERE has_table_privilege('serein_stewardship', c.oid, 'SELECT')) "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind IN ('r', 'p') AND nspname = 'public'"
    )
    with installation.connect("serein_owner", own_database) as owner:
        tables, readable = owner.execute(granted).fetchone()
    assert tables > 20
    assert readable == 0
    assert (
        attempt(installation, "serein_stewardship", own_database, "SELECT 1 FROM public.people_patient")
        is errors.InsufficientPrivilege
    )


def test_stewardship_reads_the_deidentified_views(installation, own_database):
    with installation.connect("serein_owner", own_database) as owner:
        owner.execute("CREATE VIEW deidentified.patients AS SELECT count(*) AS n FROM people_patient")
    assert attempt(installation, "serein_stewardship", own_database, "SELECT n FROM deidentified.patients") == 0


@pytest.mark.parametrize("statement", [f"UPDATE {TRAIL} SET deed = 'x'", f"DELETE FROM {TRAIL}", f"TRUNCATE {TRAIL}"])
def test_the_app_cannot_change_the_trail(installation, own_database, statement):
    assert attempt(installation, "serein_app", own_database, statement) is errors.InsufficientPrivilege


@pytest.mark.parametrize(
    "statement",
    ["CREATE TABLE mine (id int)", "SET ROLE serein_owner", "CREATE ROLE friend", f"ALTER TABLE {TRAIL} DISABLE TRIGGER ALL"],
)
def test_the_app_cannot_become_more_than_it_is(installation, own_database, statement):
    assert attempt(installation, "serein_app", own_database, statement) is errors.InsufficientPrivilege


def test_a_role_with_a_wrong_password_does_not_get_in(installation, own_database):
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**installation.cluster.connection("serein_app", own_database, "guessed"))


def test_provisioning_again_puts_right_what_was_made_dangerous(installation):
    with psycopg.connect(**installation.cluster.connection(), autocommit=True) as superuser:
        superuser.execute("ALTER ROLE serein_app SUPERUSER BYPASSRLS CREATEROLE; GRANT serein_owner TO serein_app")
    with installation.connect("serein_app", "serein") as connection:
        assert dangers(connection) != []
    provision(installation.cluster, installation.place)
    for role in SECRET_OF:
        with installation.connect(role, "serein") as connection:
            assert connection.execute("SELECT session_user").fetchone() == (role,)
    with installation.connect("serein_app", "serein") as connection:
        assert dangers(connection) == []
