"""The form in which somebody writes down which document of identity they saw: of a patient, or of somebody who works here."""

from django import forms

from serein.care.access.actions.identity import DOCUMENTS, HOW
from serein.care.access.reads import IdentityLine

from .fields import DateField, DateParts
from .forms import PageForm

LEAD = "Compare name, date of birth and photograph with the person in front of you. Do not copy the document's number."


class IdentityForm(PageForm):
    how = forms.ChoiceField(
        label="How did you see it?",
        choices=list(HOW.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how you saw it"},
    )
    document = forms.ChoiceField(
        label="What did you see?", choices=list(DOCUMENTS.items()), widget=forms.RadioSelect,
        error_messages={"required": "Choose what you saw"},
    )  # fmt: skip
    seen_on = DateField(label="When?", widget=DateParts())
    note = forms.CharField(label="What you compared", required=False)


def seen_words(line: IdentityLine) -> tuple[str, str]:
    """What was seen and how; when, by whom, what was compared."""
    said = f"{line.seen_on:%d-%b-%Y}, by {line.by}"
    how = HOW[line.how]
    return f"{DOCUMENTS[line.document]}: {how[0].lower()}{how[1:]}", f"{said}. Compared: {line.note}" if line.note else said


def newest_words(lines: tuple[IdentityLine, ...]) -> str:
    """For whoever is asked to vouch: the newest document that was seen, or that there is none."""
    return ", ".join(seen_words(lines[0])) if lines else "Nobody has recorded a document"
