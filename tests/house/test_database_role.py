"""The tests stand where Serein stands: behind the walls."""

import pytest
from django.db import connection

from serein.config.guard import dangers


@pytest.mark.django_db
def test_the_tests_connect_as_a_role_that_the_walls_hold():
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user, current_user")
        assert cursor.fetchone() == ("serein_app", "serein_app")
    assert dangers(connection.connection) == []
