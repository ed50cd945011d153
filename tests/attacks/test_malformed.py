"""T21, T27: requests that nobody means well with, made from a seed, over every address. None is a defect of ours."""

import io
import json
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.core import signing
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db import transaction
from django.forms import BaseForm
from django.template.backends.django import Template

from serein.interfaces.web.shell import hostile, once
from tests.attacks.routes import NOTHING, Route, routes
from tests.attacks.world import World, make_world, session_of

pytestmark = pytest.mark.django_db
STRINGS = [
    "", " ", "\x00", "\ud800", "\u202e", "٣", "½", "NaN", "-1", "1e999", "9" * 4000, "0x1", "2026-02-30", "9999-12-31", "0001-01-01", "null",
    "[]", "{}", "<script>", "'--", "../../etc/passwd", "%s%n", "x" * 30_000, "a\r\nb: c", "🧨" * 50, "\ufeff", "true", str(NOTHING), "-0", "1_0",
]  # fmt: skip
FORM, JSON = (
    "application/x-www-form-urlencoded",
    ("application/json", "application/fhir+json", "text/json", "application/scim+json"),
)
KINDS = [FORM] * 4 + [
    *JSON, *JSON, "text/plain", "multipart/form-data; boundary=b", "text/xml", "multipart/form-data", FORM + "; charset=utf-7", "a/b", "",
]  # fmt: skip
METHODS = ["GET"] * 3 + ["POST"] * 12 + ["HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"]
ALWAYS = ["q", "page", "day", "next", "month", "csrfmiddlewaretoken", "once"]
# What a session is kept for: so long nobody is signed out by what somebody before them sent.
TOGETHER = 500
MILLION, LONGEST_SECONDS = 1_000_000, 5_400.0


def on_the_wire(text: str) -> str:
    """As WSGI hands over an address: each byte one character."""
    return text.encode("utf-8", "surrogatepass").decode("latin-1")


def _deep(mixed: random.Random) -> bytes:
    return mixed.choice([b"[", b'{"a":']) * mixed.choice([63, 65, 1000, 20_000])


def _json(mixed: random.Random, names: list[str]) -> bytes:
    kind = mixed.randrange(5)
    if kind == 0:
        return _deep(mixed)
    if kind == 1:
        return mixed.choice(
            [b'{"a": 1, "a": 2}', b'{"a": NaN}', b'"\\ud800"', b"\xff\xfe", b"1" * 5000, b"", b'"', b"[1,", b"\xef\xbb\xbf{}"]
        )
    tree = {mixed.choice(names): mixed.choice([*STRINGS, None, 10**400, -1, [], {}, 1e308]) for _ in range(4)}
    return json.dumps(tree).encode()[: mixed.choice([None, None, 20])]


def _form(mixed: random.Random, names: list[str], owner: str) -> bytes:
    kind = mixed.randrange(6)
    if kind == 0:
        return mixed.randbytes(mixed.choice([0, 1, 50, 3000]))
    if kind == 1:
        return b"&".join(b"f%d=1" % n for n in range(mixed.choice([2, 499, 501])))
    fields = [
        f"{mixed.choice(names)}={quote(mixed.choice(STRINGS), errors='surrogatepass')}" for _ in range(mixed.choice([1, 3, 9]))
    ]
    # A token of a fresh page, so that they are not all refused as forms that nobody made.
    fresh = [f"once={signing.dumps([str(mixed.random()), owner], salt=once.SALT)}"]
    return "&".join(fields + fresh * (mixed.random() < 0.7)).encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Doors:
    """Who asks, with which cookie and account; what is there to be asked of them; the names of the fields of all forms."""

    cookies: dict[str, str]
    owners: dict[str, str]
    where: dict[str, list[Route]]
    known: dict[str, str]
    names: list[str]


def every_field(form: type = BaseForm) -> set[str]:
    """The names of the fields of every form there is."""
    inner = set().union(*(every_field(one) for one in form.__subclasses__()))
    return inner | set(getattr(form, "base_fields", ()))


def doors(world: World) -> Doors:
    every = [r for r in routes() if "logout" not in r.path]
    own = {role: [r for r in every if world.at_desk_of(r) == role] for role in world.people}
    cookies = {role: session_of(who) for role, who in world.people.items()}
    owners = {role: str(who.account_id) for role, who in world.people.items()}
    return Doors({"": "", **cookies}, {"": "", **owners}, {"": every, **own}, world.known, ALWAYS + sorted(every_field()))


