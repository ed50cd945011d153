"""Checking: run the assessment, keep what it said with what went in, and record the reasons for going on in spite of a warning."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

import serein
from serein.care.monitoring.reads.reviews import review_of
from serein.care.planning.text import Mistaken
from serein.clinical.findings import Finding, Severity, as_json
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record
from serein.foundation.rows import new_id

from ..evidence import Examination, as_stored
from ..models import Check, Draft, Override
from ..plaintext import NotPlain, plain_text
from ..reads.drafts import DraftCard
from ..reads.examination import agreed_plan, examine, open_draft
from ..reads.overrides import REASONS
from .drafting import NOT_YOURS, by_clinician

LONGEST_WORDS = 500


@dataclass(frozen=True)
class Checked:
    """What was found on the record as it is now. `check_id` names the stored row from which it can be replayed."""

    check_id: UUID
    draft: DraftCard
    examination: Examination


@dataclass(frozen=True)
class Overridden:
    override_id: UUID
    fingerprint: str


@deed
@transaction.atomic
def check_draft(chart: OpenChart, draft_id: UUID) -> Checked | Refused:
    """Assess the draft on the current record and keep the result. The same result for the same version is kept once."""
    if by_clinician(chart) is None:
        return refuse_on_record(chart, "check_draft", NOT_YOURS)
    seen = open_draft(chart, draft_id)
    plan = seen if isinstance(seen, Refused) else agreed_plan(chart, seen)
    if isinstance(seen, Refused) or isinstance(plan, Refused):
        why = seen if isinstance(seen, Refused) else plan
        assert isinstance(why, Refused)
        return refuse_on_record(chart, "check_draft", why, subject=("draft", draft_id))
    examination = examine(chart, seen, plan)
    return Checked(_kept(chart, seen, examination), seen, examination)


def _kept(chart: OpenChart, seen: DraftCard, examination: Examination) -> UUID:
    Draft.objects.select_for_update(no_key=True).get(pk=seen.id)  # two looks at once keep one row
    last = Check.objects.filter(draft=seen.id, draft_version=seen.version).order_by("-id").first()
    if last is not None and last.assessment["record_digest"] == examination.record_digest:
        return last.id
    result = as_json(examination.assessment, serein.__version__)
    row = Check(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, draft_id=seen.id, draft_version=seen.version, at=chart.at,
        knowledge_version=examination.assessment.knowledge, assessment=as_stored(examination, result),
    )  # fmt: skip
    row.save(force_insert=True)
    entry = Entry(chart.clinic_id, chart.at, chart.by.account_id if chart.by else None, "check_draft", purpose=chart.purpose)
    codes = sorted({f"{f.severity.value}:{f.code}" for f in examination.assessment.findings})
    facts = {"version": seen.version, "knowledge": row.knowledge_version, "findings": codes}
    record(entry.about(chart.patient_id, "draft", seen.id), facts=facts)
    return row.id


def _warning(examination: Examination, fingerprint: str) -> Finding | None:
    found = examination.assessment.findings
    return next((f for f in found if f.fingerprint == fingerprint and f.severity is Severity.WARN), None)


def _mistakes(reason: str, words: str) -> Mistaken | str:
    """The words as they are kept, or what is wrong with them."""
    if reason not in REASONS:
        return Mistaken((("reason", "Choose a reason."),))
    try:
        said = plain_text(words.replace("\r", " ").replace("\n", " ").replace("\t", " "), longest=LONGEST_WORDS)
    except NotPlain as wrong:
        return Mistaken((("words", f"What you wrote {wrong}."),))
    if reason == "not-applicable" and not said:
        return Mistaken((("words", "Say why it does not apply."),))
    return said


@deed
@transaction.atomic
def override_warning(
    chart: OpenChart, draft_id: UUID, fingerprint: str, *, reason: str, words: str = ""
) -> Overridden | Mistaken | Refused:
    """Record why the clinician goes on in spite of one warning. It counts for these facts only, and until the next reassessment.

    A stop has no reason that would do: it is not offered and not accepted.
    """
    by = by_clinician(chart)
    if by is None:
        return refuse_on_record(chart, "override_warning", NOT_YOURS)
    subject = ("draft", draft_id)
    seen = open_draft(chart, draft_id)
    if isinstance(seen, Refused):
        return refuse_on_record(chart, "override_warning", seen, subject=subject)
    plan = agreed_plan(chart, seen)
    if isinstance(plan, Refused):
        return refuse_on_record(chart, "override_warning", plan, subject=subject)
    finding = _warning(examine(chart, seen, plan), fingerprint)
    if finding is None:
        gone = Refused("warning-gone", "This warning changed or is gone. Look again.")
        return refuse_on_record(chart, "override_warning", gone, subject=subject)
    said = _mistakes(reason, words)
    if isinstance(said, Mistaken):
        return said
    row = Override(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, code=finding.code, fingerprint=fingerprint, reason=reason,
        words=said, by_id=by, at=chart.at, until=review_of(chart, plan).due_on,
    )  # fmt: skip
    row.save(force_insert=True)
    entry = Entry(chart.clinic_id, chart.at, by, "override_warning", purpose=chart.purpose)
    record(entry.about(chart.patient_id, "draft", draft_id), facts={"finding": finding.code, "reason": reason})
    return Overridden(row.id, fingerprint)
