"""Whole answers that views return: a form's page, a refusal, the pages for what went wrong.

A refusal is returned, never raised: requests are atomic, and an exception would roll the audit row of the refusal back.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from . import kept, once

TITLES = {
    400: "We could not read what was sent",
    403: "You cannot open this page",
    404: "We could not find that page",
    409: "This has changed since you opened it",
    413: "What you sent is too large",
    422: "There is a problem",
    429: "Too many attempts",
    500: "Something went wrong on our side",
}


def render_form_page(request: HttpRequest, form: forms.Form, *, title: str, **context: Any) -> HttpResponse:
    """A page that asks: error summary, fields, one button. Status 422 when the form was sent and is not right.

    Names in `context`: `lead` (one sentence), `button` (default Continue), `back`, `cancel` (addresses), `question=True` (one field, whose label
    is the heading), `warning=True` (red button), `template` (default shell/form_page.html, `shell/confirm.html` before a deed), and whatever
    that template reads.
    """
    template = context.pop("template", "shell/form_page.html")
    if context.get("question"):
        for bound in form.visible_fields()[:1]:
            bound.as_heading = True  # type: ignore[attr-defined]
    context.setdefault("button", "Continue")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, template, {"form": form, "title": title, **context}, status=status)


def error_page(request: HttpRequest, status: int, *, title: str = "", says: str = "", **context: Any) -> HttpResponse:
    """One of the pages for what went wrong, in words that say what to do next."""
    filled = {"title": title or TITLES[status], "says": says, "status": status, **context}
    return render(request, f"shell/errors/{status}.html", filled, status=status)


def refused_page(request: HttpRequest, refused: Any) -> HttpResponse:
    """The page for a `Refused`: its own sentence, and its stable code for whoever is asked for help."""
    return error_page(request, 403, says=refused.why, code=refused.code)


def not_found_page(request: HttpRequest, says: str = "") -> HttpResponse:
    return error_page(request, 404, says=says)


def changed_page(request: HttpRequest, says: str, *, back: str = "") -> HttpResponse:
    """Somebody else was faster, or the page is old: says what is true now, and keeps what was typed."""
    return error_page(request, 409, says=says, back=back, kept=kept.of(request, once.owner_of(request)))


def page_unknown(request: HttpRequest) -> HttpResponse:
    """A post from a page that we did not make for this person: an old copy, or a form on another site."""
    says = "Nothing was done. Open the page again and send it from there. What you typed is below, to copy."
    return error_page(
        request, 400, title="This page is out of date", says=says, kept=kept.of(request, once.owner_of(request)), may_resend=False
    )


def sent_before(request: HttpRequest, *, location: str) -> HttpResponse:
    says = "This page had already been sent, and it was done once. Nothing was done now."
    mine = kept.of(request, once.owner_of(request))
    return error_page(
        request, 409, title="You had already sent this page", says=says, kept=mine, location=location, may_resend=False
    )
