"""What is asked about a handover: to whom, why, and how another clinic said yes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from serein.care.access.reads import PassingOnLine
from serein.care.continuity.actions import NewAcceptance, NewHandover
from serein.care.continuity.reads import HOW, Colleague
from serein.care.planning.text import Mistaken
from serein.interfaces.web.shell.forms import PageForm

ELSEWHERE, NAMED = "elsewhere", "named-"


class HandoverForm(PageForm):
    to = forms.ChoiceField(
        label="Who takes the patient over?", widget=forms.RadioSelect, error_messages={"required": "Choose who takes the patient over"}
    )  # fmt: skip
    to_name = forms.CharField(label="Name, if at another clinic", required=False)
    to_clinic = forms.CharField(label="Their clinic", required=False)
    to_address = forms.CharField(label="Where you send it: telephone, secure e-mail or address", required=False)
    why = forms.CharField(
        label="Why is the patient handed over?", widget=forms.Textarea({"rows": 3}),
        error_messages={"required": "Say why the patient is handed over"},
    )  # fmt: skip

    def __init__(self, colleagues: Sequence[Colleague], named: Sequence[PassingOnLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = [(str(c.account_id), c.name) for c in colleagues]
        there = [
            (f"{NAMED}{c.id}", f"{c.recipient}, {c.recipient_clinic}: with substance-use records, as the patient agreed")
            for c in named
        ]
        self.fields["to"].choices = [*here, *there, (ELSEWHERE, "Somebody else at another clinic")]  # type: ignore[attr-defined]

    def asked(self) -> NewHandover:
        data = self.cleaned_data
        if data["to"].startswith(NAMED):
            return NewHandover(why=data["why"], to_address=data["to_address"], consent_id=UUID(data["to"].removeprefix(NAMED)))
        if data["to"] != ELSEWHERE:
            return NewHandover(why=data["why"], to_account_id=UUID(data["to"]))
        return NewHandover(why=data["why"], to_name=data["to_name"], to_clinic=data["to_clinic"], to_address=data["to_address"])


class AcceptedForm(PageForm):
    by = forms.CharField(label="Who accepted?", error_messages={"required": "Enter who accepted, by name"})
    how = forms.ChoiceField(
        label="How did they say so?", choices=[(k, v) for k, v in HOW.items() if k != "signed-in"], widget=forms.RadioSelect,
        error_messages={"required": "Choose how it was confirmed"},
    )  # fmt: skip
    told_changes = forms.BooleanField(label="I told them what changed since it was sent", required=False)

    def asked(self) -> NewAcceptance:
        return NewAcceptance(
            by=self.cleaned_data["by"], how=self.cleaned_data["how"], told_changes=self.cleaned_data["told_changes"]
        )


class WhyForm(PageForm):
    why = forms.CharField(label="Why?", error_messages={"required": "Say why"})


class FileForm(PageForm):
    file = forms.FileField(
        label="The handover file",
        error_messages={"required": "Choose the file", "empty": "This file is empty. Choose another one"},
    )


def place(form: forms.Form, answer: Mistaken) -> None:
    for field, words in answer.by_field:
        form.add_error(field if field in form.fields else None, words)
