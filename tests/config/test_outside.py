"""DATABASE_URL in place of the embedded database: what works, and for every wrong combination a message that says what to give instead."""

import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from serein.config.accounts import unprivileged_account
from serein.config.database import django_database
from serein.config.embedded import cluster_of
from serein.config.guard import dangers
from serein.config.migrate import migrate
from serein.config.outside import DatabaseProblem, outside_connections, parameters
from serein.config.place import Place
from serein.config.roles import APP, OWNER, SECRET_OF
from serein.config.running import kept_for_serving

DATABASE, SECRET = "elsewhere", "a password with / and @"


@pytest.fixture(scope="module")
def server():
    """A PostgreSQL that an administrator runs, with one empty database per test."""
    folder = Path(tempfile.mkdtemp(prefix="serein-outside-"))
    account, place = unprivileged_account(folder), Place(folder)
    place.make()
    if account is not None:
        for path in (folder, place.logs, place.socket_folder()):
            os.chown(path, account.uid, account.gid)
    cluster = cluster_of(place, account, (("fsync", "off"),))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


class Administrator:
    """Makes what an operator's administrator would, and knows the addresses."""

    def __init__(self, server):
        self.server = server
        self.connection = psycopg.connect(**server.connection(), autocommit=True)

    def does(self, *statements: str) -> None:
        for statement in statements:
            self.connection.execute(statement)

    def url(self, role: str, database: str = DATABASE, password: str = SECRET) -> str:
        return f"postgresql://{role}:{quote(password, safe='')}@/{database}?host={quote(str(self.server.plan.socket), safe='')}"

    def clear(self) -> None:
        self.does(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        left = "SELECT rolname FROM pg_roles WHERE rolname <> 'postgres' AND rolname NOT LIKE 'pg\\_%'"
        names = [name for (name,) in self.connection.execute(left).fetchall()]
        for statement in ("DROP OWNED BY {}", "DROP ROLE {}"):
            self.does(*(statement.format(name) for name in names))


@pytest.fixture
def admin(server):
    found = Administrator(server)
    found.does(f"CREATE DATABASE {DATABASE}")
    yield found
    found.clear()
    found.connection.close()


@pytest.fixture
def place(tmp_path):
    found = Place(tmp_path)
    found.make()
    return found


def given_roles(admin: Administrator) -> dict[str, str]:
    """The two addresses of a server where an administrator made every role."""
    admin.does(*(f"CREATE ROLE {role} LOGIN PASSWORD '{SECRET}'" for role in SECRET_OF), "ALTER ROLE serein_backup BYPASSRLS")
    admin.does(f"ALTER DATABASE {DATABASE} OWNER TO {OWNER}")
    return {"DATABASE_URL": admin.url(APP), "SEREIN_OWNER_DATABASE_URL": admin.url(OWNER)}


def serves_behind_walls(place: Place, connections: dict[str, dict[str, str]]) -> None:
    place.write_connections(connections)
    place.secrets()
    migrate(place)
    with psycopg.connect(**connections[APP]) as connection:
        assert dangers(connection) == []
        assert connection.execute("SELECT count(*) FROM people_patient").fetchone() == (0,)
        assert connection.execute("SELECT session_user").fetchone() == (APP,)


def test_a_superuser_is_used_to_prepare_and_never_to_serve(admin, place):
    admin.does(f"CREATE ROLE boss SUPERUSER LOGIN PASSWORD '{SECRET}'")
    connections = outside_connections(place, {"DATABASE_URL": admin.url("boss")})
    assert set(connections) == set(SECRET_OF)
    serves_behind_walls(place, connections)
    assert outside_connections(place, {"DATABASE_URL": admin.url("boss")}) == connections


def test_a_role_that_may_create_roles_and_databases_and_owns_the_database_is_enough(admin, place):
    admin.does(
        f"CREATE ROLE steward CREATEROLE CREATEDB LOGIN PASSWORD '{SECRET}'", f"ALTER DATABASE {DATABASE} OWNER TO steward"
    )
    remarks: list[str] = []
    connections = outside_connections(place, {"DATABASE_URL": admin.url("steward")}, remarks.append)
    serves_behind_walls(place, connections)
    assert any("serein_backup has no BYPASSRLS" in remark for remark in remarks)
    assert outside_connections(place, {"DATABASE_URL": admin.url("steward")}) == connections


def test_two_given_roles_are_used_as_they_are(admin, place):
    addresses = given_roles(admin)
    connections = outside_connections(place, addresses)
    assert set(connections) == {APP, OWNER}
    serves_behind_walls(place, connections)


def test_an_address_reaches_django_whole(admin):
    from serein.config.outside import parameters

    address = admin.url(APP) + "&sslmode=disable&application_name=serein"
    found = django_database(parameters("DATABASE_URL", address))
    assert found["PASSWORD"] == SECRET
    assert (found["OPTIONS"]["sslmode"], found["OPTIONS"]["application_name"]) == ("disable", "serein")


WRONG = {
    "no address": (lambda a: {"DATABASE_URL": "mysql://x"}, "not an address of PostgreSQL"),
    "no role": (lambda a: {"DATABASE_URL": "postgresql:///elsewhere"}, "names no user"),
    "no database": (lambda a: {"DATABASE_URL": "postgresql://serein_app@localhost"}, "names no dbname"),
    "nobody there": (lambda a: {"DATABASE_URL": "postgresql://serein_app:x@/elsewhere?host=/nowhere"}, "DATABASE_URL: "),
    "wrong password": (
        lambda a: given_roles(a) | {"DATABASE_URL": a.url(APP, password="guess")},
        "password authentication failed",
    ),
    "no owner": (lambda a: {"DATABASE_URL": given_roles(a)["DATABASE_URL"]}, "SEREIN_OWNER_DATABASE_URL the role serein_owner"),
    "owner serves": (lambda a: {"DATABASE_URL": given_roles(a)["SEREIN_OWNER_DATABASE_URL"]}, "which migrates and never serves"),
    "same role twice": (
        lambda a: given_roles(a) | {"SEREIN_OWNER_DATABASE_URL": a.url(APP)},
        "signs in as serein_app; it must be",
    ),
    "two databases": (
        lambda a: given_roles(a) | {"SEREIN_OWNER_DATABASE_URL": a.url(OWNER, "other")},
        "lead to different databases",
    ),
    "not its owner": (
        lambda a: given_roles(a) | {"": a.does(f"ALTER DATABASE {DATABASE} OWNER TO postgres")},
        "must own the database",
    ),
    "a role is missing": (lambda a: given_roles(a) | {"": a.does("DROP ROLE serein_backup")}, "CREATE ROLE serein_backup"),
    "unknown role": (
        lambda a: {"": a.does(f"CREATE ROLE web LOGIN PASSWORD '{SECRET}'"), "DATABASE_URL": a.url("web")},
        "signs in as web, which may not create roles",
    ),
    "system database": (
        lambda a: {
            "": a.does(f"CREATE ROLE boss SUPERUSER LOGIN PASSWORD '{SECRET}'"),
            "DATABASE_URL": a.url("boss", "postgres"),
        },
        "the server's own database",
    ),
    "both may": (
        lambda a: (
            given_roles(a) | {"": a.does(f"CREATE ROLE boss SUPERUSER LOGIN PASSWORD '{SECRET}'"), "DATABASE_URL": a.url("boss")}
        ),
        "remove SEREIN_OWNER_DATABASE_URL",
    ),
    "creator without the database": (
        lambda a: {"": a.does(f"CREATE ROLE steward CREATEROLE LOGIN PASSWORD '{SECRET}'"), "DATABASE_URL": a.url("steward")},
        "Let it own the database elsewhere",
    ),
    "latin": (
        lambda a: {
            "": a.does("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0"),
            "1": a.does(f"CREATE ROLE boss SUPERUSER LOGIN PASSWORD '{SECRET}'"),
            "DATABASE_URL": a.url("boss", "latin"),
        },
        "encoded as LATIN1",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_combination_is_named_and_mended(admin, place, case):
    make, says = WRONG[case]
    admin.does("CREATE DATABASE other")
    try:
        with pytest.raises(DatabaseProblem) as problem:
            outside_connections(place, make(admin))
        assert says in str(problem.value)
        assert SECRET not in str(problem.value)
    finally:
        admin.does("DROP DATABASE other WITH (FORCE)", "DROP DATABASE IF EXISTS latin")


AFAR = "postgresql://serein_app:x@db.example/elsewhere"


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        (AFAR, False),
        (f"{AFAR}?sslmode=require", False),
        (f"{AFAR}?sslmode=verify-ca", False),
        (f"{AFAR}?sslmode=verify-full", True),
        ("postgresql://serein_app:x@localhost,db.example/elsewhere", False),
        ("postgresql://serein_app:x@/elsewhere?hostaddr=10.1.2.3", False),
        ("postgresql://serein_app:x@[::1]/elsewhere", True),
        ("postgresql://serein_app:x@127.0.0.1/elsewhere", True),
        ("postgresql://serein_app:x@/elsewhere?host=/run/postgresql", True),
        ("dbname=elsewhere user=serein_app", True),
    ],
)
def test_a_database_on_another_machine_must_show_who_it_is(url, taken, monkeypatch):
    monkeypatch.delenv("PGSSLMODE", raising=False)
    if taken:
        assert parameters("DATABASE_URL", url)["dbname"] == "elsewhere"
        return
    with pytest.raises(DatabaseProblem, match="sslmode=verify-full") as told:
        parameters("DATABASE_URL", url)
    assert "serein_app:x" not in str(told.value)
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert ("sslmode" in url) is (not _taken(url)), "libpq's own variable counts where the address says nothing"


def _taken(url: str) -> bool:
    try:
        return bool(parameters("DATABASE_URL", url))
    except DatabaseProblem:
        return False


def test_an_owners_address_that_the_operator_gave_is_not_left_in_a_file():
    both = {APP: {"user": APP}, OWNER: {"user": OWNER, "password": SECRET}}
    assert kept_for_serving(both, {"SEREIN_OWNER_DATABASE_URL": "postgresql://…"}) == {APP: both[APP]}
    assert kept_for_serving(both, {}) == both, "the embedded database's roles are ours to keep"


def test_secrets_that_a_restore_left_open_are_closed_before_anything_reads_them(tmp_path):
    place = Place(tmp_path / "state")
    place.make()
    place.secrets()
    place.write_connections({})
    (place.folder / "keys").mkdir()
    key = place.folder / "keys" / "one.pem"
    key.write_text("x")
    private = (place.folder / "secrets.json", place.connections_file, key)
    for path in private:
        path.chmod(0o664)
    place.folder.chmod(0o755)
    place.make()
    assert [path.stat().st_mode & 0o777 for path in (place.folder, *private)] == [0o700, 0o600, 0o600, 0o600]
