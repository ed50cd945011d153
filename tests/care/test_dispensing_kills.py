"""A server that dies in the middle: what was acknowledged is there, what was not is whole or not at all, and it can be done again."""

import os
import shutil
import signal
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction
from django.db.utils import InterfaceError, OperationalError

from serein.care.prescribing.actions import dispensing
from serein.care.prescribing.actions.dispensing import Dispensed
from serein.care.prescribing.models import Dispensing, Prescription, PrescriptionState
from serein.config.accounts import unprivileged_account
from serein.config.embedded import DATABASE, cluster_of, provision
from serein.config.migrate import migrate
from serein.config.place import Place
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import open_list
from tests import conftest

from .signed import AT, dispense_one, sign_one, small_clinic

WRITERS, CYCLES, EACH = 4, 6, 160


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.STATE = tmp_path


def state_of(place, one):
    """(state, dispensings, trail rows) of one prescription."""
    with transaction.atomic():
        place.slip(one, by=place.pharmacist)
        state, count = Prescription.objects.get(pk=one.id).state, Dispensing.objects.count()
        open_list(place.clinic.officer, purpose="trail", at=AT)
        return state, count, TrailRow.objects.filter(deed="dispense", outcome="done", subject_id=one.id).count()


OPEN, DONE = (PrescriptionState.SIGNED, 0, 0), (PrescriptionState.DISPENSED, 1, 1)


@pytest.mark.parametrize("moment", ["after the update", "after the row", "before the commit"])
def test_a_web_process_killed_before_the_commit_leaves_nothing(committed, moment):
    with transaction.atomic():
        place = small_clinic()
    one = sign_one(place)
    connection.close()
    child = os.fork()
    if child == 0:
        _die_while_dispensing(place, one, moment)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert state_of(place, one) == OPEN
    assert isinstance(dispense_one(place, one), Dispensed)
    assert state_of(place, one) == DONE


def _die_while_dispensing(place, one, moment):
    """In the child: kill -9 of ourselves at that point of the deed."""

    def die(*args, **kwargs):
        os.kill(os.getpid(), signal.SIGKILL)

    try:
        if moment == "after the update":
            dispensing._recorded = die
        elif moment == "after the row":
            dispensing.record = die
        with transaction.atomic():
            assert isinstance(dispense_one(place, one), Dispensed)
            die()
    finally:
        os._exit(3)


@pytest.fixture
def own_cluster(request, django_db_setup, django_db_blocker, installation):
    """A PostgreSQL of its own, which may be killed. Unless the test asks otherwise it forces every commit to the disk, as a clinic's does."""
    folder = Path(tempfile.mkdtemp(prefix="serein-kills-"))
    account, place = unprivileged_account(folder), Place(folder)
    place.make()
    cluster = cluster_of(place, account, getattr(request, "param", ()))
    if account is not None:
        for path in (folder, place.logs, place.socket_folder()):
            os.chown(path, account.uid, account.gid)
    try:
        cluster.start()
        provision(cluster, place)
        migrate(place)
        conftest.point_django_at(conftest.Installation(place, cluster), DATABASE)
        with django_db_blocker.unblock():
            yield cluster
            connection.close()
    finally:
        conftest.point_django_at(installation, conftest.ROLLED_BACK)
        cluster.stop()
        shutil.rmtree(folder)


def killed_while_writing(cluster, place, enough):
    """Writers dispense, `enough` acknowledgements later every process of PostgreSQL is killed, then it starts again.

    Returns the acknowledged prescriptions and what stands in the tables for each.
    """
    ones = [sign_one(place) for _ in range(EACH)]
    with psycopg.connect(**cluster.connection(), autocommit=True) as administrator:
        administrator.execute("CHECKPOINT")  # what was there before is not in question, also for the control
    told: list[object] = []
    writers = [threading.Thread(target=_write, args=(place, ones[n::WRITERS], told)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    while len(told) < enough:
        time.sleep(0.001)
    os.killpg(cluster.process.pid, signal.SIGKILL)
    for writer in writers:
        writer.join(60)
    connection.close()
    cluster.process.wait(10)
    cluster.start()
    assert enough <= len(told) < EACH, "the kill came after everything was done: nothing was tried"
    return told, {one.id: state_of(place, one) for one in ones}


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_killed_database_loses_no_dispensing_that_was_acknowledged(own_cluster):
    with transaction.atomic():
        place = small_clinic()
    for cycle in range(CYCLES):
        told, states = killed_while_writing(own_cluster, place, 20 + 15 * cycle)
        assert [one for one in told if states[one] != DONE] == []
        assert set(states.values()) <= {OPEN, DONE}


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("own_cluster", [(("synchronous_commit", "off"), ("wal_writer_delay", "10s"))], indirect=True)
def test_the_control_that_does_not_wait_for_the_disk_loses_some(own_cluster):
    with transaction.atomic():
        place = small_clinic()
    lost = 0
    for _ in range(3):
        told, states = killed_while_writing(own_cluster, place, 30)
        lost += sum(states[one] != DONE for one in told)
        assert set(states.values()) <= {OPEN, DONE}
    assert lost > 0


def _write(place, ones, told):
    try:
        for one in ones:
            if isinstance(dispense_one(place, one), Dispensed):
                told.append(one.id)
    except (OperationalError, InterfaceError):
        pass
    finally:
        connection.close()
