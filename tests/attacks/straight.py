"""Straight through the product's own handler: middleware, views and pages, without what a test client costs beside them."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.template.backends.django import Template
from django.test import RequestFactory

from serein.foundation.people.persons import Person
from tests.attacks.world import session_of

FORM = "application/x-www-form-urlencoded"


@contextmanager
def undrawn() -> Iterator[None]:
    """Who is let in is decided before a page is drawn, and drawing costs more than all the rest."""
    with patch.object(Template, "render", lambda *_, **__: ""):
        yield


class Straight:
    """Somebody who asks. Unlike a test client it sends no token of its own accord, is asked for one, and keeps no cookie that it gets."""

    def __init__(self, who: Person | None = None, *, tokens_compared: bool = True) -> None:
        self.handler, self.factory, self.tokens_compared = WSGIHandler(), RequestFactory(), tokens_compared
        self.cookie = session_of(who) if who else ""

    def ask(self, method: str, path: str, data: str = "", kind: str = FORM, **headers: str) -> HttpResponse:
        sent = {f"HTTP_{name.upper()}": value for name, value in ({"cookie": self.cookie} | headers).items()}
        request = self.factory.generic(method, path, data, kind, **sent)
        request._dont_enforce_csrf_checks = not self.tokens_compared
        answer: HttpResponse = self.handler.get_response(request)
        return answer
