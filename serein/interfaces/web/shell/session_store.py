"""Sessions in the database, as Django keeps them, stamped and asked for by one clock; the question of every request is written out."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from serein.foundation.rows import answer

from . import clock

FOUND = "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s"


def _now() -> datetime:
    return datetime.fromtimestamp(clock.machine_seconds(), UTC)


class SessionStore(db.SessionStore):
    def get_expiry_date(self, **given: Any) -> datetime:
        return super().get_expiry_date(**{"modification": _now(), **given})

    def _get_session_from_db(self) -> Session | None:
        key = str(self.session_key or "")
        for data, until in answer(FOUND, [key, _now()]) if key else ():
            return Session(key, data, until)
        self._session_key = None
        return None
