"""Sessions in the database, as Django keeps them; the one question that every request asks is written out."""

from datetime import UTC, datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session

from serein.foundation.rows import answer

from .clock import machine_seconds

FOUND = "SELECT session_data, expire_date FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        key = str(self.session_key or "")
        for data, until in answer(FOUND, [key, datetime.fromtimestamp(machine_seconds(), UTC)]) if key else ():
            return Session(key, data, until)
        self._session_key = None
        return None
