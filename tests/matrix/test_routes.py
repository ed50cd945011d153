"""The authorisation matrix over HTTP: every address, looked at and posted to, by everybody in every relation."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from serein.foundation.people.keys import code_digest
from serein.foundation.people.models import Account, Slip
from serein.interfaces.web.doors import ANYBODY, DOORS, SIGNED_IN, Door
from tests.care.prescribed import ready_desk
from tests.people import maria as new_patient
from tests.web import client_of

from .test_record import should_open
from .world import CHART_PURPOSES, ROLES, Cell, World, everybody

CODE = "0123-4567-89AB-CDEF"
# Signing in and out is about the session itself; what it lets in is asked of every other address.
OF_ALLAUTH = ("account_", "mfa_")


@pytest.fixture
def world(db, settings):
    settings.SEREIN_CLOCK = "tests.people.clock"
    desk = ready_desk()
    people = desk.people
    records = [people.clinic.patient(of=people.stranger, new=new_patient(given=f"Own{n}")).patient_id for n in range(len(ROLES))]
    Account.objects.filter(patient_id__in=records).update(patient_id=None)
    slip = {"patient_id": people.patient.patient_id, "prescription_id": uuid4()}
    Slip(clinic_id=people.clinic.id, code_digest=code_digest(CODE), **slip).save(force_insert=True)
    return everybody(people.clinic, people.patient, dict(zip(ROLES, records, strict=True)))


def named(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from named(one, f"{space}{one.namespace}:" if one.namespace else space)
        elif one.name:
            yield space + one.name, one


ROUTES = [(name, p) for name, p in named(get_resolver()) if not name.startswith(OF_ALLAUTH)]


def path_of(name: str, pattern: URLPattern, cell: Cell) -> str:
    known = {"patient_id": cell.patient_id, "code": CODE, "token": "no-such-token", "day": "2026-11-23", "slot": "night"}
    converters = pattern.pattern.converters
    return reverse(name, kwargs={k: known.get(k, uuid4() if k.endswith("_id") else "other") for k in converters})


def let_in(answer: HttpResponseBase) -> bool:
    """Whether the page itself answered: not the sign-in page, not a refusal."""
    target = answer.headers.get("Location", "")
    to_the_door = answer.status_code == 302 and target.startswith(("/accounts/login/", "/second-step/"))
    return answer.status_code not in (401, 403) and not to_the_door


def should_let_in(door: Door, cell: Cell) -> bool:
    if ANYBODY in door.who:
        return True
    if cell.who is None or cell.relation == "revoked":
        return False
    if SIGNED_IN in door.who:
        return True
    if cell.role not in door.who:
        return False
    # A patient's pages are always about their own record, a list is chosen by the role, a prescription by its code.
    by_role = {"own record": cell.who.patient_id is not None, "dispense": True, "verdict": True, "": True}
    return by_role.get(door.purpose, door.purpose in should_open(cell))


def asks(cell: Cell) -> Client:
    return Client() if cell.who is None or cell.relation == "revoked" else client_of(cell.who)


# A relation to one record decides only where a chart is opened; elsewhere it is asked whether clinic and account do.
WITHOUT_A_RECORD = ("same clinic", "other clinic", "revoked")


def asked_of(cell: Cell) -> list[tuple[str, URLPattern]]:
    if cell.relation in WITHOUT_A_RECORD[: 1 if cell.who is None else 3] or cell.relation == "own":
        return ROUTES
    return (
        []
        if cell.who is None
        else [(n, p) for n, p in ROUTES if DOORS[n].purpose in CHART_PURPOSES and DOORS[n].purpose != "own record"]
    )


def test_every_address_by_everybody(world: World):
    cells, wrong = 0, []
    for cell in world.cells:
        client = asks(cell)
        for name, pattern in asked_of(cell):
            path = path_of(name, pattern, cell)
            for method in (client.get, client.post):
                cells += 1
                answer = method(path)
                assert answer.status_code < 500, (name, cell.role, cell.relation)
                if let_in(answer) != should_let_in(DOORS[name], cell):
                    wrong.append((cell.role, cell.relation, name, method.__name__, answer.status_code))
    assert sorted({(role, relation, name) for role, relation, name, _, _ in wrong}) == []
    assert cells > 12_000
