"""Marking an entry as a substance-use record. It binds for good, so it is asked first."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.evaluation.actions import mark_segment
from serein.care.evaluation.reads import evaluation
from serein.foundation.people.keys import OpenChart, Refused
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page, refused_page, render_form_page

from .banner import banner
from .desk import chart_page

SAYS = (
    "A substance-use record stays in this clinic unless the patient names somebody who may have it. It is left out of each other handover and "
    "its paper, and these say that something is withheld. "
    "Whoever treats the patient here still reads it. This cannot be taken back."
)


@chart_page
def segment(request: HttpRequest, key: OpenChart, entry_id: UUID) -> HttpResponse:
    chart = reverse("clinician:chart", args=[key.patient_id])
    entry = next((e for e in evaluation(key).entries if e.id == entry_id), None)
    if entry is None:
        return changed_page(request, "This entry has already been ended or replaced.", back=chart)
    if request.method == "POST":
        marked = mark_segment(key, entry_id)
        if isinstance(marked, Refused):
            return refused_page(request, marked)
        messages.success(request, "Marked. It goes nowhere without the patient's consent.")
        return redirect("clinician:chart", key.patient_id)
    return render_form_page(
        request, PageForm(), title=f"Withhold: {entry.words}", button="Mark as a substance-use record", template="clinician/form_page.html",
        banner=banner(key), back=chart, lead=SAYS,
    )  # fmt: skip
