"""The shapes of what is done along the way: indications, states, advice, schedules of watching, courses for alcohol withdrawal."""

from __future__ import annotations

from datetime import date

from serein.clinical.knowledge.facts import Cite, Fact
from serein.clinical.quantities import Span


class Excepted(Fact, frozen=True, kw_only=True):
    """A warning that its own source lifts for some indications: the finding stays and says why it may be acceptable."""

    id: str
    code: str
    indications: tuple[str, ...]
    says: str
    cite: Cite
    confirmed_by: str | None
    review_by: date


class Indication(Fact, frozen=True, kw_only=True):
    id: str
    name: str
    text: tuple[str, ...]
    icd10: tuple[str, ...] = ()
    icd10_except: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    limits_as: str = ""


class IndicationFile(Fact, frozen=True, kw_only=True):
    indications: tuple[Indication, ...]
    confirmed_by: str | None
    review_by: date


class State(Fact, frozen=True, kw_only=True):
    """A state of the person that a record shows. `history_denies`: "history of pregnancy" is no pregnancy."""

    id: str
    cite: Cite
    icd10: tuple[str, ...] = ()
    icd10_except: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    not_text: tuple[str, ...] = ()
    history_denies: bool = False


class StateFile(Fact, frozen=True, kw_only=True):
    states: tuple[State, ...]
    confirmed_by: str | None
    review_by: date


class Advice(Fact, frozen=True, kw_only=True):
    """Words for the patient and what to do, by level: emergency, same-day, routine, support."""

    id: str
    level: str
    signs: tuple[str, ...]
    advice: tuple[str, ...]
    cite: Cite


class AdviceFile(Fact, frozen=True, kw_only=True):
    advice: tuple[Advice, ...]
    confirmed_by: str | None
    review_by: date


class Recheck(Fact, frozen=True, kw_only=True):
    """What is looked at again, how often, and why. `days` None: the source names no length of time."""

    id: str
    what: str
    how_often: str
    cite: Cite
    days: int | None = None


class RecheckFile(Fact, frozen=True, kw_only=True):
    schedules: tuple[Recheck, ...]
    confirmed_by: str | None
    review_by: date


class WithdrawalCourse(Fact, frozen=True, kw_only=True):
    """One published way to treat alcohol withdrawal under supervision. Doses in mg of `substance`, one at a time; `repeat_hours`
    between them; None is not printed."""

    id: str
    kind: str
    substance: str
    says: str
    cite: Cite
    starts_when: str = ""
    single_mg: Span | None = None
    repeat_hours: Span | None = None
    until: str = ""


class DrugChoice(Fact, frozen=True, kw_only=True):
    """Which substances to prefer for whom."""

    id: str
    prefer: tuple[str, ...]
    people: tuple[str, ...]
    why: str
    cite: Cite


class WithdrawalFile(Fact, frozen=True, kw_only=True):
    courses: tuple[WithdrawalCourse, ...]
    choices: tuple[DrugChoice, ...]
    always: tuple[str, ...]
    cite: Cite
    confirmed_by: str | None
    review_by: date
