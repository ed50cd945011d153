"""Invite a patient: the record opens with the invitation, and whoever invites joins the care team."""

from datetime import date

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from serein.care.access.actions import NewPatient, invite_patient
from serein.care.planning.text import printable
from serein.foundation.people.keys import Refused, open_new_chart
from serein.foundation.people.persons import Person, clinic_card, clinic_day
from serein.interfaces.web.shell.desk import desk, now
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.once import once
from serein.interfaces.web.shell.pages import refused_page, render_form_page

LINK = "clinician-invited"
SEX = (("female", "Female"), ("male", "Male"), ("other", "Another"), ("unknown", "Not known"))


class InviteForm(PageForm):
    """Who is invited. The address stands on prescriptions by law, so it is asked for here and not at the moment of signing."""

    given = forms.CharField(label="Given name", max_length=120, error_messages={"required": "Enter the given name"})
    family = forms.CharField(label="Family name", max_length=120, error_messages={"required": "Enter the family name"})
    birth_date = DateField(label="Date of birth", error_messages={"required": "Enter the date of birth"})
    email = forms.EmailField(
        label="E-mail address", max_length=254, help_text="The invitation goes there. Each person needs an address of their own.",
        error_messages={"required": "Enter an e-mail address", "invalid": "Enter an e-mail address in the form name@example.com"},
    )  # fmt: skip
    address = forms.CharField(
        label="Home address", max_length=300, help_text="Street, place, state and postal code, as it must stand on a prescription.",
        error_messages={"required": "Enter the home address"},
    )  # fmt: skip
    phone = forms.CharField(label="Telephone", max_length=40, required=False)
    sex = forms.ChoiceField(label="Sex on record", choices=SEX, initial="unknown", widget=forms.RadioSelect)
    pronouns = forms.CharField(label="Pronouns", max_length=40, required=False)

    def clean(self) -> dict[str, object]:
        data: dict[str, object] = super().clean() or {}
        for name, value in list(data.items()):
            if isinstance(value, str) and not printable(value):
                self.add_error(name, "Remove characters that cannot be printed.")
        return data

    def born_by(self, on: date) -> bool:
        """Whether the date of birth is possible on that day; places the error otherwise."""
        if self.cleaned_data["birth_date"] > on:
            self.add_error("birth_date", "The date of birth cannot be in the future.")
        return not self.errors


@desk("clinician")
@once
def invite(request: HttpRequest, who: Person) -> HttpResponse:
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.born_by(clinic_day(who.clinic_id, now(request))):
        refused = _invited(request, who, form)
        if refused is None:
            return redirect("clinician:invited" if LINK in request.session else "clinician:panel")
        if refused.code not in ("already-here", "email-malformed"):
            return refused_page(request, refused)
        form.add_error("email", refused.why)
    return render_form_page(
        request, form, title="Invite a patient", lead="They get a letter with a link, and fill in the intake before you meet.",
        button="Send the invitation", template="clinician/form_page.html",
    )  # fmt: skip


def _invited(request: HttpRequest, who: Person, form: InviteForm) -> Refused | None:
    key = open_new_chart(who, purpose="invite patient", at=now(request))
    if isinstance(key, Refused):
        return key
    answer = invite_patient(key, NewPatient(**form.cleaned_data))
    if isinstance(answer, Refused):
        return answer
    if clinic_card(who.clinic_id).demonstration:
        name = f"{form.cleaned_data['given']} {form.cleaned_data['family']}"
        request.session[LINK] = {"name": name, "token": answer.token}
    messages.success(request, f"The invitation to {form.cleaned_data['given']} {form.cleaned_data['family']} is on its way.")
    return None


@desk("clinician")
def invited(request: HttpRequest, who: Person) -> HttpResponse:
    """The link is for the patient's eyes; only in a demonstration, where no letter leaves the house, the clinician sees it too, once."""
    sent = request.session.pop(LINK, None)
    if sent is None:
        return redirect("clinician:panel")
    link = f"{settings.BASE_URL}/invitation/{sent['token']}/"
    return render(request, "clinician/invited.html", {"title": f"{sent['name']} is invited", "sent": sent, "link": link})
