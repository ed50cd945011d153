"""A page sent twice does nothing twice.

Every form that changes something carries `{% once %}`: a signed token that names the person for whom the page was made (or nobody, for public
pages) and a number used once. A view that changes something wears `@once`:

- the first post claims the number in the **same transaction** as the deed (requests are atomic), so a crash leaves both or neither, and of two
  posts at the same instant the second waits for the first and then sees its result;
- the same page sent again is led to where the first answer led, with a message; nothing is done;
- the same page with other contents (somebody went back and changed an answer) gets a 409 page that keeps what was typed;
- an answer of 4xx frees the number: nothing was done, the corrected form may be sent.

Not the session: two requests read the same session, and the later write wins. Not the cache: it may forget.
"""

from __future__ import annotations

import functools
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core import signing
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.crypto import salted_hmac

FIELD = "once"
SALT = "serein.once"
View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Claim:
    """What a token says: a number used once, and the account for which the page was made ("" for a public page)."""

    nonce: str
    owner: str


def owner_of(request: HttpRequest) -> str:
    user = getattr(request, "user", None)
    return str(user.pk) if user is not None and user.is_authenticated else ""


def new_token(request: HttpRequest) -> str:
    return signing.dumps([uuid.uuid4().hex, owner_of(request)], salt=SALT)


def claim_of(token: object) -> Claim | None:
    """The token's content, or None when it was not made here. Tokens do not age: an old page is told apart by being used, not by its date."""
    if not isinstance(token, str) or len(token) > 400:
        return None
    try:
        nonce, owner = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Claim(nonce, owner)


def digest_of(request: HttpRequest) -> str:
    sent = sorted((k, v) for k, values in request.POST.lists() for v in values if k != "csrfmiddlewaretoken")
    return salted_hmac(SALT, json.dumps([request.path, sent]), algorithm="sha256").hexdigest()


def once(view: View) -> View:
    """Decorator for views that change something on POST. The form must carry `{% once %}`; a post without it gets a 400 page."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        claim = claim_of(request.POST.get(FIELD))
        if claim is None or claim.owner != owner_of(request):
            from .pages import page_unknown

            return page_unknown(request)
        if not claimed(request, claim):
            return _again(request, claim)
        response = view(request, *args, **kwargs)
        _settle(claim, response)
        return response

    return guarded


def claimed(request: HttpRequest, claim: Claim) -> bool:
    """Whether this number was unused until now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO shell_submission (nonce, account, digest, location, at) VALUES (%s, %s, %s, '', %s) ON CONFLICT (nonce) DO NOTHING",
            [claim.nonce, claim.owner, digest_of(request), request.at],  # type: ignore[attr-defined]
        )
        return bool(cursor.rowcount == 1)


def _settle(claim: Claim, response: HttpResponse) -> None:
    from .models import Submission

    row = Submission.objects.filter(pk=claim.nonce)
    if 400 <= response.status_code < 500:
        row.delete()
    elif isinstance(response, HttpResponseRedirect):
        row.update(location=response.url[:400])


def _again(request: HttpRequest, claim: Claim) -> HttpResponse:
    from .models import Submission
    from .pages import sent_before

    row = Submission.objects.filter(pk=claim.nonce).first()
    if row is not None and row.digest == digest_of(request) and row.location:
        messages.info(request, "You had already sent this. It was done once.")
        return HttpResponseRedirect(row.location)
    return sent_before(request, location=row.location if row else "")
