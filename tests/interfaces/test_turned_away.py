"""A page that somebody may not open is refused, and compliance sees who tried; strangers write nothing, and nobody fills a disk."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import open_list
from serein.interfaces.web import costly
from serein.interfaces.web.shell import turned_away
from serein.interfaces.web.system import views as system
from tests.interfaces.test_compliance_pages import rows
from tests.people import AT, FourPeople, four_people, given, make_clinic
from tests.web import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_tests_hour")]


@pytest.fixture
def people() -> FourPeople:
    return four_people()


def kept(people: FourPeople) -> list[tuple[object, str, dict]]:
    given(open_list(people.clinic.officer, purpose="trail", at=AT))
    lines = TrailRow.objects.filter(deed="open_page", outcome="refused").order_by("id")
    return [(r.by_id, r.why, r.facts) for r in lines]


def test_a_page_of_another_role_is_refused_on_record_and_compliance_reads_it_in_words(people):
    for who, path, page in (
        (people.patient, "/compliance/trail/", "compliance:trail"), (people.pharmacist, "/clinic/", "clinician:panel"),
        (people.clinician, "/system/", "system:state"), (people.clinic.officer, "/me/", "patient:home"),
    ):  # fmt: skip
        assert client_of(who).get(path).status_code == 403
        assert kept(people)[-1] == (who.account_id, "not-your-role", {"page": page})
    assert len(kept(people)) == 4
    trail = rows(client_of(people.clinic.officer).get("/compliance/trail/?outcome=refused"))
    assert "was refused: to open the page system:state" in trail and "Reason: not-your-role" in trail
    elsewhere = rows(client_of(make_clinic(name="Hillside").officer).get("/compliance/trail/?outcome=refused"))
    assert "open the page" not in elsewhere


def test_what_was_typed_into_the_address_never_stands_in_the_row(people):
    client_of(people.patient).get("/compliance/trail/?by=Maria%20Torres&find=diazepam")
    client_of(people.patient).post("/compliance/invite/", {"name": "Maria Torres"})
    given(open_list(people.clinic.officer, purpose="trail", at=AT))
    written = repr([vars(r) for r in TrailRow.objects.filter(deed="open_page")])
    assert "compliance:invite" in written and "Torres" not in written and "diazepam" not in written


def test_a_stranger_and_an_open_page_leave_no_such_row(people):
    assert Client().get("/compliance/trail/").status_code == 302
    assert client_of(people.clinic.officer, second_factor=False).get("/compliance/trail/").status_code == 302
    assert client_of(people.clinic.officer).get("/compliance/trail/").status_code == 200
    assert client_of(people.clinic.officer).get("/nowhere/").status_code == 404
    assert kept(people) == []


def test_rows_of_one_account_end_and_the_last_says_so_while_the_page_stays_closed(people, monkeypatch):
    monkeypatch.setattr(turned_away, "MOST_ROWS", 3)
    monkeypatch.setattr(turned_away, "HOUR_SECONDS", 10**9)  # no hour ends in the middle of this test
    client = client_of(people.patient)
    assert [client.get("/system/").status_code for _ in range(6)] == [403] * 6
    assert [facts.get("more") for _, _, facts in kept(people)] == [None, None, "not kept within the hour"]
    client_of(people.pharmacist).get("/system/")  # whoever else tries is seen all the same
    assert len(kept(people)) == 4


def test_too_often_and_a_form_from_elsewhere_are_refusals_too(people, monkeypatch):
    few = costly.Cost("search", "names", "1/5m/user", costly.SENT, frozenset({"clinician:panel"}))
    monkeypatch.setattr(costly, "OF", {("clinician:panel", "POST"): few})
    client = client_of(people.clinician)
    assert [client.post("/clinic/", {"name": "A"}).status_code for _ in range(2)] == [302, 429]
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    assert strict.post("/clinic/rota/", {"name": "A"}).status_code == 403
    assert [why for _, why, _ in kept(people)] == ["too-often", "no-csrf-token"]
    assert Client(enforce_csrf_checks=True).post("/clinic/rota/", {"name": "A"}).status_code in (302, 403)
    assert len(kept(people)) == 2


def test_a_read_that_was_not_shown_is_kept_though_its_page_was_rolled_back(people, monkeypatch):
    def not_shown(*args: object, **kwargs: object) -> None:
        raise PermissionDenied

    administrator = people.clinic.staff("Root Admin", "administrator", AT - timedelta(hours=1))
    client = client_of(administrator)
    monkeypatch.setattr(system, "open_list", not_shown)
    assert client.get("/system/").status_code == 403
    assert [why for _, why, _ in kept(people)] == ["not-shown"]
