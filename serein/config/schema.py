"""Whether the database already has the shape of this release, asked in one query, so that a second start is quick."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import distribution

import psycopg
from psycopg import sql

from . import roles
from .place import PACKAGE

# The packages whose migrations run beside ours.
FOREIGN = ("Django", "django-allauth", "procrastinate")


@cache
def fingerprint() -> str:
    """Of everything that a start prepares: migrations, roles and grants, static files."""
    seen = sha256()
    for name in FOREIGN:
        seen.update(f"{name} {distribution(name).version}\n".encode())
    seen.update("\n".join(roles.GRANTS).encode())
    for path in sorted([*PACKAGE.rglob("migrations/*.py"), *PACKAGE.rglob("static/**/*")]):
        if path.is_file():
            seen.update(str(path.relative_to(PACKAGE)).encode() + b"\0" + path.read_bytes())
    return f"serein {seen.hexdigest()[:32]}"


def stands_at(owner: Mapping[str, str]) -> str | None:
    """The fingerprint that the database carries, None when the owner cannot even sign in to it.

    It lives in the database, so a restored copy tells its own, not ours.
    """
    try:
        with psycopg.connect(**owner) as connection:  # type: ignore[arg-type]
            row = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
            ).fetchone()
    except psycopg.OperationalError:
        return None
    return row[0] if row else None


def mark(owner: Mapping[str, str], text: str) -> None:
    with psycopg.connect(**owner) as connection:  # type: ignore[arg-type]
        statement = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(owner["dbname"]), sql.Literal(text))
        connection.execute(statement)
