"""PostgreSQL as Django speaks to it; a connection that is used again is asked whether it lives and emptied in one breath.

Django looks for a class of this name in a module of this name.
"""

from contextlib import suppress

from django.db.backends.postgresql import base
from psycopg import Error


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the connection still answers, asked before a request's first statement.

        The question is RESET ALL: a setting made for one request must not meet the next one that is served over the same connection.
        """
        connection = self.connection
        if connection is None:
            return False
        with suppress(Error):
            connection.execute("RESET ALL")
            return True
        return False
