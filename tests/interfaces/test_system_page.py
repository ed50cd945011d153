"""The administrator's page: how the system runs, without a record; and no other page for that role."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.urls import reverse

from serein.foundation.outbox.models import Letter
from serein.foundation.outbox.reads import letters_in_wait
from serein.foundation.people.keys import Refused, open_list
from serein.interfaces.web.doors import ANYBODY, DOORS, SIGNED_IN
from serein.interfaces.web.system import machine
from serein.interfaces.web.system.words import age_words, size_words
from tests.interfaces.test_compliance_pages import text
from tests.matrix.addresses import ROUTES
from tests.people import AT, FourPeople, four_people, given, open_for
from tests.web import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_tests_hour")]


@pytest.fixture
def people() -> FourPeople:
    return four_people()


def administrator(people: FourPeople):
    return people.clinic.staff("Root Admin", "administrator")


def test_the_page_says_how_the_system_runs_and_nothing_of_a_patient(people):
    page = client_of(administrator(people)).get("/system/")
    says = text(page)
    assert page.status_code == 200
    for words in (
        "none missing",
        "never seen",
        "of",
        "Ada Okafor",
        "Clinician",
        "Pharmacist",
        "files confirmed by a licensed human",
    ):
        assert words in says, words
    content = page.content.decode()
    for secret in ("Maria", "Torres", people.patient.email, str(people.patient.patient_id), str(people.patient.account_id)):
        assert secret not in content
    for who in (people.clinician, people.pharmacist, people.patient, people.clinic.officer):
        assert client_of(who).get("/system/").status_code == 403
    assert client_of(administrator(people), second_factor=False).get("/system/")["Location"] == "/second-step/"


def test_an_administrator_opens_nothing_else(people):
    """Every address that a role is asked for, with ids of the clinic's own patient."""
    client, refused = client_of(administrator(people)), 0
    ids = {"patient_id": people.patient.patient_id, "account_id": people.clinician.account_id}
    for name, pattern in ROUTES:
        door = DOORS[name]
        if door.who & {ANYBODY, SIGNED_IN} or "administrator" in door.who:
            continue
        words = {k: ids.get(k, uuid4() if k.endswith("_id") else "care") for k in pattern.pattern.converters}
        path = reverse(name, kwargs={**words, **({"day": "2026-11-23"} if "day" in words else {})})
        assert client.get(path).status_code in (403, 405), name
        refused += 1
    assert refused > 80
    for purpose in ("my patients", "people and licences", "trail", "emergencies", "on the rota", "patients affected"):
        assert isinstance(open_list(administrator(people), purpose=purpose, at=AT), Refused)


def test_letters_are_counted_and_not_read(people):
    open_for(people.clinician, people.patient)
    by = {"clinic_id": people.clinic.id, "patient_id": people.patient.patient_id, "kind": "x", "to": "a@b.test", "body": {}}
    Letter(**by, written_at=AT - timedelta(hours=3), attempts=12).save(force_insert=True)
    Letter(**by, written_at=AT - timedelta(hours=2)).save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT waiting FROM outbox_counts()")
        assert cursor.fetchone() == (0,), "only a key for the system is told"
    counted = letters_in_wait(given(open_list(administrator(people), purpose="the system", at=AT)))
    assert counted.given_up == 1 and counted.waiting >= 1
    assert not Letter.objects.exists()


def test_what_is_wrong_stands_at_the_top(people, monkeypatch):
    client = client_of(administrator(people))
    assert "The worker is silent" in text(client.get("/system/"))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert "Nothing needs you now" in text(client.get("/system/"))
    stuck = machine.Waiting("empty_outbox", 3, 0, 1, machine.STUCK_SECONDS + 1)
    monkeypatch.setattr(machine, "queue", lambda: (stuck,))
    monkeypatch.setattr(machine, "disk", lambda _: machine.Disk(100, 9, 5))
    monkeypatch.setattr(machine, "migrations", lambda: (7, ("visits.0009_x",)))
    says = text(client.get("/system/"))
    for words in ("Jobs wait longer", "Less than a tenth", "missing in the database: 1", "visits.0009_x", "10 minutes"):
        assert words in says, words


def test_jobs_are_counted_by_kind(people):
    with connection.cursor() as cursor:
        for status in ("todo", "todo", "failed"):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status) VALUES ('default', 'due_tasks', '{}', %s)",
                [status],
            )
    (due,) = [w for w in machine.queue() if w.name == "due_tasks"]
    assert (due.todo, due.doing, due.failed, due.stuck) == (2, 0, 1, False)


def test_the_newest_file_among_the_backups(tmp_path: Path):
    assert machine.newest_backup(tmp_path) is None
    (tmp_path / "backups").mkdir()
    for name, size in (("old", 3), ("new", 5)):
        (tmp_path / "backups" / name).write_bytes(b"x" * size)
    found = machine.newest_backup(tmp_path)
    assert found is not None and found.size_bytes in (3, 5)


def test_words_of_ages_and_sizes():
    assert [age_words(s) for s in (0.4, 1, 61, 7_200, 90_000)] == ["0 seconds", "1 second", "1 minute", "2 hours", "1 day"]
    assert [size_words(n) for n in (12, 1_500, 2_500_000, 3_200_000_000, 5 * 10**12)] == [
        "12 B",
        "2 kB",
        "2.5 MB",
        "3.2 GB",
        "5.0 TB",
    ]
