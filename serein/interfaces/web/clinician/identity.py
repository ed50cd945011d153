"""Who the patient is, recorded by whoever saw a document."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from serein.care.access import actions as access
from serein.care.access.actions.identity import DOCUMENTS
from serein.care.access.reads import identity_proofs, provider_proofs
from serein.foundation.people.keys import OpenChart, Refused
from serein.foundation.people.persons import clinic_card, clinic_day
from serein.interfaces.web.shell.pages import refused_page, render_form_page
from serein.interfaces.web.shell.seen_form import LEAD, IdentityForm

from .banner import banner
from .desk import chart_page


@chart_page
def identity(request: HttpRequest, key: OpenChart) -> HttpResponse:
    form = IdentityForm(request.POST or None, initial={"seen_on": clinic_day(key.clinic_id, key.at)})
    if form.is_valid():
        answer = access.record_identity(key, access.NewIdentityProof(**form.cleaned_data))
        if isinstance(answer, Refused):
            return refused_page(request, answer)
        if isinstance(answer, access.IdentityRecorded):
            messages.success(request, "Recorded.")
            return redirect("clinician:chart", key.patient_id)
        for field, words in answer.by_field:
            form.add_error(field, words)
    zone = clinic_card(key.clinic_id).time_zone
    return render_form_page(
        request, form, title="Who the patient is", vouched=provider_proofs(key), zone=zone,
        connected=bool(settings.SEREIN_IDENTITY_PROVIDERS), template="clinician/identity.html", button="Record what I saw", banner=banner(key),
        lead=LEAD, back=reverse("clinician:chart", args=[key.patient_id]),
        seen=[(f"{DOCUMENTS[p.document]}, {p.how}", f"{p.seen_on:%d-%b-%Y}", p.by, p.note) for p in identity_proofs(key)],
    )  # fmt: skip
