"""A clinic in the middle of its work, and its people at the door."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.test import Client

from serein.foundation.people.models import Licence
from serein.foundation.people.persons import Person
from tests.attacks.routes import Route
from tests.care.prescribed import ready_desk
from tests.web import client_of


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass
class World:
    """`known`: what stands in an address of this clinic, by the name of its place there."""

    known: dict[str, str]
    people: dict[str, Person]
    stranger: Person

    def client(self, role: str) -> Client:
        client = client_of(self.people[role])
        client.raise_request_exception = False
        return client

    def at_desk_of(self, route: Route) -> str:
        """Who has business at this address."""
        space = route.name.partition(":")[0]
        return {"clinician": "clinician", "compliance": "compliance", "pharmacist": "pharmacist"}.get(space, "patient")


def session_of(who: Person) -> str:
    """The cookie of somebody who is signed in with both factors."""
    return f"session={client_of(who).cookies['session'].value}"


def make_world() -> World:
    desk = ready_desk()
    people = desk.people
    licence = Licence.objects.get(practitioner=people.stranger.practitioner_id)
    known = {
        "patient_id": str(people.patient.patient_id), "plan_id": str(desk.plan_id), "draft_id": str(desk.draft_id),
        "account_id": str(people.stranger.account_id), "licence_id": str(licence.id), "what": "care", "about": "missed-doses", "key": "reasons",
    }  # fmt: skip
    who = {
        "clinician": people.clinician,
        "pharmacist": people.pharmacist,
        "patient": people.patient,
        "compliance": people.clinic.officer,
    }
    return World(known, who, people.stranger)
