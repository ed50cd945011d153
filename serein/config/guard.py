"""Serein serves only as a role that the walls hold: asked of the database itself, before the first request."""

from dataclasses import dataclass

import psycopg

# Everything the role is, or could become with SET ROLE. `session_user`, because SET ROLE in the connection's options would hide it.
BECOMES = """
SELECT r.rolname, r.rolsuper, r.rolbypassrls, r.rolreplication, r.rolcreaterole, r.rolcreatedb, r.rolname = session_user,
       EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p', 'v', 'm')
                 AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'),
       EXISTS (SELECT 1 FROM pg_database d WHERE d.datdba = r.oid AND d.datname = current_database())
FROM pg_roles r
WHERE r.rolname = session_user
   OR (pg_has_role(session_user, r.oid, 'MEMBER') AND NOT (SELECT rolsuper FROM pg_roles WHERE rolname = session_user))
ORDER BY r.rolname = session_user DESC, r.rolname
"""
FLAGS = (
    "is a superuser",
    "has BYPASSRLS",
    "may replicate, and so read everything",
    "may create roles",
    "may create databases",
)
FILES_AND_PROGRAMS = (
    "pg_read_server_files",
    "pg_write_server_files",
    "pg_execute_server_program",
    "pg_read_all_data",
    "pg_write_all_data",
    "pg_maintain",
    "pg_create_subscription",
)


class DangerousRole(Exception):
    """The role could pass the walls between patients; the message says how."""


@dataclass(frozen=True)
class Standing:
    """One role that the serving role is or can become, and why that is dangerous."""

    role: str
    reasons: tuple[str, ...]


def dangers(connection: psycopg.Connection) -> list[Standing]:
    """Every way in which the role of `connection` could pass row-level security; empty when it cannot."""
    found: list[Standing] = []
    for name, *flags, itself, owns_tables, owns_database in connection.execute(BECOMES).fetchall():
        reasons = [words for words, flag in zip(FLAGS, flags, strict=True) if flag]
        reasons += ["owns tables, and an owner is not bound by their walls"] if owns_tables else []
        reasons += ["owns the database"] if owns_database else []
        reasons += ["reaches all data, files or programs of the server"] if name in FILES_AND_PROGRAMS else []
        if reasons:
            found.append(Standing(name if itself else f"{name}, which it may become,", tuple(reasons)))
    replica = "SELECT has_parameter_privilege(session_user, 'session_replication_role', 'SET')"
    if not found and connection.execute(replica).fetchone() == (True,):
        found.append(Standing("it", ("may set session_replication_role and so switch the triggers of the trail off",)))
    return found


def refuse_dangerous_role(connection: psycopg.Connection) -> None:
    """Raises DangerousRole unless the walls hold the role that `connection` signed in as."""
    found = dangers(connection)
    if not found:
        return
    row = connection.execute("SELECT session_user").fetchone()
    why = "; ".join(f"{s.role} {' and '.join(s.reasons)}" for s in found)
    raise DangerousRole(
        f"Serein does not serve as the database role {row[0] if row else '?'}: {why}. The walls between patients would not hold it. "
        "Give DATABASE_URL the role serein_app, or a role that may create roles, and Serein makes serein_app itself."
    )


def refuse_to_serve_without_walls() -> None:
    """The same, of Django's own connection: asked by every process that serves, whoever started it."""
    from django.db import connection

    with connection.cursor() as cursor:
        refuse_dangerous_role(cursor.connection)
    connection.close()
