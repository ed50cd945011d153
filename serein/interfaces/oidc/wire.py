"""Asking a provider: TLS with its certificate checked, no redirect followed, an end in time and size, few at once.

`http.client` and not a library of more comfort: it follows no redirect, reads no proxy from the environment and keeps no cookie.
"""

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

from .providers import Provider
from .values import BUSY, DOWN, UNUSABLE, Stop

SECONDS = 5.0
"""For one request from connecting to the last byte; a provider that drips its answer ends here too."""
MOST_BYTES = 200_000
"""A discovery document is 5 kB, a set of keys 10 kB."""
# A slow provider must not occupy every thread that answers pages.
_AT_ONCE = threading.BoundedSemaphore(2)


@contextmanager
def one_of_few() -> Iterator[None]:
    """A turn for one flow's requests. Raises Stop when there is none: nobody waits."""
    if not _AT_ONCE.acquire(blocking=False):
        raise Stop(BUSY)
    try:
        yield
    finally:
        _AT_ONCE.release()


def ask(
    provider: Provider, address: object, *, form: str | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The JSON object at `address`; posted to with `form`. Raises Stop with DOWN, or UNUSABLE for an answer or address that is none."""
    if not isinstance(address, str) or not provider.may_be_asked(address):
        raise Stop(UNUSABLE)
    parts = urlsplit(address)
    kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with _ended_in_time(connection):
            asked = {"Accept": "application/json", "User-Agent": "Serein", "Connection": "close", **kind, **(headers or {})}
            connection.request("GET" if form is None else "POST", target, body=form, headers=asked)
            answer = connection.getresponse()
            status, body, whole = answer.status, answer.read(MOST_BYTES + 1), answer.getheader("Content-Length", "")
    except (OSError, http.client.HTTPException, ValueError):
        raise Stop(DOWN) from None
    finally:
        connection.close()
    cut_short = whole.isdecimal() and len(body) < min(int(whole), MOST_BYTES)
    if status >= 500 or cut_short or (status == 200 and len(body) == 0):
        raise Stop(DOWN)
    if status != 200 or len(body) > MOST_BYTES:
        raise Stop(UNUSABLE)
    return _object(body)


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=SECONDS)
    return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())


@contextmanager
def _ended_in_time(connection: http.client.HTTPConnection) -> Iterator[None]:
    """The socket's own limit starts anew with each byte; this one does not."""

    def end() -> None:
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)

    connection.connect()
    watch = threading.Timer(SECONDS, end)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Stop(UNUSABLE) from None
    if not isinstance(found, dict):
        raise Stop(UNUSABLE)
    return found
