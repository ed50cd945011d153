"""The authorisation matrix of the database alone: our own checks are off, each table is asked directly with whatever key a person gets.

Every walled table holds one row of the patient, invented column by column, because an empty table proves nothing.
"""

from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from psycopg import sql
from psycopg.types.json import Jsonb

from serein.foundation.people import wards
from serein.foundation.people.keys import Refused, open_chart, open_list
from serein.foundation.people.models import Account
from tests.people import AT, four_people
from tests.people import maria as new_patient

from .world import CHART_PURPOSES, LIST_PURPOSES, ROLES, Cell, World, everybody

COLUMNS = """
SELECT column_name, data_type, is_nullable = 'YES', character_maximum_length FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' AND column_default IS NULL
"""
# Invented rows need not mean anything; this database is thrown away.
NO_CHECKS = """
DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.t, c.conname);
    END LOOP;
END $$
"""
VALUES = {
    "uuid": uuid4, "text": lambda: uuid4().hex, "character varying": lambda: uuid4().hex, "jsonb": lambda: Jsonb({}), "boolean": lambda: False,
    "timestamp with time zone": lambda: AT, "date": AT.date, "numeric": lambda: 1, "smallint": lambda: 1, "integer": lambda: 1,
    "bigint": lambda: 1, "bytea": lambda: b"x",
}  # fmt: skip
# Columns with few allowed values, where "x" is none of them.
ALLOWED = {"state": "sent", "segment": "", "status": "taken"}


def fill(owner: psycopg.Connection, table: str, clinic: UUID, patient: UUID) -> None:
    """One row of that patient in `table`, whatever its columns mean. Foreign keys and triggers are off for this connection."""
    row: dict[str, object] = {}
    for name, kind, optional, longest in owner.execute(COLUMNS, [table]).fetchall():
        if name == "clinic_id":
            row[name] = clinic
        elif name == "patient_id":
            row[name] = patient
        elif not optional:
            value = ALLOWED[name] if name in ALLOWED else VALUES[kind]()
            row[name] = value[:longest] if isinstance(value, str) else value
    names = sql.SQL(", ").join(map(sql.Identifier, row))
    places = sql.SQL(", ").join(sql.Placeholder() * len(row))
    owner.execute(sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), names, places), list(row.values()))


@pytest.fixture
def world(committed, installation):
    with transaction.atomic():
        people = four_people()
        records = [
            people.clinic.patient(of=people.stranger, new=new_patient(given=f"Own{n}")).patient_id for n in range(len(ROLES))
        ]
        Account.objects.filter(patient_id__in=records).update(patient_id=None)
        found = everybody(people.clinic, people.patient, dict(zip(ROLES, records, strict=True)))
    with psycopg.connect(**installation.cluster.connection(database=committed), autocommit=True) as superuser:
        superuser.execute(NO_CHECKS)
        superuser.execute("SET session_replication_role = replica")
        for record in {c.patient_id for c in found.cells}:
            for table in wards.TABLES:
                if table != "people_patient":
                    fill(superuser, table, people.clinic.id, record)
    return found


def column(table: str) -> str:
    return "id" if table == "people_patient" else "patient_id"


def seen(patient: UUID) -> set[str]:
    """The tables that show a row of this patient now, in one question."""
    each = " UNION ALL ".join(
        f"SELECT '{t}' WHERE EXISTS (SELECT 1 FROM \"{t}\" WHERE {column(t)} = %(p)s)" for t in wards.TABLES
    )
    with connection.cursor() as cursor:
        cursor.execute(each, {"p": patient})
        return {name for (name,) in cursor.fetchall()}


def written(table: str, patient: UUID) -> bool | None:
    """Whether a row can be written back as it is; None where the app may change no row of this table, whoever asks."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'UPDATE "{table}" SET clinic_id = clinic_id WHERE {column(table)} = %s', [patient])
            return bool(cursor.rowcount)
    except DatabaseError as error:
        return False if "row-level security" in str(error) else None


WRITES = {
    "own": {"identity", "consent", "plan", "orders", "diary", "check-ins", "record", "team"}, "log": {"diary", "team"},
    "prepare": {"identity", "plan", "orders", "record", "team"}, "decide": {"identity", "plan", "orders", "record", "check-ins", "team"},
    "sign": {"plan", "orders", "prescriptions", "team"}, "note": {"record", "check-ins", "team"}, "export": {"team"}, "hand over": {"team"},
    "invite": {"identity", "team"}, "team": {"team"}, "keep": {"psychotherapy-notes"},
}  # fmt: skip


# Its rows here are of another author: nobody meets them.
AUTHORS_ALONE = "visits_psychotherapynote"


def sights(cell: Cell, purpose: str) -> tuple[frozenset[str], frozenset[str]]:
    opens = cell.opened_for(purpose)
    return (opens.sees, frozenset().union(*(WRITES[r] for r in opens.may))) if opens else (frozenset(), frozenset())


def test_every_table_with_every_chart_key(world: World):
    cells, wrong = 0, []
    for cell in world.people():
        for purpose in CHART_PURPOSES:
            sees, writes = sights(cell, purpose)
            with transaction.atomic():
                opens = not isinstance(open_chart(cell.who, cell.patient_id, purpose=purpose, at=AT), Refused)
                shown = {t for t, part in wards.TABLES.items() if opens and part in sees} - {AUTHORS_ALONE}
                cells += len(wards.TABLES)
                wrong += [(cell.role, cell.relation, purpose, t, "seen") for t in seen(cell.patient_id) ^ shown]
                for table in wards.TABLES if opens else ():
                    cells += 1
                    may_write = table in shown and wards.TABLES[table] in writes
                    if written(table, cell.patient_id) not in (None, may_write):
                        wrong.append((cell.role, cell.relation, purpose, table, "written"))
                transaction.set_rollback(True)
    assert wrong == []
    assert cells > 12_000


def listed(cell: Cell, purpose: str) -> set[str]:
    """The tables that show this patient in a list of that purpose."""
    mine = cell.role in ("clinician", "trainee") and cell.relation in ("care team", "lapsed")
    here = cell.relation not in ("other clinic", "revoked")
    return {
        "my patients": set(wards.TABLES) - {AUTHORS_ALONE} if mine else set(),
        "on the rota": {"people_patient"} if (cell.role, cell.relation) == ("clinician", "rota") else set(),
        "emergencies": {"access_emergencywords"} if cell.role == "compliance" and here else set(),
    }.get(purpose, set())


def test_every_table_with_every_list_key_and_with_none(world: World):
    wrong = []
    for cell in world.people():
        for purpose in LIST_PURPOSES:
            with transaction.atomic():
                open_list(cell.who, purpose=purpose, at=AT)
                wrong += [(cell.role, cell.relation, purpose, t) for t in seen(cell.patient_id) ^ listed(cell, purpose)]
    assert wrong == []
    assert seen(world.patient.patient_id) == set()


def test_the_walls_are_what_hides_the_rows(world: World, installation, committed):
    """The positive control: with one wall down, the same question finds what it should not."""
    stranger = next(c for c in world.people() if (c.role, c.relation) == ("clinician", "same clinic"))
    with installation.connect("serein_owner", committed) as owner:
        owner.execute("ALTER TABLE planning_plan DISABLE ROW LEVEL SECURITY")
    with transaction.atomic():
        open_chart(stranger.who, stranger.patient_id, purpose="care", at=AT)
        assert seen(stranger.patient_id) == {"planning_plan"}
