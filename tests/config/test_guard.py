"""Serein refuses to serve as a role that could pass the walls, and says why."""

import json
import os
import subprocess
import sys

import psycopg
import pytest

from serein.config.guard import DangerousRole, refuse_dangerous_role
from serein.config.place import PACKAGE, Place

DANGERS = [
    ("ALTER ROLE intruder SUPERUSER", "is a superuser"),
    ("ALTER ROLE intruder BYPASSRLS", "has BYPASSRLS"),
    ("ALTER ROLE intruder REPLICATION", "may replicate"),
    ("ALTER ROLE intruder CREATEROLE", "may create roles"),
    ("ALTER ROLE intruder CREATEDB", "may create databases"),
    ("GRANT serein_owner TO intruder", "serein_owner, which it may become, owns tables"),
    ("GRANT serein_owner TO intruder WITH INHERIT FALSE, SET TRUE", "serein_owner, which it may become, owns tables"),
    ("GRANT serein_backup TO intruder", "serein_backup, which it may become, has BYPASSRLS"),
    ("GRANT pg_read_all_data TO intruder", "reaches all data"),
    ("GRANT pg_execute_server_program TO intruder", "reaches all data, files or programs"),
    ("ALTER TABLE django_session OWNER TO intruder", "owns tables"),
    ("ALTER DATABASE {database} OWNER TO intruder", "owns the database"),
    ("GRANT SET ON PARAMETER session_replication_role TO intruder", "session_replication_role"),
]


@pytest.fixture
def intruder(installation, own_database):
    """A harmless role called intruder; call it with a statement that makes it dangerous, and it signs in."""
    superuser = psycopg.connect(**installation.cluster.connection(database=own_database), autocommit=True)
    superuser.execute(f"CREATE ROLE intruder LOGIN PASSWORD 'x'; GRANT CONNECT ON DATABASE {own_database} TO intruder")
    opened = []

    def sign_in(statement: str = "") -> psycopg.Connection:
        superuser.execute(statement.format(database=own_database) or "SELECT 1")
        opened.append(psycopg.connect(**installation.cluster.connection("intruder", own_database, "x")))
        return opened[-1]

    yield sign_in
    for connection in opened:
        connection.close()
    superuser.execute("REASSIGN OWNED BY intruder TO serein_owner; DROP OWNED BY intruder; DROP ROLE intruder")
    superuser.close()


def test_a_harmless_role_may_serve(intruder):
    refuse_dangerous_role(intruder())


@pytest.mark.parametrize(("statement", "why"), DANGERS)
def test_a_role_that_could_pass_the_walls_is_refused(intruder, statement, why):
    with pytest.raises(DangerousRole, match="does not serve as the database role intruder") as refused:
        refuse_dangerous_role(intruder(statement))
    assert why in str(refused.value)


@pytest.mark.parametrize("role", ["serein_owner", "serein_backup"])
def test_the_roles_that_never_serve_are_refused(installation, own_database, role):
    with installation.connect(role, own_database) as connection, pytest.raises(DangerousRole, match=role):
        refuse_dangerous_role(connection)


def test_a_superuser_that_hides_behind_set_role_is_refused(installation, own_database):
    with (
        psycopg.connect(**installation.cluster.connection(database=own_database), options="-c role=serein_app") as connection,
        pytest.raises(DangerousRole, match="postgres is a superuser"),
    ):
        assert connection.execute("SELECT current_user").fetchone() == ("serein_app",)
        refuse_dangerous_role(connection)


@pytest.mark.parametrize(("user", "served"), [("serein_app", True), ("postgres", False)])
@pytest.mark.parametrize("module", ["serein.config.wsgi", "serein.config.worker"])
def test_web_and_worker_ask_before_they_serve(installation, own_database, tmp_path, module, user, served):
    secrets = installation.place.secrets()
    password = secrets["app"] if served else secrets["superuser"]
    place = Place(tmp_path)
    place.write_connections({"serein_app": installation.cluster.connection(user, own_database, password)})
    (tmp_path / "secrets.json").write_text(json.dumps(secrets))
    code = {
        "serein.config.wsgi": "import serein.config.wsgi",
        "serein.config.worker": "from serein.config.worker import main; main()",
    }
    if module.endswith("worker"):
        # Only the question before serving is asked here; the worker itself would run on.
        code[module] = "import django.core.management as m; m.call_command = lambda *a: None; " + code[module]
    environment = os.environ | {"SEREIN_STATE": str(tmp_path), "PYTHONPATH": str(PACKAGE.parent)}
    environment["DJANGO_SETTINGS_MODULE"] = "serein.config.settings"
    done = subprocess.run([sys.executable, "-c", code[module]], env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == served, done.stderr
    assert ("is a superuser" in done.stderr) != served