def asked(number: int, at: Doors) -> dict[str, Any]:
    """One request; the same number always makes the same one."""
    mixed = random.Random(number)
    who = mixed.choice(["", "", "", "", *at.cookies])
    route = mixed.choice(at.where[who] if mixed.random() < 0.8 else at.where[""])
    path = route.filled(at.known if mixed.random() < 0.2 else {"code": "AAAA", "token": mixed.choice(["a", "x" * 300])})
    if mixed.random() < 0.2:
        cut = mixed.randrange(len(path))
        path = path[:cut] + on_the_wire(mixed.choice(STRINGS))[:200] + path[cut:]
    query = "&".join(
        f"{mixed.choice(at.names)}={on_the_wire(mixed.choice(STRINGS))[:2000]}" for _ in range(mixed.choice([0, 0, 1, 2]))
    )
    method, kind = mixed.choice(METHODS), mixed.choice(KINDS)
    body = _json(mixed, at.names) if kind in JSON else _form(mixed, at.names, at.owners[who])
    more = {} if mixed.random() < 0.8 else {
        mixed.choice(["HTTP_HX_REQUEST", "HTTP_ACCEPT", "HTTP_CONTENT_ENCODING", "HTTP_HOST", "CONTENT_LENGTH"]):
        mixed.choice(["gzip", "x" * 500, "application/json", "\xe9", "true", "-1"])
    }  # fmt: skip
    return {
        "REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": "/" + path.lstrip("/"), "QUERY_STRING": query, "SERVER_NAME": "testserver",
        "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1", "HTTP_COOKIE": at.cookies[who],
        "CONTENT_TYPE": kind, "CONTENT_LENGTH": str(len(body)), "wsgi.input": io.BytesIO(body), "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(), "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False,
        "wsgi.version": (1, 0), **more,
    }  # fmt: skip


def status_of(handler: WSGIHandler, environ: dict[str, Any]) -> int:
    """The product's own handler, without what a test client costs beside it, nor the signals that would end this transaction's connection."""
    request = WSGIRequest(environ)
    request._dont_enforce_csrf_checks = True  # they shall reach the forms; T7 asks for the token
    return handler.get_response(request).status_code


@contextmanager
def unless_drawn(drawn: bool) -> Iterator[None]:
    """Every twentieth page is drawn. What a request can break stands before that for the most part, and drawing costs more than all of it."""
    with nullcontext() if drawn else patch.object(Template, "render", lambda *_, **__: ""):
        yield


def campaign(at: Doors, numbers: range, until: float = float("inf")) -> tuple[Counter[int], list[tuple[int, str]]]:
    handler, found, broken = WSGIHandler(), Counter[int](), []
    for begin in range(numbers.start, numbers.stop, TOGETHER):
        with transaction.atomic():
            for number in range(begin, min(begin + TOGETHER, numbers.stop)):
                environ = asked(number, at)
                with unless_drawn(number % 20 == 0):
                    status = status_of(handler, environ)
                found[status] += 1
                if status >= 500:
                    broken.append((number, f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'][:120]}"))
            transaction.set_rollback(True)
        if time.monotonic() > until:
            break
    return found, broken


@pytest.fixture
def at(settings, tmp_path) -> Doors:
    settings.STATE, settings.SEREIN_CLOCK = tmp_path, "tests.people.clock"
    return doors(make_world())


def test_ten_thousand_requests_that_nobody_means_well_with_are_no_defect(at):
    found, broken = campaign(at, range(10_000))
    assert broken == [] and sum(found.values()) == 10_000
    # They get somewhere: pages are shown, forms found wanting, doors shut, bodies refused unread.
    assert all(found[status] > 100 for status in (200, 302, 400, 403, 404)) and found[413] > 10 and found[422] > 10, found


def test_a_defect_among_them_is_seen(at, monkeypatch):
    """The control: a door that falls over the form that it did not expect."""
    monkeypatch.setattr(hostile, "_check_form", lambda request: 1 / 0)
    assert campaign(at, range(100))[1]


@pytest.mark.long
@pytest.mark.timeout(6000)
def test_a_million_requests_that_nobody_means_well_with_are_no_defect(at):
    """As many of the million as fit a third of the time that was given, and how many those were; each seed has a million of its own, so that
    campaigns add up instead of asking the same again."""
    begin = MILLION * int(os.environ.get("SEREIN_SEED", "1"))
    seconds = min(float(os.environ.get("SEREIN_MINUTES", "30")) * 20, LONGEST_SECONDS)
    found, broken = campaign(at, range(begin, begin + MILLION), time.monotonic() + seconds)
    print(f"hostile requests: {sum(found.values()):,} of {MILLION:,} in at most {seconds:.0f} s, answered {dict(found)}")
    assert broken == [] and sum(found.values()) >= TOGETHER, found
