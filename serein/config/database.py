"""From libpq parameters to Django's settings: one connection for each thread, emptied before it serves again."""

import os
from collections.abc import Mapping
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from .place import Place, here
from .roles import APP

# A policy makes a statement dearer to plan than to run, so a connection plans what it is asked again once. Our statements are short, and
# compiling one (jit) takes longer than any of them.
PREPARED = {"server_side_binding": True, "prepare_threshold": 1}
# Given with the connection, so that RESET ALL comes back to them.
SETTINGS = "-c jit=off -c timezone=UTC"


def django_database(parameters: Mapping[str, str]) -> dict[str, Any]:
    """One entry of DATABASES. Every request is one transaction, because the walls' context lives in it."""
    rest = dict(parameters)
    named = {
        "NAME": rest.pop("dbname", ""),
        "USER": rest.pop("user", ""),
        "PASSWORD": rest.pop("password", ""),
        "HOST": rest.pop("host", ""),
        "PORT": rest.pop("port", ""),
    }
    options = {**rest, **PREPARED, "options": f"{rest.get('options', '')} {SETTINGS}".strip()}
    # A connection is asked before it serves a request (see `backend`), or the first requests after a restart of the database would fail.
    kept = {"ATOMIC_REQUESTS": True, "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True}
    return {"ENGINE": "serein.config.backend", **named, "OPTIONS": options, **kept}


def serving_database(place: Place | None = None) -> dict[str, Any]:
    """What settings.DATABASES["default"] is: the app role of the last start, or the role that SEREIN_DATABASE_ROLE names.

    Without an installation (type checking, `makemigrations`) it is DATABASE_URL as it stands, else an address nobody listens on.
    """
    role = os.environ.get("SEREIN_DATABASE_ROLE", APP)
    known = (place or here()).connections()
    if role in known:
        return django_database(known[role])
    return django_database({k: str(v) for k, v in conninfo_to_dict(os.environ.get("DATABASE_URL", "dbname=serein")).items()})
