"""The roles of the database, made again on every change without harm: who owns, who serves, who may only look.

Row-level security is the second wall around a patient. It binds neither a superuser, nor a role with BYPASSRLS, nor the owner of
a table, so the role that serves is none of these. Walls are not FORCEd: migrations run as the owner and must see every row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

OWNER, APP, AUDIT_READER, BACKUP, STEWARDSHIP = (
    "serein_owner",
    "serein_app",
    "serein_audit_reader",
    "serein_backup",
    "serein_stewardship",
)
SECRET_OF = {OWNER: "owner", APP: "app", AUDIT_READER: "audit_reader", BACKUP: "backup", STEWARDSHIP: "stewardship"}
HARMLESS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT"
VIEWS_SCHEMA = "deidentified"


@dataclass(frozen=True)
class Provisioned:
    """What provisioning could not do, in words for the operator."""

    remarks: tuple[str, ...] = ()


def role_exists(connection: psycopg.Connection, role: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is not None


def make_role(connection: psycopg.Connection, role: str, password: str) -> str | None:
    """Create or put right one role. Returns a remark when BYPASSRLS could not be given."""
    verb = "ALTER" if role_exists(connection, role) else "CREATE"
    # ALTER by a role that is no superuser may not even name these attributes, so only CREATE spells them out there.
    am_superuser = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,)
    attributes = HARMLESS if verb == "CREATE" or am_superuser else "LOGIN"
    statement = sql.SQL("{verb} ROLE {role} {attributes} PASSWORD {password}").format(
        verb=sql.SQL(verb), role=sql.Identifier(role), attributes=sql.SQL(attributes), password=sql.Literal(password)
    )
    connection.execute(statement)
    bypass = sql.SQL("BYPASSRLS" if role == BACKUP else "NOBYPASSRLS")
    try:
        with connection.transaction():
            connection.execute(sql.SQL("ALTER ROLE {} {}").format(sql.Identifier(role), bypass))
    except psycopg.errors.InsufficientPrivilege:
        if role == BACKUP:
            return f"{BACKUP} has no BYPASSRLS, so its backups would be empty: let an administrator run ALTER ROLE {BACKUP} BYPASSRLS"
    return None


def make_roles(connection: psycopg.Connection, secrets: Mapping[str, str]) -> Provisioned:
    """Every role with its password and nothing that could pass the walls. `connection` may create roles."""
    remarks = [make_role(connection, role, secrets[name]) for role, name in SECRET_OF.items()]
    for role in (APP, AUDIT_READER, BACKUP, STEWARDSHIP):
        member = "SELECT 1 FROM pg_auth_members WHERE roleid = %s::regrole AND member = %s::regrole"
        if connection.execute(member, [OWNER, role]).fetchone():
            connection.execute(sql.SQL("REVOKE {} FROM {}").format(sql.Identifier(OWNER), sql.Identifier(role)))
    return Provisioned(tuple(r for r in remarks if r))


def give_database(connection: psycopg.Connection, database: str) -> None:
    """Create `database` for the owner, or hand an existing one over. `connection` may create roles and databases."""
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    # From PostgreSQL 16 on, whoever makes a role may administer it but not become it, and only who may become it may give to it.
    if connection.info.server_version >= 160000:
        may_become = connection.execute("SELECT pg_has_role(current_user, %s, 'SET')", [OWNER]).fetchone()
        if may_become == (False,):
            connection.execute(sql.SQL("GRANT {} TO CURRENT_USER WITH SET TRUE, INHERIT TRUE").format(owner))
    elif connection.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [OWNER]).fetchone() == (False,):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    found = connection.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [database]).fetchone()
    if found is None:
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(name, owner))
    elif found[0] != OWNER:
        connection.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, owner))


# Run by the owner inside the database. `public` belongs to the owner of the database since PostgreSQL 15 (pg_database_owner).
GRANTS: Sequence[str] = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO {app}, {audit_reader}, {backup}, {stewardship}",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {app}, {audit_reader}, {backup}",
    "CREATE SCHEMA IF NOT EXISTS {views}",
    "GRANT USAGE ON SCHEMA {views} TO {stewardship}, {backup}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {backup}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON SEQUENCES TO {backup}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {views} GRANT SELECT ON TABLES TO {stewardship}, {backup}",
    "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {backup}",
    "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {backup}",
)


def grant(connection: psycopg.Connection, database: str) -> None:
    """Privileges and default privileges. `connection` is the owner's, inside `database`.

    Tables that exist already get nothing new for the app: a migration that took UPDATE away from the trail stays in force.
    """
    names = {"owner": OWNER, "app": APP, "audit_reader": AUDIT_READER, "backup": BACKUP, "stewardship": STEWARDSHIP}
    identifiers = {key: sql.Identifier(role) for key, role in names.items()}
    for statement in GRANTS:
        connection.execute(
            sql.SQL(statement).format(database=sql.Identifier(database), views=sql.Identifier(VIEWS_SCHEMA), **identifiers)
        )
