"""The evaluation as the chart shows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from serein.clinical import knowledge
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, OpenList
from serein.foundation.people.persons import name_of

from ..answering import in_words, live
from ..form import BY_KEY
from ..models import InstrumentResult, Intake, RecordEntry, RiskAssessment
from ..question import Kind
from .intake import IntakeState, last_intake, open_intake
from .safety import SafetyState, open_safety, open_safety_of


@dataclass(frozen=True)
class AnswerLine:
    """One answered question: `title` in the patient's words, `short` for the chart, `words` the answer line by line."""

    section: str
    question: str
    title: str
    short: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class ItemLine:
    text: str
    answer: str
    value: int | None


@dataclass(frozen=True)
class ResultLine:
    """One finished questionnaire. `total` is None when too many items were left out to score it by the book; `missing` counts them."""

    id: UUID
    instrument: str
    name: str
    total: int | None
    maximum: int
    band: str
    missing: int
    answered_at: datetime
    items: tuple[ItemLine, ...]


@dataclass(frozen=True)
class AssessmentLine:
    by: str
    at: datetime
    how: str
    judgement: str
    done: str


@dataclass(frozen=True)
class EntryLine:
    """A condition, medicine, allergy or observation of the record. `provenance`: imported, patient or clinician; `source` names it."""

    id: UUID
    kind: str
    status: str
    words: str
    since: date | None
    provenance: str
    source: str
    recorded_at: datetime
    segment: str = ""


@dataclass(frozen=True)
class Evaluation:
    """`started`: an intake is open and not sent yet. `answers` are those of the last one that was sent."""

    started: bool
    submitted_at: datetime | None
    answers: tuple[AnswerLine, ...]
    results: tuple[ResultLine, ...]
    safety: SafetyState | None
    assessments: tuple[AssessmentLine, ...]
    entries: tuple[EntryLine, ...]


@dataclass(frozen=True)
class Overview:
    """One patient on a panel."""

    patient_id: UUID
    intake: str
    submitted_at: datetime | None
    safety: SafetyState | None
    results: tuple[tuple[str, int | None, str], ...]


@shown
def evaluation(chart: OpenChart) -> Evaluation:
    sent = last_intake(chart)
    return Evaluation(
        started=open_intake(chart) is not None,
        submitted_at=sent.submitted_at if sent else None,
        answers=_answer_lines(sent) if sent else (),
        results=tuple(_results(chart)),
        safety=open_safety(chart),
        assessments=tuple(_assessments(chart)),
        entries=tuple(_entries(chart)),
    )


def _answer_lines(state: IntakeState) -> tuple[AnswerLine, ...]:
    """The answers that count, in the order of the form. Questionnaires stand among the results instead."""
    asked = [(BY_KEY[k], a) for k, a in live(state.answers).items() if BY_KEY[k].kind is not Kind.INSTRUMENT]
    return tuple(AnswerLine(q.section, q.key, q.title, q.short, in_words(q, a)) for q, a in asked)


def _results(chart: OpenChart) -> Iterator[ResultLine]:
    for row in InstrumentResult.objects.filter(patient=chart.patient_id).order_by("-answered_at", "-id"):
        yield _result(row)


def _result(row: InstrumentResult) -> ResultLine:
    instrument = knowledge.load().instrument(row.instrument)
    items = []
    for item in (*instrument.items, *instrument.unscored):
        value = row.answers.get(item.id)
        label = next((o.label for o in instrument.options_of(item) if o.value == value), "left out")
        items.append(ItemLine(item.text, label, value))
    missing = sum(row.answers.get(i.id) is None for i in instrument.items)
    return ResultLine(
        row.id, row.instrument, instrument.name, row.total, instrument.maximum, row.band, missing, row.answered_at, tuple(items)
    )


def _assessments(chart: OpenChart) -> Iterator[AssessmentLine]:
    for row in RiskAssessment.objects.filter(patient=chart.patient_id).order_by("-at"):
        yield AssessmentLine(name_of(row.by_id), row.at, row.how, row.judgement, row.done)


def _entries(chart: OpenChart) -> Iterator[EntryLine]:
    for e in RecordEntry.objects.filter(patient=chart.patient_id, ended_at=None).order_by("kind", "-recorded_at", "id"):
        yield EntryLine(e.id, e.kind, e.status, e.words, e.since, e.provenance, e.source_system, e.recorded_at, e.segment)


@shown
def evaluations_overview(listing: OpenList) -> dict[UUID, Overview]:
    """Where each patient of the list stands: intake none, started or sent; the open warning; the newest total of each questionnaire."""
    sent: dict[UUID, datetime | None] = {}
    state: dict[UUID, str] = {}
    for patient, submitted in (
        Intake.objects.filter(patient__in=listing.patients).order_by("started_at").values_list("patient_id", "submitted_at")
    ):
        state[patient] = "sent" if submitted else "started"
        sent[patient] = submitted or sent.get(patient)
    newest: dict[UUID, dict[str, tuple[str, int | None, str]]] = {}
    for r in InstrumentResult.objects.filter(patient__in=listing.patients).order_by("answered_at", "id"):
        newest.setdefault(r.patient_id, {})[r.instrument] = (r.instrument, r.total, r.band)
    open_now = open_safety_of(listing)
    return {
        p: Overview(p, state.get(p, "none"), sent.get(p), open_now.get(p), tuple(newest.get(p, {}).values()))
        for p in listing.patients
    }
