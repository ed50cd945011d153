"""A name that somebody searches for stands in no address, opens for nobody else, and is not searched for without end."""

import re
from datetime import timedelta
from html import unescape

import pytest

from serein.foundation.people.models import Rota
from serein.interfaces.web import costly
from serein.interfaces.web.doors import DOORS
from serein.interfaces.web.shell import clock
from tests.people import AT, FourPeople, four_people
from tests.web import client_of

pytestmark = pytest.mark.django_db
PATHS = ("/clinic/", "/clinic/rota/")


@pytest.fixture
def people(monkeypatch) -> FourPeople:
    monkeypatch.setattr(clock, "now", lambda: AT)
    found = four_people()
    for who in (found.clinician, found.stranger):
        hours = {"since": AT, "until": AT + timedelta(hours=2), "rights": []}
        Rota(clinic_id=who.clinic_id, account_id=who.account_id, made_by_id=who.account_id, made_at=AT, **hours).save()
    return found


def typed(page: str) -> str:
    """What stands in the field; somebody without patients has none."""
    found = re.search(r'name="name" type="search" value="([^"]*)"', page)
    return unescape(found[1]) if found else ""


@pytest.mark.parametrize("path", PATHS)
def test_a_name_leads_on_to_an_address_that_says_nothing_and_can_be_opened_again(people, path):
    client = client_of(people.clinician)
    answer = client.post(path, {"name": "  Torres "})
    there = answer["Location"]
    assert answer.status_code == 302 and there.startswith(f"{path}?find=") and "orres" not in there
    for _ in range(2):  # and back, and reloaded
        page = client.get(there).content.decode()
        assert typed(page) == "Torres" and "TORRES" in page
        assert "orres" not in "".join(re.findall(r'href="(\?[^"]*)"', page))
    assert client.post(path, {"name": "  "})["Location"] == path
    assert typed(client.get(client.post(path, {"name": "ü" * 500})["Location"]).content.decode()) == "ü" * 80


@pytest.mark.parametrize("path", PATHS)
def test_an_address_that_was_altered_or_is_somebody_elses_says_nothing(people, path):
    there = client_of(people.clinician).post(path, {"name": "Torres"})["Location"]
    assert typed(client_of(people.stranger).get(there).content.decode()) == ""
    client = client_of(people.clinician)
    for bad in (f"{there[:-4]}AAAA", f"{path}?find=x", f"{path}?find={'x' * 700}", f"{path}?find=ü", f"{path}?name=Torres"):
        assert typed(client.get(bad).content.decode()) == "", bad


def test_what_costs_much_is_slowed_for_the_one_who_asks_too_often_and_nobody_else(people, monkeypatch):
    few = costly.Cost("search", "names", "3/5m/user", costly.SENT, frozenset({"clinician:panel"}))
    monkeypatch.setattr(costly, "OF", {("clinician:panel", "POST"): few})
    client = client_of(people.clinician)
    answers = [client.post("/clinic/", {"name": f"A{n}"}).status_code for n in range(5)]
    assert answers == [302] * 3 + [429] * 2
    late = client.post("/clinic/", {"name": "B"}).content.decode()
    assert "Nothing was done. Wait five minutes" in late
    assert client.get("/clinic/").status_code == 200, "the page itself stays"
    assert client_of(people.stranger).post("/clinic/", {"name": "B"}).status_code == 302


def test_every_costly_address_is_an_address():
    named = {address for cost in costly.COSTS for address in cost.addresses}
    assert named <= set(DOORS) and len(named) == sum(len(c.addresses) for c in costly.COSTS), "each once"
