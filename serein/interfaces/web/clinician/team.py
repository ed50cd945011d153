"""The care team of one patient: who is in it, and for whoever answers for the patient, who joins and who leaves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.reads import Member, care_team, could_join
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, not_found_page, render_form_page

from .banner import banner
from .desk import chart_page
from .offered import may


class JoinForm(PageForm):
    who = forms.ChoiceField(
        label="Who joins the care team?", widget=forms.RadioSelect, error_messages={"required": "Choose who joins the care team"}
    )

    def __init__(self, people: tuple[Member, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"].choices = [(str(m.account_id), f"{m.name}, {m.role}") for m in people]  # type: ignore[attr-defined]


@chart_page
def team(request: HttpRequest, key: OpenChart) -> HttpResponse:
    members, others = care_team(key), could_join(key)
    leads = any(m.lead and key.by is not None and m.account_id == key.by.account_id for m in members)
    changes = leads and may(frozenset(key.may), "team_leave")
    form = JoinForm(others, request.POST or None)
    if request.method == "POST" and form.is_valid():
        answer = access.add_to_team(key, UUID(form.cleaned_data["who"]))
        if not isinstance(answer, Refused):
            messages.success(request, "In the care team from now on")
            return redirect("clinician:team", key.patient_id)
        if answer.code == "in-the-team":
            return changed_page(request, answer.why, back=request.path)
        form.add_error(None, answer.why)
    return render_form_page(
        request, form, title="Care team", button="Add to the care team", template="clinician/team.html", banner=banner(key), members=members,
        changes=changes, others=others, zone=clinic_card(key.clinic_id).time_zone, back=reverse("clinician:chart", args=[key.patient_id]),
    )  # fmt: skip


@chart_page
def leave(request: HttpRequest, key: OpenChart, account_id: UUID) -> HttpResponse:
    member = next((m for m in care_team(key) if m.account_id == account_id), None)
    back = reverse("clinician:team", args=[key.patient_id])
    if member is None:
        return not_found_page(request, "They are not in the care team.")
    form = PageForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        answer = access.remove_from_team(key, account_id)
        if not isinstance(answer, Refused):
            messages.success(request, f"{member.name} is no longer in the care team")
            return redirect(back)
        form.add_error(None, answer.why)
    return render_form_page(
        request, form, title=f"Take {member.name} out of the care team", button="Take out", warning=True, banner=banner(key), back=back,
        lead="The record closes to them now. What was theirs to do is yours.", template="clinician/form_page.html",
    )  # fmt: skip
