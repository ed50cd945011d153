"""What the other tests rely on: rolled back or dropped, a test leaves nothing to the next."""

import threading
import urllib.request
from urllib.error import HTTPError

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils.timezone import now


def leave_a_row() -> None:
    Session.objects.create(session_key="left-behind", session_data="", expire_date=now())


@pytest.mark.django_db
@pytest.mark.parametrize("time", [1, 2])
def test_what_one_test_writes_the_next_does_not_see(time):
    assert not Session.objects.exists()
    leave_a_row()


@pytest.mark.parametrize("time", [1, 2])
def test_committed_rows_are_seen_by_other_threads_and_gone_in_the_next_test(committed, time):
    assert not Session.objects.exists()
    leave_a_row()
    seen = []

    def look() -> None:
        seen.append(Session.objects.count())
        connection.close()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert seen == [1]


@pytest.mark.django_db
def test_the_app_role_may_not_change_the_schema():
    from django.db.utils import ProgrammingError

    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (id int)")


def test_the_owner_reaches_the_database_of_the_test(committed, as_owner):
    assert as_owner.info.dbname == committed
    assert isinstance(as_owner, psycopg.Connection)


def test_the_live_clinic_answers(live_clinic):
    try:
        status = urllib.request.urlopen(live_clinic.url + "/", timeout=20).status
    except HTTPError as answer:
        status = answer.code
    assert status < 500
