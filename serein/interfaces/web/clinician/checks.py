"""What the assessment found, as cards: stops first, then warnings that need a reason, then those that have one, then notes."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from serein.care.monitoring.reads import dose_history, estimate
from serein.care.planning.text import Mistaken
from serein.care.prescribing.actions.checking import LONGEST_WORDS, Checked, check_draft, override_warning
from serein.care.prescribing.reads.overrides import REASONS, Standing
from serein.clinical.findings import Finding, Severity
from serein.clinical.kinetics import NotValid
from serein.clinical.quantities import plain
from serein.foundation.people.keys import OpenChart, Refused
from serein.interfaces.web.shell.forms import PageForm
from serein.interfaces.web.shell.pages import changed_page
from serein.interfaces.web.shell.parts import Card, Input, Source
from serein.interfaces.web.shell.tall_man import tall_man

from .banner import banner
from .desk import chart_page
from .instead import Asked, InsteadForm, asked_of
from .templatetags.clinician import day
from .watch import BANDS, drawn, sedation_facts

# What the assessment leaves to whoever knows the prescriber: here that is the signature.
AT_SIGNING = {
    "licence": "checked again when you sign",
    "jurisdiction": "the licence must cover this clinic’s; checked when you sign",
}


class ReasonsForm(PageForm):
    """Two fields for each warning that has no reason yet, named by its fingerprint, so that a changed warning is another field."""

    def __init__(self, data: object, warnings: tuple[Finding, ...]) -> None:
        super().__init__(data)
        for finding in warnings:
            mark, about = finding.fingerprint, finding.summary
            self.fields[f"reason-{mark}"] = forms.ChoiceField(
                label="Why go on?", choices=tuple(REASONS.items()), widget=forms.RadioSelect({"class": "govuk-radios--small"}),
                error_messages={"required": f"Choose a reason: {about}"},
            )  # fmt: skip
            self.fields[f"words-{mark}"] = forms.CharField(
                label="In your words", required=False, max_length=LONGEST_WORDS, widget=forms.Textarea({"rows": 2})
            )

    def body(self, finding: Finding) -> SafeString:
        fields = [self[f"reason-{finding.fingerprint}"], self[f"words-{finding.fingerprint}"]]
        return format_html('<div class="fields">{}{}</div>', *(f.as_field_group() for f in fields))


def card_of(finding: Finding, body: SafeString | str = "") -> Card:
    """A finding as a card: fact, why, inputs with where from, sources with what they are."""
    sources = tuple(
        Source(s.title, s.where, s.url, "" if s.kind in ("primary", "own") else f"read in a {s.kind} source")
        for s in finding.sources
    )
    detail = finding.detail
    if finding.relaxed_from:
        detail += " Shown as a warning, not a stop: the patient is probably dependent, and stopping would do harm."
    return Card(
        finding.severity.value, tall_man(finding.summary), tall_man(detail), tuple(Input(i.what, i.source) for i in finding.inputs), sources,
        finding.suggestions, code=finding.code, body=body,
    )  # fmt: skip


def _said(reason: Standing) -> SafeString:
    words = f"“{reason.words}” " if reason.words else ""
    return format_html(
        "<p><b>{}.</b> {}<span class=\"sub\">{}, {}; stands until {}</span></p>",
        reason.reason_words, words, reason.by, day(reason.at), day(reason.until),
    )  # fmt: skip


@chart_page
def check(request: HttpRequest, key: OpenChart, draft_id: UUID) -> HttpResponse:
    checked = check_draft(key, draft_id)
    if isinstance(checked, Refused):
        return changed_page(request, checked.why, back=reverse("clinician:plans", args=[key.patient_id]))
    form = ReasonsForm(request.POST if request.method == "POST" else None, checked.examination.unanswered)
    if request.method == "POST" and form.is_valid():
        gone = _record(key, checked, form)
        if gone is not None:
            return changed_page(request, gone.why, back=request.path)
        if not form.errors:
            return redirect(
                "clinician:sign" if checked.examination.assessment.may_sign else "clinician:check", key.patient_id, draft_id
            )
    return _page(request, key, checked, form)


def _record(key: OpenChart, checked: Checked, form: ReasonsForm) -> Refused | None:
    for finding in checked.examination.unanswered:
        mark = finding.fingerprint
        reason, words = form.cleaned_data[f"reason-{mark}"], form.cleaned_data[f"words-{mark}"]
        answer = override_warning(key, checked.draft.id, mark, reason=reason, words=words)
        if isinstance(answer, Refused):
            return answer
        if isinstance(answer, Mistaken):
            for field, says in answer.by_field:
                form.add_error(f"{field}-{mark}", says)
    return None


def _asked(request: HttpRequest, key: OpenChart, checked: Checked) -> Asked | None:
    """What this draft's dose would do to the level, or another one; None for a substance of which the chart estimates no level. Nothing is
    calculated before it is asked for."""
    mine = [o for o in checked.examination.assessment.orders if o.substance == BANDS[0] and o.daily_dose_mg is not None]
    if not mine:
        return None
    dose = plain(sum((o.daily_dose_mg for o in mine if o.daily_dose_mg is not None), Decimal()))
    if "dose" not in request.GET:
        return Asked(InsteadForm(initial={"dose": dose}))
    history = dose_history(key)
    levels = estimate(key, history)
    if isinstance(levels, NotValid):
        return Asked(InsteadForm(initial={"dose": dose}), why=levels.why)
    asked = asked_of(request, key, history, levels)
    return replace(asked, plot=drawn(history, levels, asked)) if asked.answer else asked


def _page(request: HttpRequest, key: OpenChart, checked: Checked, form: ReasonsForm) -> HttpResponse:
    examination = checked.examination
    findings, open_now = examination.assessment.findings, examination.unanswered
    answered = [(f, examination.standing[f.fingerprint]) for f in findings if f.severity is Severity.WARN and f not in open_now]
    gaps = [(n.check, AT_SIGNING.get(n.check, n.why)) for n in examination.assessment.not_checked]
    asked = _asked(request, key, checked)
    context = {
        "banner": banner(key), "asked": asked, "draft": checked.draft, "form": form, "knowledge": examination.assessment.knowledge,
        "orders": examination.assessment.orders, "may_sign": examination.assessment.may_sign, "told": sedation_facts(key), "not_checked": gaps,
        "stops": [card_of(f) for f in findings if f.severity is Severity.STOP],
        "to_answer": [card_of(f, form.body(f)) for f in open_now],
        "answered": [card_of(f, _said(reason)) for f, reason in answered],
        "notes": [card_of(f) for f in findings if f.severity is Severity.NOTE],
    }  # fmt: skip
    status = 422 if (form.is_bound and form.errors) or (asked and asked.form.errors) else 200
    return render(request, "clinician/check.html", context, status=status)
