"""One PostgreSQL for a whole run of tests, made by the code that makes a clinic's.

The tests connect as `serein_app`, so the walls hold them as they hold Serein. Whoever needs more than that asks for `as_owner`.
"""

import os
import shutil
import socketserver
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler

import hypothesis
import psycopg
import pytest
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections

from serein.config.accounts import unprivileged_account
from serein.config.database import django_database
from serein.config.embedded import cluster_of, connections_of, provision
from serein.config.migrate import migrate
from serein.config.place import Place
from serein.config.postgres import Cluster
from tests.hazards import pytest_runtest_logreport, pytest_sessionfinish  # noqa: F401 - a hazard without a passing test fails the run
from tests.journeys.browser import browser, open_page, page  # noqa: F401 - fixtures for every test
from tests.planted import FUNCTIONS

TEMPLATE, ROLLED_BACK = "serein", "serein_rolled_back"
# Nothing here must outlive the run, so nothing is forced to the disk.
HASTE = (("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"))
numbers = count(1)
# Examples are judged by what they show, never by how long they take: the machine may be busy.
hypothesis.settings.register_profile("serein", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("serein")


def pytest_configure() -> None:
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["tests.hashing.QuickScrypt"]


def more_examples(item: pytest.Item, factor: int) -> None:
    """Multiply what the test itself asks of Hypothesis; its profile alone would not reach tests that name a number."""
    function = getattr(item, "obj", None)
    asked = getattr(function, "_hypothesis_internal_use_settings", None)
    if asked is not None:
        inner = getattr(function, "__func__", function)
        inner._hypothesis_internal_use_settings = hypothesis.settings(asked, max_examples=asked.max_examples * factor)


# The longest first, the shortest last: whoever is through takes from the end of the other's list, and both end within seconds of each other.
LONGEST = ("tests/journeys/test_walk.py", "tests/config/test_kills", "tests/config/test_up.py")
LONG = ("tests/matrix/", "tests/attacks/", "tests/generative/", "tests/journeys/", "tests/config/")


def when(item: pytest.Item) -> int:
    return 0 if item.nodeid.startswith(LONGEST) else 1 if item.nodeid.startswith(LONG) else 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=when)
    factor = int(os.environ.get("SEREIN_FACTOR", "1"))
    for item in items:
        if factor > 1:
            more_examples(item, factor)
        for mark in item.iter_markers("django_db"):
            if mark.kwargs.get("transaction"):
                raise pytest.UsageError(f"{item.nodeid}: ask for the fixture `committed`; the app role may not empty tables")


@dataclass(frozen=True)
class Installation:
    """The state folder and the running PostgreSQL of this run."""

    place: Place
    cluster: Cluster

    def administer(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(**self.cluster.connection(database=database), autocommit=True) as connection:
            connection.execute(statement)

    def connect(self, role: str, database: str) -> psycopg.Connection:
        return psycopg.connect(**connections_of(self.cluster, self.place, database)[role])


@pytest.fixture(scope="session")
def installation() -> Iterator[Installation]:
    """A migrated database called serein, which nobody uses but to copy it."""
    # In /tmp, because pytest's own folders are closed to the account that PostgreSQL runs as when root runs the tests.
    folder = Path(tempfile.mkdtemp(prefix="serein-tests-"))
    account = unprivileged_account(folder)
    place = Place(folder)
    # Whatever asks where the installation is gets this one, never the developer's own.
    os.environ["SEREIN_STATE"] = str(folder)
    place.make()
    cluster = cluster_of(place, account, HASTE)
    if account is not None:
        for path in (folder, place.logs, place.socket_folder()):
            os.chown(path, account.uid, account.gid)
    try:
        cluster.start()
        provision(cluster, place)
        migrate(place)
        yield Installation(place, cluster)
    finally:
        cluster.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def django_db_setup(installation: Installation) -> None:
    """In place of pytest-django's: the default connection becomes the app role on a copy of the template."""
    installation.administer(f"CREATE DATABASE {ROLLED_BACK} TEMPLATE {TEMPLATE} OWNER serein_owner")
    installation.administer(FUNCTIONS, ROLLED_BACK)
    point_django_at(installation, ROLLED_BACK)


def point_django_at(installation: Installation, database: str) -> None:
    connections["default"].close()
    settings = connections.databases["default"]
    settings.update(django_database(connections_of(installation.cluster, installation.place, database)["serein_app"]))
    # Threads that answered one request would hold sessions on a database that is to be dropped.
    settings["CONN_MAX_AGE"] = 0


@pytest.fixture
def at_the_tests_hour(settings) -> None:
    """The web lives at the instant of the usual people."""
    settings.SEREIN_CLOCK = "tests.people.clock"


@pytest.fixture
def own_database(installation: Installation) -> Iterator[str]:
    """A fresh copy of the migrated database for one test."""
    name = f"serein_{next(numbers)}"
    installation.administer(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER serein_owner")
    yield name
    installation.administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def committed(installation: Installation, django_db_setup: None, own_database: str, django_db_blocker) -> Iterator[str]:
    """For tests whose transactions must really commit, or that use threads: a database of their own, dropped afterwards."""
    point_django_at(installation, own_database)
    with django_db_blocker.unblock():
        yield own_database
        connections.close_all()
    point_django_at(installation, ROLLED_BACK)


@pytest.fixture
def as_owner(installation: Installation, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """psycopg connection of the owner to the database of this test (its own with `committed`, else the shared one).

    What is not committed is rolled back at the end.
    """
    name = request.getfixturevalue("committed") if "committed" in request.fixturenames else ROLLED_BACK
    request.getfixturevalue("django_db_setup")
    connection = installation.connect("serein_owner", name)
    yield connection
    connection.close()


class QuietHandler(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        return


@dataclass(frozen=True)
class LiveClinic:
    """A clinic that a browser can reach. `url` has no slash at its end; WebAuthn needs the name localhost."""

    url: str
    database: str


@pytest.fixture
def live_clinic(committed: str, settings) -> Iterator[LiveClinic]:
    """Serein's web in threads of this process, on a database of its own: the test and the browser see the same rows."""
    from serein.config.wsgi import application

    server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
    server.daemon_threads = True
    assert isinstance(server, socketserver.ThreadingMixIn)
    server.set_app(application)
    url = f"http://localhost:{server.server_port}"
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.BASE_URL = url
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield LiveClinic(url, committed)
    server.shutdown()
    server.server_close()
    thread.join(10)
