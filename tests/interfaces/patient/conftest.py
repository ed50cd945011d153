"""A patient at the door, signed in; posts carry the page's one-time token as a browser's do."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.interfaces.shell_people import enter
from tests.people import AT, FourPeople, four_people


def at():
    return AT


@dataclass
class Desk:
    """The patient's pages through Django's own test client."""

    client: Client
    people: FourPeople

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(f"/me/{path}")
        assert answer.status_code == status, answer.content.decode()[:2000]
        return answer.content.decode()

    def token(self, path: str) -> str:
        found = re.search(r'name="once" value="([^"]+)"', self.client.get(f"/me/{path}", follow=True).content.decode())
        assert found, path
        return unescape(found.group(1))

    def post(self, path: str, fields: dict[str, Any], *, page: str | None = None):
        return self.client.post(f"/me/{path}", {"once": self.token(page or path), **fields})


@pytest.fixture
def desk(db, client, settings) -> Desk:
    settings.SEREIN_CLOCK = "tests.interfaces.patient.conftest.at"
    people = four_people()
    return Desk(enter(client, people.patient, "password"), people)
