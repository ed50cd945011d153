"""Psychotherapy notes: a page for their author alone, behind a key of its own."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.visits.actions import LONGEST_NOTE, keep_psychotherapy_note
from serein.care.visits.reads import psychotherapy_notes
from serein.foundation.people.keys import OpenChart, Refused, open_chart
from serein.foundation.people.persons import clinic_card
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import refused_page, render_form_page

from .banner import banner
from .desk import chart_page
from .templatetags.clinician import instant

LEAD = (
    "Psychotherapy notes. Only you read them, on this page, while you are in the care team. "
    "They are in no handover, copy, search, paper, letter or emergency. What others need to treat this patient belongs into the record."
)


class NoteForm(PageForm):
    words = forms.CharField(
        label="New note", strip=False, max_length=LONGEST_NOTE, widget=forms.Textarea({"rows": 8}),
        error_messages={"required": "Write something"},
    )  # fmt: skip


@chart_page
def own_notes(request: HttpRequest, care: OpenChart) -> HttpResponse:
    """Whose page it is is drawn with the key for care; then the narrower key replaces it, and nothing else of the record is open."""
    about = banner(care)
    assert care.by is not None, "somebody signed in"
    key = open_chart(care.by, care.patient_id, purpose="psychotherapy notes", at=care.at)
    if isinstance(key, Refused):
        return refused_page(request, key)
    form = NoteForm(request.POST or None)
    if form.is_valid():
        answer = keep_psychotherapy_note(key, form.cleaned_data["words"])
        if not isinstance(answer, Refused):
            messages.success(request, "Kept. Only you read it.")
            return redirect("clinician:own_notes", key.patient_id)
        form.add_error("words", answer.why)
    zone = clinic_card(key.clinic_id).time_zone
    return render_form_page(
        request, form, title="My own notes", template="clinician/own_notes.html", button="Keep this note", banner=about, lead=LEAD,
        notes=[(instant(n.written_at, zone), n.words) for n in psychotherapy_notes(key)],
        back=reverse("clinician:chart", args=[key.patient_id]),
    )  # fmt: skip
