"""A database of the operator's own, in place of the embedded one: what DATABASE_URL and SEREIN_OWNER_DATABASE_URL may say."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psycopg
from psycopg.conninfo import conninfo_to_dict

from .place import Place
from .roles import APP, OWNER, SECRET_OF, give_database, grant, make_roles, role_exists

LEAST_VERSION, TESTED_VERSION = 15, 18
CHECKED = "verify-full"  # libpq: encrypted, by an authority that we trust, for the name that we asked for; nothing less says who answers
SYSTEM_DATABASES = ("postgres", "template0", "template1")


class DatabaseProblem(Exception):
    """The addresses given cannot be used; the message says which and what to give instead."""


@dataclass(frozen=True)
class Met:
    """What the server said about itself and about the role that signed in."""

    role: str
    database: str
    server: tuple[object, ...]
    may_create_roles: bool
    owns_database: bool


def parameters(name: str, url: str) -> dict[str, str]:
    """libpq parameters of an address. Raises DatabaseProblem without repeating the address: it holds a password."""
    try:
        found = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    except psycopg.ProgrammingError:
        raise DatabaseProblem(f"{name} is not an address of PostgreSQL: postgresql://role:password@host/database") from None
    missing = [key for key in ("user", "dbname") if not found.get(key)]
    if missing:
        raise DatabaseProblem(f"{name} names no {' and no '.join(missing)}: postgresql://role:password@host/database")
    afar = [host for host in found.get("host", found.get("hostaddr", "")).split(",") if not _is_here(host)]
    if afar and found.get("sslmode", os.environ.get("PGSSLMODE")) != CHECKED:
        raise DatabaseProblem(
            f"{name} leads to another machine ({', '.join(afar)}) without making sure who answers there: add sslmode={CHECKED} "
            "(and sslrootcert=… for a certificate of an authority of your own)"
        )
    return found


def _is_here(host: str) -> bool:
    """Whether what goes there never leaves this machine: a socket in a folder (the default too), or the loopback."""
    return host.startswith(("/", "@")) or host in ("", "localhost", "127.0.0.1", "::1")


def meet(name: str, given: Mapping[str, str]) -> Met:
    """Sign in and ask. Raises DatabaseProblem when the server cannot be reached or cannot carry Serein."""
    try:
        with psycopg.connect(**{"connect_timeout": "10", **given}) as connection:  # type: ignore[arg-type]
            row = connection.execute(
                "SELECT session_user, current_database(), pg_postmaster_start_time(), d.oid, r.rolsuper OR r.rolcreaterole, "
                "pg_get_userbyid(d.datdba) = session_user, current_setting('server_version_num')::int / 10000, pg_encoding_to_char(d.encoding) "
                "FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = session_user"
            ).fetchone()
    except psycopg.OperationalError as error:
        raise DatabaseProblem(f"{name}: {str(error).strip().splitlines()[-1]}") from None
    if row is None:
        raise DatabaseProblem(f"{name}: the server does not describe its own database")
    role, database, started, number, may_create, owns, version, encoding = row
    if version < LEAST_VERSION:
        raise DatabaseProblem(f"{name} leads to PostgreSQL {version}; Serein needs {LEAST_VERSION} or newer")
    if encoding != "UTF8":
        raise DatabaseProblem(f"{name}: the database {database} is encoded as {encoding}; make one with ENCODING 'UTF8'")
    if database in SYSTEM_DATABASES:
        raise DatabaseProblem(f"{name} names the server's own database {database}; make one for Serein: CREATE DATABASE serein")
    return Met(role, database, (started, number), may_create, owns)


def outside_connections(
    place: Place, environment: Mapping[str, str], tell: Callable[[str], None] = lambda line: None
) -> dict[str, dict[str, str]]:
    """Provision what may be provisioned; libpq parameters by role. Raises DatabaseProblem."""
    given = parameters("DATABASE_URL", environment["DATABASE_URL"])
    met = meet("DATABASE_URL", given)
    owner_url = environment.get("SEREIN_OWNER_DATABASE_URL", "")
    if met.may_create_roles:
        if owner_url:
            raise DatabaseProblem(
                f"DATABASE_URL's role {met.role} may create roles, so Serein makes {OWNER} itself: "
                f"remove SEREIN_OWNER_DATABASE_URL, or give DATABASE_URL the role {APP}"
            )
        return made_by(place, given, tell)
    if met.role == OWNER:
        raise DatabaseProblem(
            f"DATABASE_URL signs in as {OWNER}, which migrates and never serves: put it in SEREIN_OWNER_DATABASE_URL and give "
            f"DATABASE_URL the role {APP}"
        )
    if met.role != APP:
        raise DatabaseProblem(
            f"DATABASE_URL signs in as {met.role}, which may not create roles; give it the role {APP} "
            f"(with {OWNER} in SEREIN_OWNER_DATABASE_URL), or a role that may create roles"
        )
    return given_by_the_operator(given, met, owner_url)


def made_by(place: Place, given: dict[str, str], tell: Callable[[str], None]) -> dict[str, dict[str, str]]:
    """The roles are made with our own passwords; the address given is used for this alone."""
    secrets, database = place.secrets(), given["dbname"]
    try:
        with psycopg.connect(**given, autocommit=True) as connection:  # type: ignore[arg-type]
            for remark in make_roles(connection, secrets).remarks:
                tell(remark)
            give_database(connection, database)
    except psycopg.errors.InsufficientPrivilege as error:
        raise DatabaseProblem(
            f"DATABASE_URL's role {given['user']} may create roles, but not set Serein up: {str(error).strip().splitlines()[0]}. "
            f"Let it own the database {database} and have CREATEDB (handing a database over needs both), or use a superuser"
        ) from None
    connections = {role: given | {"user": role, "password": secrets[name]} for role, name in SECRET_OF.items()}
    meet(f"the role {OWNER} made through DATABASE_URL", connections[OWNER])
    with psycopg.connect(**connections[OWNER]) as connection:  # type: ignore[arg-type]
        grant(connection, database)
    return connections


def given_by_the_operator(given: dict[str, str], met: Met, owner_url: str) -> dict[str, dict[str, str]]:
    """Both roles were made by an administrator: checked, never altered."""
    if not owner_url:
        raise DatabaseProblem(
            f"DATABASE_URL signs in as {APP}, which may not migrate: give SEREIN_OWNER_DATABASE_URL the role {OWNER} of the same database"
        )
    owner = parameters("SEREIN_OWNER_DATABASE_URL", owner_url)
    owner_met = meet("SEREIN_OWNER_DATABASE_URL", owner)
    if owner_met.role != OWNER:
        raise DatabaseProblem(f"SEREIN_OWNER_DATABASE_URL signs in as {owner_met.role}; it must be {OWNER}")
    if owner_met.server != met.server:
        raise DatabaseProblem("DATABASE_URL and SEREIN_OWNER_DATABASE_URL lead to different databases")
    if not owner_met.owns_database:
        raise DatabaseProblem(f"{OWNER} must own the database: ALTER DATABASE {met.database} OWNER TO {OWNER}")
    with psycopg.connect(**owner) as connection:  # type: ignore[arg-type]
        missing = [role for role in SECRET_OF if not role_exists(connection, role)]
        if missing:
            raise DatabaseProblem(
                f"the server lacks roles that the walls name; let an administrator CREATE ROLE {', '.join(missing)}"
            )
        grant(connection, met.database)
    return {APP: given, OWNER: owner}
