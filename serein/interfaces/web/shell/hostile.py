"""Input that nobody types: refused at the door with a clear page, before anything reads it.

What a framework lets through and a database does not take (NUL), what a recursive parser dies of (100,000 brackets), what two parsers read
differently (a key twice), what UTF-8 cannot write (a lone surrogate). A form's typed text is shown back without the offending characters and
can be sent again; a program gets JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from . import kept, once
from .pages import error_page

GetResponse = Callable[[HttpRequest], HttpResponse]
MAX_DEPTH = 64
"""Levels of nesting in JSON. FHIR's deepest useful answers (questionnaire groups, contained resources) stay below 30."""
BROKEN = (BadRequest, MultiPartParserError, SuspiciousOperation, UnreadablePostError, UnicodeError, LookupError, ValueError)
CONTROL = re.compile("[\x00-\x1f\x7f]")
METHODS = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE")


class Unusable(Exception):
    """Why a body cannot be used, as a sentence, with its status."""

    def __init__(self, says: str, status: int = 400) -> None:
        super().__init__(says)
        self.says, self.status = says, status


def hostile_input(get_response: GetResponse) -> GetResponse:
    """Middleware: refuse what cannot be read, stored or parsed safely. Stands before sessions, because a session cookie goes to the database."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:  # a view that knows GET and POST would take TRACE for GET
            return HttpResponseNotAllowed(METHODS, "This method is not spoken here.", content_type="text/plain; charset=utf-8")
        request.COOKIES = {k: v for k, v in request.COOKIES.items() if not CONTROL.search(k + v)}
        try:
            _check(request)
        except Unusable as why:
            return _answer(request, why)
        return get_response(request)

    return middleware


def _check(request: HttpRequest) -> None:
    if kept.UNSTORABLE.search(request.path) or any(kept.UNSTORABLE.search(k + v) for k, vs in request.GET.lists() for v in vs):
        raise Unusable("The address holds a character that cannot be read.")
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    _check_length(request)
    kind = (request.content_type or "").lower()
    if kind == "application/json" or kind.endswith("+json"):
        check_json(request.body)
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        _check_form(request)


def _check_length(request: HttpRequest) -> None:
    try:
        length = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise Unusable("The length of what was sent is not a number.") from None
    if length > settings.SEREIN_MAX_BODY_BYTES:
        megabytes = settings.SEREIN_MAX_BODY_BYTES / 1_000_000
        raise Unusable(
            f"The limit is {megabytes:g} million characters. Use your browser's Back button: your text is still there.", 413
        )


def _check_form(request: HttpRequest) -> None:
    try:
        fields = list(request.POST.lists())
    except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
        raise Unusable(
            "There is more in it than this page can hold. Use your browser's Back button: your text is still there.", 413
        ) from None
    except BROKEN:
        raise Unusable("The form arrived broken.") from None
    for name, values in fields:
        if any(kept.UNSTORABLE.search(name + value) for value in values):
            raise Unusable(
                "It holds a character that cannot be stored, which a keyboard does not make. It often comes from copied text."
            )


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Unusable("The same key stands twice in one object: readers disagree about which counts.")
    return made


def _no_constants(name: str) -> None:
    raise Unusable(f"{name} is not a number in JSON.")


def check_json(body: bytes) -> Any:
    """The body as plain values, or Unusable. Depth is counted in the bytes first: the parser itself recurses, and would exhaust the stack."""
    if _depth(body) > MAX_DEPTH:
        raise Unusable(f"It is nested more than {MAX_DEPTH} levels deep.")
    try:
        value = json.loads(body, object_pairs_hook=_no_twins, parse_constant=_no_constants)
    except RecursionError:
        raise Unusable("It is nested too deep.") from None
    except ValueError:
        raise Unusable("It is not JSON in UTF-8.") from None
    if _has_unstorable(value):
        raise Unusable("A text in it holds a character that cannot be stored (NUL or half of a surrogate pair).")
    return value


_STRUCTURE = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def _depth(body: bytes) -> int:
    deepest = depth = 0
    for token in _STRUCTURE.finditer(body):
        mark = token.group()
        if mark in (b"[", b"{"):
            depth += 1
            deepest = max(deepest, depth)
        elif mark in (b"]", b"}"):
            depth -= 1
    return deepest


def _has_unstorable(value: Any) -> bool:
    """Walks with a list instead of recursion; keys count as well."""
    left = [value]
    while left:
        item = left.pop()
        if isinstance(item, str):
            if kept.UNSTORABLE.search(item):
                return True
        elif isinstance(item, dict):
            left += [*item.keys(), *item.values()]
        elif isinstance(item, list):
            left += item
    return False


def _answer(request: HttpRequest, why: Unusable) -> HttpResponse:
    kind = (request.content_type or "").lower()
    if kind.endswith("fhir+json"):
        issue = {"severity": "error", "code": "too-long" if why.status == 413 else "structure", "diagnostics": why.says}
        outcome = {"resourceType": "OperationOutcome", "issue": [issue]}
        return JsonResponse(outcome, status=why.status, content_type="application/fhir+json")
    if kind.endswith("json"):
        return JsonResponse({"error": why.says}, status=why.status)
    readable = why.status == 400 and request.method == "POST" and _readable(request)
    claim = once.claim_of(request.POST.get(once.FIELD)) if readable else None
    mine = kept.of(request, claim.owner) if claim else None
    return error_page(request, why.status, says=why.says, kept=mine, may_resend=mine is not None)


def _readable(request: HttpRequest) -> bool:
    try:
        request.POST.get(once.FIELD)
    except BROKEN:
        return False
    return True
