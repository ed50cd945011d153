"""Check-ins as values: the answers in words, what they raised, and what somebody did about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from serein.care.evaluation.answering import in_words
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import name_of
from serein.foundation.remembering import remembered

from ..form import BY_KEY, FLAGS, QUESTIONS, RANK, SEDATION, Answers, Flag
from ..models import CheckIn, Contact


@dataclass(frozen=True)
class AnswerWords:
    key: str
    title: str
    short: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class ContactLine:
    about: str
    how: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True)
class CheckInLine:
    """One check-in. `open`: the patient is still answering. `taken_back`: a later one corrects it. `contact`: what was done last."""

    id: UUID
    root: UUID
    day: date
    answers: Answers
    lines: tuple[AnswerWords, ...]
    flags: tuple[Flag, ...]
    level: str
    started_at: datetime
    answered_at: datetime
    open: bool
    complete: bool
    taken_back: bool
    contact: ContactLine | None
    private: bool = False

    @property
    def seen(self) -> str:
        """What a page has shown of it: a contact names it, so that it never closes what came in meanwhile."""
        return f"{self.id}:{self.answered_at.isoformat()}"

    @property
    def sedation(self) -> tuple[Flag, ...]:
        return tuple(f for f in self.flags if f.code in SEDATION)

    @property
    def sleepy(self) -> int | None:
        score = self.answers.get("sleepy", {}).get("choice")
        return int(score) if score is not None else None


@shown
@remembered
def check_ins(chart: OpenChart, *, since: date | None = None) -> tuple[CheckInLine, ...]:
    """Every check-in, finished or not, the newest first."""
    rows = list(CheckIn.objects.filter(patient=chart.patient_id).order_by("-started_at", "-id"))
    roots = _roots(rows)
    contacts = {
        c.check_in_id: c for c in Contact.objects.filter(patient=chart.patient_id).exclude(check_in=None).order_by("at", "id")
    }
    corrected = {r.corrects_id for r in rows}
    return tuple(
        _line(r, roots[r.id], r.id in corrected, contacts.get(roots[r.id])) for r in rows if since is None or r.day >= since
    )


@shown
def check_in(chart: OpenChart, check_in_id: UUID) -> CheckInLine | None:
    return next((c for c in check_ins(chart) if c.id == check_in_id), None)


@shown
def open_check_in(chart: OpenChart) -> CheckInLine | None:
    """The one that the patient has not sent yet."""
    return next((c for c in check_ins(chart) if c.open), None)


@shown
def ever_raised(chart: OpenChart, check_in_id: UUID) -> tuple[Flag, ...]:
    """Every flag that this check-in or an earlier wording of it raised, the most pressing first."""
    rows = list(CheckIn.objects.filter(patient=chart.patient_id))
    roots = _roots(rows)
    codes = dict.fromkeys(code for r in rows if roots[r.id] == roots[check_in_id] for code in r.flags)
    return tuple(sorted((FLAGS[c] for c in codes if c in FLAGS), key=lambda f: -RANK[f.level]))


@shown
def root_of(chart: OpenChart, check_in_id: UUID) -> UUID:
    """The first of a row of corrections: what a task is about."""
    return _roots(list(CheckIn.objects.filter(patient=chart.patient_id)))[check_in_id]


@shown
def sedation_told(chart: OpenChart, since: date) -> tuple[CheckInLine, ...]:
    """Check-ins since that day that told of breathing or of being too sleepy, newest first; one that was corrected later too."""
    return tuple(c for c in check_ins(chart, since=since) if c.sedation)


@shown
@remembered
def contacts(chart: OpenChart) -> tuple[ContactLine, ...]:
    return tuple(_contact(c) for c in Contact.objects.filter(patient=chart.patient_id).order_by("-at", "-id"))


def _roots(rows: Iterable[CheckIn]) -> dict[UUID, UUID]:
    before = {r.id: r.corrects_id for r in rows}

    def root(one: UUID) -> UUID:
        while (earlier := before.get(one)) is not None:
            one = earlier
        return one

    return {one: root(one) for one in before}


def _line(row: CheckIn, root: UUID, taken_back: bool, contact: Contact | None) -> CheckInLine:
    lines = tuple(
        AnswerWords(q.key, q.title, q.short, in_words(q, row.answers[q.key])) for q in QUESTIONS if q.key in row.answers
    )
    flags = tuple(FLAGS[c] for c in row.flags if c in FLAGS)
    return CheckInLine(
        row.id, root, row.day, row.answers, lines, flags, row.level, row.started_at, row.answered_at, row.finished_at is None,
        set(BY_KEY) <= set(row.answers), taken_back, _contact(contact) if contact else None, row.private,
    )  # fmt: skip


def _contact(row: Contact) -> ContactLine:
    return ContactLine(row.about, row.how, row.words, name_of(row.by_id), row.at)
