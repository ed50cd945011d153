"""When the database is away, every page says that nothing was done and nothing was checked; any other defect says that it is ours."""

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from serein.interfaces.web.shell import views


def asked(monkeypatch, error, path, **cookies):
    def away(*_, **__):
        raise error

    monkeypatch.setattr(connection, "cursor", away)
    monkeypatch.setattr(connection, "ensure_connection", away)
    client = Client(raise_request_exception=False)
    client.cookies.load(cookies)
    return client.get(path)


@pytest.mark.parametrize("error", [OperationalError("connection refused"), InterfaceError("the connection is closed")])
@pytest.mark.parametrize(
    ("path", "cookies"),
    [("/clinic/", {settings.SESSION_COOKIE_NAME: "a" * 32}), ("/rx/7KQ3M9XW2PDT", {}), ("/calendar/7KQ3M9XW2PDT", {})],
)
def test_a_database_that_is_away_is_told_and_can_be_tried_again(monkeypatch, error, path, cookies):
    answer = asked(monkeypatch, error, path, **cookies)
    assert answer.status_code == 503 and answer["Retry-After"] == "60"
    told = answer.content.decode()
    assert "nothing was checked" in told and "neither genuine nor forged" in told and "refused" not in told


def test_a_defect_is_not_called_an_outage(monkeypatch):
    answer = asked(monkeypatch, ValueError("a defect"), "/clinic/", **{settings.SESSION_COOKIE_NAME: "a" * 32})
    assert (
        answer.status_code == 500 and "wrong on our side" in answer.content.decode() and "a defect" not in answer.content.decode()
    )


def test_outside_of_an_error_the_page_is_the_plain_one(rf):
    assert views.failed(rf.get("/")).status_code == 500
