"""The compliance desk's forms. At most five fields a page; rules of care stay in the actions."""

from __future__ import annotations

from typing import Any

from django import forms

from serein.care.access.actions.licensing import SCHEDULES
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm

from .words import ROLES

WIDE, HALF, TEN = ({"class": f"govuk-input--width-{n}"} for n in (30, 20, 10))


class InviteForm(PageForm):
    name = forms.CharField(
        label="Full name", help_text="As it stands on their licence.", max_length=200, widget=forms.TextInput(WIDE | {"autocomplete": "off"}),
        error_messages={"required": "Enter the name"},
    )  # fmt: skip
    email = forms.EmailField(
        label="E-mail address", help_text="Their own. The link goes there and lets whoever opens it in.", max_length=254,
        widget=forms.EmailInput(WIDE | {"autocomplete": "off"}),
        error_messages={"required": "Enter the e-mail address", "invalid": "Enter an e-mail address, such as name@example.org"},
    )  # fmt: skip
    role = forms.ChoiceField(
        label="What they do here", choices=list(ROLES.items()), widget=forms.RadioSelect,
        error_messages={"required": "Choose what they do here", "invalid_choice": "Choose one of these"},
    )  # fmt: skip


class DetailsForm(PageForm):
    npi = forms.CharField(
        label="NPI", help_text="10 digits", max_length=20, required=False, widget=forms.TextInput(TEN | {"inputmode": "numeric"})
    )
    dea = forms.CharField(
        label="DEA number", help_text="2 letters and 7 digits", max_length=20, required=False, widget=forms.TextInput(TEN)
    )
    workplace = forms.CharField(label="Practice or pharmacy", max_length=200, required=False, widget=forms.TextInput(WIDE))
    address = forms.CharField(
        label="Address",
        help_text="It is printed beside what they sign.",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )
    phone = forms.CharField(label="Telephone", max_length=40, required=False, widget=forms.TextInput(HALF | {"inputmode": "tel"}))

    def __init__(self, *args: Any, pharmacist: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if pharmacist:
            del self.fields["dea"]


class LicenceForm(PageForm):
    number = forms.CharField(
        label="Licence number",
        max_length=60,
        widget=forms.TextInput(HALF),
        error_messages={"required": "Enter the licence number"},
    )
    jurisdiction = forms.CharField(
        label="Where it is valid", help_text="State or country as an ISO 3166-2 code, such as US-CA", max_length=12, widget=forms.TextInput(TEN),
        error_messages={"required": "Enter where it is valid"},
    )  # fmt: skip
    expires_on = DateField(
        label="Last day", help_text="Until midnight of that day at the clinic", error_messages={"required": "Enter its last day"}
    )
    evidence = forms.CharField(
        label="What you have seen", help_text="For example: copy of the licence, handed in on paper", max_length=2000, required=False,
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip

    schedules = forms.MultipleChoiceField(
        label="Schedules of controlled medicines that it covers", help_text="As it says. Nobody signs what is not ticked.", required=False,
        choices=[(s, f"Schedule {s}") for s in SCHEDULES], widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, pharmacist: bool = False, country: str = "US", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if pharmacist:
            del self.fields["schedules"]
            return
        arabic = country in ("GB", "UK")
        named = [(s, f"Schedule {s}") for s in SCHEDULES if s.isdigit() == arabic]
        self.fields["schedules"].choices = named  # type: ignore[attr-defined]

    def clean_jurisdiction(self) -> str:
        return str(self.cleaned_data["jurisdiction"]).upper()


class EvidenceForm(PageForm):
    evidence = forms.CharField(
        label="What you saw, and where", max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text="For example: register of the state board, looked up today: current, no restrictions. Not what the person told you.",
        error_messages={"required": "Say what you saw and where"},
    )  # fmt: skip


class SeenForm(EvidenceForm):
    where = forms.CharField(
        label="Which register", help_text="And its address", max_length=300, widget=forms.TextInput(WIDE),
        error_messages={"required": "Say which register"},
    )  # fmt: skip
    document = forms.CharField(
        label="What you kept of it",
        help_text="Where a printout or scan lies",
        max_length=200,
        required=False,
        widget=forms.TextInput(WIDE),
    )


class VerifyForm(EvidenceForm):
    again_on = DateField(
        label="Look at the register again by", help_text="Without a day: on the licence's last day.", required=False
    )  # fmt: skip


class WhyForm(PageForm):
    why = forms.CharField(label="Why", max_length=300, widget=forms.Textarea({"rows": 2}), error_messages={"required": "Say why"})


class TrailForm(PageForm):
    says_optional = False
    by = forms.ChoiceField(label="Person", required=False)
    deed = forms.ChoiceField(label="Deed", required=False)
    outcome = forms.ChoiceField(
        label="Outcome", required=False, choices=[("", "All"), ("done", "Done"), ("looked", "Looked"), ("refused", "Refused")]
    )
    day = DateField(label="Day", required=False)
    record = forms.UUIDField(
        label="Record",
        required=False,
        widget=forms.TextInput(HALF),
        error_messages={"invalid": "This is not the number of a record"},
    )

    def __init__(self, *args: Any, people: list[tuple[str, str]], deeds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].choices = [("", "Everybody"), *people]  # type: ignore[attr-defined]
        self.fields["deed"].choices = [("", "All"), *deeds]  # type: ignore[attr-defined]
