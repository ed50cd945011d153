"""The authorisation matrix at the door: addresses, asked for and posted to by everybody in every relation, against the permission table.

Two things are compared cell by cell: whether the page answered, and whether a key was made: who is refused must not have opened anything.
"""

from collections.abc import Iterable, Iterator
from uuid import uuid4

import pytest
from django.core import signing
from django.core.handlers.wsgi import WSGIHandler
from django.db import transaction
from django.http import HttpResponseBase
from django.template.backends.django import Template
from django.test import RequestFactory
from django.urls import URLPattern, reverse

from serein.foundation.people import deeds, keys
from serein.interfaces.web.clinician.offered import PAGES
from serein.interfaces.web.doors import ANYBODY, DOORS, SIGNED_IN
from serein.interfaces.web.shell import once
from tests.web import client_of

from .addresses import ROUTES
from .by_keys import Compared, Wrong, should_open
from .world import Cell

Routes = list[tuple[str, URLPattern]]
# The purposes of keys to one record, and those that are chosen by the role alone, whatever the record.
OF_A_RECORD = ("care", "handover", "caregiving")
BY_ROLE = ("", "verdict", "find for an emergency", "invite patient", "import record")
# Posts that the deed itself refuses for what is made up in them: here only that whoever should not gets no key.
REFUSED_BY_THE_DEED = (
    "clinician:emergency_close", "clinician:prescribe", "helping:accept", "patient:again", "patient:keep", "patient:undo",
)  # fmt: skip
# A relation to one record is asked about only where a record is opened; whoever has no relation is asked everything.
EVERYWHERE = ("same clinic", "revoked")


def should_get_a_key(name: str, cell: Cell) -> bool:
    door = DOORS[name]
    if ANYBODY in door.who:
        return True
    if cell.who is None or cell.relation == "revoked":
        return False
    if SIGNED_IN not in door.who and cell.role not in door.who:
        return False
    if door.purpose == "care":
        return cell.opens is not None and cell.opens.purpose in ("care", "emergency")
    if door.purpose == "own record":
        return cell.who.patient_id is not None
    if door.purpose == "dispense":  # the code was presented; another clinic's opens nothing
        return cell.relation != "other clinic" or name == "pharmacist:enter"
    return door.purpose in BY_ROLE or door.purpose in should_open(cell)


def should_let_in(name: str, cell: Cell) -> bool:
    """A page that is there for a deed opens only with a key that may do it."""
    page = name.removeprefix("clinician:")
    allowed = page not in PAGES or (cell.opens is not None and deeds.RIGHTS[PAGES[page]] in cell.opens.may)
    return should_get_a_key(name, cell) and (allowed or not name.startswith("clinician:"))


def let_in(name: str, answer: HttpResponseBase) -> bool:
    """Whether the page itself answered: not the sign-in page, not a refusal, not the pharmacist's "nobody knows this code"."""
    target = answer.headers.get("Location", "")
    to_the_door = answer.status_code == 302 and target.startswith(("/accounts/login/", "/second-step/"))
    unknown = name.startswith("pharmacist:") and answer.status_code == 404
    return answer.status_code not in (401, 403) and not to_the_door and not unknown


def asked_of(cell: Cell, routes: Routes) -> Iterator[tuple[str, URLPattern, str]]:
    """Name, pattern and method. Posts where they could do most: by whoever has a relation, and by a colleague without one."""
    if cell.who is None and cell.relation != "same clinic":
        return
    for name, pattern in routes:
        purpose = DOORS[name].purpose
        if cell.relation in EVERYWHERE or purpose in OF_A_RECORD or (cell.relation == "own" and purpose == "own record"):
            yield name, pattern, "GET"
            if cell.relation == "same clinic" or cell.opens is not None:
                yield name, pattern, "POST"


class Asker:
    """Through the product's own middleware, with a session as sign-in leaves it and a fresh page's token; nothing that it does stays."""

    def __init__(self, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
        self.handler, self.factory, self.code, self.opened = WSGIHandler(), RequestFactory(), code, list[str]()
        really = keys._set_wall

        def noting(scope: str, *args: object, **more: object) -> None:
            self.opened.append(scope)
            really(scope, *args, **more)

        monkeypatch.setattr(keys, "_set_wall", noting)
        # Who is let in is asked here; how the page looks is asked elsewhere, and would cost four times as much.
        monkeypatch.setattr(Template, "render", lambda *_, **__: "")

    def path(self, name: str, pattern: URLPattern, cell: Cell) -> str:
        known = {"patient_id": cell.patient_id, "code": self.code, "token": "no-such-token", "day": "2026-11-23", "slot": "night"}
        converters = pattern.pattern.converters
        return reverse(name, kwargs={k: known.get(k, uuid4() if k.endswith("_id") else "other") for k in converters})

    def ask(self, method: str, path: str, cell: Cell, session: str) -> HttpResponseBase:
        self.opened.clear()
        token = signing.dumps([uuid4().hex, str(cell.who.account_id) if cell.who else ""], salt=once.SALT)
        request = self.factory.generic(
            method, path, f"once={token}" if method == "POST" else "", "application/x-www-form-urlencoded", HTTP_COOKIE=session
        )
        request._dont_enforce_csrf_checks = True
        with transaction.atomic():  # what one post does (say that a token is lost) must not be the reason for the next answer
            answer = self.handler.get_response(request)
            transaction.set_rollback(True)
        return answer

    def keys_made(self) -> list[str]:
        return [scope for scope in self.opened if scope != "door"]


def addresses(cells: Iterable[Cell], asker: Asker, routes: Routes = ROUTES) -> Compared:
    """Whether the page answered, and whether a key was made although it should not have been."""
    asked, wrong = 0, list[Wrong]()
    for cell in cells:
        session = f"session={client_of(cell.who).cookies['session'].value}" if cell.who else ""
        for name, pattern, method in asked_of(cell, routes):
            asked += 1
            answer = asker.ask(method, asker.path(name, pattern, cell), cell, session)
            assert answer.status_code < 500, (name, method, cell.role, cell.relation)
            by_the_deed = method == "POST" and name in REFUSED_BY_THE_DEED
            opened = asker.keys_made() and not should_get_a_key(name, cell)
            if opened or (let_in(name, answer) != should_let_in(name, cell) and not by_the_deed):
                wrong.append((cell.role, cell.relation, f"{method} {answer.status_code}", name))
    return asked, wrong
