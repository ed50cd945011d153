"""What was done about a check-in, about missed doses, or about a silent diary: the only thing that takes it off the list."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access.reads import contact_choice
from serein.care.evaluation.reads import harm_told
from serein.care.evaluation.safety import WAYS
from serein.care.monitoring.actions import Contacted, NewContact, record_contact
from serein.care.monitoring.actions.contacting import ABOUT
from serein.care.monitoring.reads import CheckInLine, check_ins
from serein.care.planning.text import Mistaken
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.tasks.reads import tasks_of_patient
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, not_found_page, refused_page, render_form_page

from .banner import banner
from .desk import chart_page

FLAG = "check-in-flag"


class ContactForm(PageForm):
    """`seen` names the wording of the check-in that the page showed."""

    how = forms.ChoiceField(
        label="How did you reach the patient?", choices=WAYS, widget=forms.RadioSelect, error_messages={"required": "Say how"}
    )
    words = forms.CharField(
        label="What was said and done?",
        widget=forms.Textarea({"rows": 5}),
        error_messages={"required": "Write what was said and done"},
    )
    seen = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)


def _line(key: OpenChart) -> CheckInLine | None:
    """The check-in to speak about: the newest wording of the one that a task is open for, else of the newest flagged one."""
    lines = check_ins(key)
    asked = {t.subject_id for t in tasks_of_patient(key) if t.kind == FLAG}
    mine = [c for c in lines if not c.taken_back]
    return next((c for c in mine if c.root in asked), None) or next((c for c in mine if c.flags), None)


@chart_page
def contact(request: HttpRequest, key: OpenChart, about: str) -> HttpResponse:
    if about not in ABOUT:
        return not_found_page(request)
    line = _line(key) if about == FLAG else None
    if about == FLAG and line is None:
        return not_found_page(request, "No check-in of this patient raised a flag.")
    form = ContactForm(request.POST or None, initial={"seen": line.seen if line else ""})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        new = NewContact(about, data["how"], data["words"], _of(data["seen"]), data["seen"])
        answer = record_contact(key, new)
        if isinstance(answer, Contacted):
            messages.success(request, "Recorded." if answer.closed else "Recorded. The patient stays on the list.")
            return redirect("clinician:chart", key.patient_id)
        if isinstance(answer, Refused):
            old = answer.code == "changed-meanwhile"
            return changed_page(request, answer.why, back=request.path) if old else refused_page(request, answer)
        _place(form, answer)
    earlier = [c for c in check_ins(key) if line is not None and c.root == line.root and c.id != line.id]
    return render_form_page(
        request, form, title=f"Record a contact: {ABOUT[about].lower()}", button="Record the contact", template="clinician/contact.html",
        banner=banner(key), line=line, earlier=earlier, harm=about == FLAG and harm_told(key),
        reach=contact_choice(key),
        back=reverse("clinician:chart", args=[key.patient_id]),
    )  # fmt: skip


def _of(seen: str) -> UUID | None:
    try:
        return UUID(seen.partition(":")[0])
    except ValueError:
        return None


def _place(form: forms.Form, answer: Mistaken) -> None:
    for field, words in answer.by_field:
        form.add_error(field if field in form.fields else None, words)
