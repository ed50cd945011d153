"""Who asks for what in `bench.web`: signed-in clients, the pages they read, and the signature."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import psycopg
from django.db import connections

from serein.config.embedded import cluster_of, connections_of
from serein.config.place import Place
from serein.foundation.people.persons import Person
from tests.asking import Client, plain
from tests.care.devices import code_at
from tests.config.running import Up
from tests.people import PASSWORD
from tests.web import client_of

from .population import Population, Signer


@dataclass
class Scenes:
    up: Up
    people: Population
    used: int = 0
    ready: dict[int, Signer] = field(default_factory=dict)

    def client(self, who: Person | None) -> Client:
        cookies = {k: v.value for k, v in client_of(who).cookies.items()} if who else {}
        return Client(self.up.port, cookies)

    def clients(self, who: Person | None, n: int) -> list[Client]:
        return [self.client(who) for _ in range(n)]

    def patients(self, n: int) -> list[Client]:
        """Patients whose plan is agreed, each of them once in a run."""
        agreed = self.people.patients[::4]
        found = agreed[self.used : self.used + n]
        self.used += n
        return [self.client(who) for who in found]

    @contextmanager
    def without_walls(self) -> Iterator[int]:
        """The database compares no row with the key while this lasts; says of how many tables. The application's own checks go on."""
        place = Place(self.up.state)
        owner = connections_of(cluster_of(place), place)["serein_owner"]
        with psycopg.connect(**owner, autocommit=True) as connection:
            found = connection.execute(
                "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity AND relkind = 'r'"
            ).fetchall()
            tables = [name for (name,) in found]
            try:
                for name in tables:
                    connection.execute(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY")
                yield len(tables)
            finally:
                for name in tables:
                    connection.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")

    def pages(self) -> Iterator[tuple[str, str, Person | None]]:
        ada, first = self.people.clinician, self.people.patients[0]
        yield "static file (the limit)", self.static_file(), None
        yield "first page", "/accounts/login/", None
        yield f"panel of {len(self.people.patients)}", "/clinic/", ada
        yield "chart", f"/clinic/patients/{first.patient_id}/", ada
        yield "watch page with plot", f"/clinic/patients/{first.patient_id}/watch/", ada
        yield "patient's home", "/me/", first

    def static_file(self) -> str:
        _, text = Client(self.up.port).send("GET", "/accounts/login/")
        found = re.search(r'href="(/static/[^"]+\.css)"', text)
        assert found is not None, "the sign-in page names no style sheet"
        return found[1]

    def signing(self, n: int) -> list[Client]:
        waiting = self.people.signers[len(self.ready) : len(self.ready) + n]
        clients = [self.client(signer.who) for signer in waiting]
        self.ready |= {id(client): signer for client, signer in zip(clients, waiting, strict=True)}
        self._kept = clients  # an id may not be given to a second client
        return clients

    def sign(self, client: Client, done: Callable[[float], None]) -> None:
        signer = self.ready[id(client)]
        path = f"/clinic/patients/{signer.patient_id}/drafts/{signer.draft_id}/sign/"
        form = client.form(path)
        at = datetime.now(UTC) + timedelta(seconds=float(Place(self.up.state).note("clock") or 0))
        fields = form.filled(password=PASSWORD, second_factor=code_at(signer.who, at))
        connections.close_all()  # each client is a thread, and a thread that keeps its connection leaves none for the others
        began = time.perf_counter()
        status, text = client.send("POST", form.action, fields)
        if status != 302:
            raise SystemExit(f"{path} answered {status}: {plain(text)}")
        done((time.perf_counter() - began) * 1000)
