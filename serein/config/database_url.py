"""DATABASE_URL to Django's settings, with the pool and the callback that empties a connection before it is lent again."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from psycopg import Connection


def forget_settings(connection: "Connection[Any]") -> None:
    """A setting made for one request must not meet the next one that borrows the connection."""
    connection.autocommit = True
    connection.execute("RESET ALL")
    connection.autocommit = False


def django_database(url: str) -> dict[str, Any]:
    """Raises ValueError when the address is not PostgreSQL's. A socket folder may be given as ?host=/folder."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise ValueError(f"DATABASE_URL must begin with postgresql://, not {parts.scheme}://")
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "OPTIONS": {**query, "pool": {"min_size": 1, "max_size": 8, "timeout": 10, "reset": forget_settings}},
    }
