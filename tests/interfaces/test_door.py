"""Signing in, signing out and failing to: rows for compliance, and no hint for whoever tries."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import open_list
from tests.people import AT, PASSWORD, TestClinic, given, make_clinic

pytestmark = pytest.mark.django_db


def rows(clinic: TestClinic) -> list[tuple[str, str, str, object, object]]:
    given(open_list(clinic.officer, purpose="trail", at=AT))
    lines = TrailRow.objects.filter(deed__in=("sign_in", "sign_out")).order_by("id")
    return [(r.deed, r.outcome, r.why, r.by_id, r.subject_id) for r in lines]


def sign_in(client: Client, email: str, password: str):
    return client.post("/accounts/login/", {"login": email, "password": password})


def test_coming_and_going_are_rows():
    clinic, client = make_clinic(), Client()
    assert sign_in(client, clinic.officer.email, PASSWORD).status_code == 302
    client.post("/accounts/logout/")
    me = clinic.officer.account_id
    assert rows(clinic) == [("sign_in", "done", "", me, me), ("sign_out", "done", "", me, me)]
    assert TrailRow.objects.get(deed="sign_in", outcome="done").facts == {"shown": "password"}, "with what, too"


def test_a_failed_sign_in_is_a_row_and_looks_the_same_for_known_and_unknown_addresses():
    clinic = make_clinic()
    answers = []
    for address in (clinic.officer.email, "nobody@example.test"):
        response = sign_in(Client(), address, "wrong wrong wrong")
        body = response.content.decode().replace(address, "X")
        answers.append((response.status_code, "The e-mail address or the password is not right." in body, len(body)))
    assert answers[0][:2] == answers[1][:2] and answers[0][1] and abs(answers[0][2] - answers[1][2]) < 40
    assert rows(clinic) == [
        ("sign_in", "refused", "wrong-password", None, clinic.officer.account_id),
        ("sign_in", "refused", "unknown-address", None, None),
    ]


def test_where_clinics_share_a_server_an_unknown_address_is_as_much_work_as_a_known_one():
    """A row for known addresses alone could be measured."""
    first, second = make_clinic(), make_clinic(name="Hillside")
    work = []
    for address in (second.officer.email, "nobody@example.test"):
        with CaptureQueriesContext(connection) as asked:
            sign_in(Client(), address, "wrong wrong wrong")
        work.append([q["sql"].split()[0] for q in asked.captured_queries if "audit_trailrow" in q["sql"]])
    assert work[0] == work[1] == ["INSERT"]
    assert rows(first) == [("sign_in", "refused", "unknown-address", None, None)]
    given(open_list(second.officer, purpose="trail", at=AT))
    kept = TrailRow.objects.filter(deed="sign_in").values_list("clinic", "why")
    assert list(kept) == [(second.id, "wrong-password")], "each clinic reads its own rows"


@pytest.mark.parametrize("address", ["", "\x00@example.test", "\ud800", "a" * 5000 + "@example.test", "' OR 1=1 --"])
def test_a_hostile_address_breaks_nothing(address: str):
    make_clinic()
    assert sign_in(Client(), address.encode("utf-8", "surrogatepass").decode("latin-1"), "x").status_code < 500
