"""Whoever holds the right to sign asks for it for a colleague; a third person, who holds it too, approves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import Candidate, could_be_given_the_right, may_vouch, signing_grants
from serein.foundation.people.keys import OpenList, Refused
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, render_form_page

from .rights import with_rights

LEAD = (
    "Two people give this right. You ask; a third person, who holds it too, approves with password and one-time code. Ask only for somebody "
    "whom you know. Until it is approved nothing changes."
)
NOBODY_ELSE = (
    "You are the only one here who holds the right, and whoever asks does not approve. Ask compliance to enter the request; then you approve "
    "it."
)


class AskForm(PageForm):
    who = forms.ChoiceField(label="For whom?", widget=forms.RadioSelect, error_messages={"required": "Choose for whom you ask"})

    def __init__(self, candidates: Sequence[Candidate], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [(str(c.account_id), c.name) for c in candidates]  # type: ignore[attr-defined]


@with_rights
def ask(request: HttpRequest, listing: OpenList) -> HttpResponse:
    if not may_vouch(listing):
        return redirect("clinician:rights")  # which says who holds it and who asks
    back, candidates = reverse("clinician:rights"), could_be_given_the_right(listing)
    ready = [c for c in candidates if not c.lacking]
    form = AskForm(ready, request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = access.enter_signing_grant(listing, UUID(form.cleaned_data["who"]))
        if not isinstance(answer, Refused):
            messages.success(request, "Asked. A third person who holds the right to sign must approve it")
            return redirect("clinician:rights")
        if answer.code == "grant-here":
            return changed_page(request, answer.why, back=back)
        form.add_error(None, answer.why)
    approvers = any(g.state == "in force" and g.account_id != listing.by.account_id for g in signing_grants(listing))
    return render_form_page(
        request, form, title="Ask for a colleague’s right to sign", lead=LEAD if approvers else NOBODY_ELSE,
        facts=[(c.name, c.lacking) for c in candidates if c.lacking], template="clinician/right_ask.html", button="Ask for it", back=back,
        ready=ready,
    )  # fmt: skip
