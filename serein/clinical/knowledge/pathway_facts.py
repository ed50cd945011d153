"""The shapes of what is done along the way: indications, states, advice, schedules of watching, courses for alcohol withdrawal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from serein.clinical.knowledge.facts import Cite
from serein.clinical.quantities import Span


@dataclass(frozen=True, kw_only=True)
class Excepted:
    """A warning that its own source lifts for some indications: the finding stays and says why it may be acceptable."""

    id: str
    code: str
    indications: tuple[str, ...]
    says: str
    cite: Cite
    confirmed_by: str | None
    review_by: date


@dataclass(frozen=True, kw_only=True)
class Indication:
    id: str
    name: str
    text: tuple[str, ...]
    icd10: tuple[str, ...] = ()
    icd10_except: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    limits_as: str = ""


@dataclass(frozen=True, kw_only=True)
class IndicationFile:
    indications: tuple[Indication, ...]
    confirmed_by: str | None
    review_by: date


@dataclass(frozen=True, kw_only=True)
class State:
    """A state of the person that a record shows. `history_denies`: "history of pregnancy" is no pregnancy."""

    id: str
    cite: Cite
    icd10: tuple[str, ...] = ()
    icd10_except: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    not_text: tuple[str, ...] = ()
    history_denies: bool = False


@dataclass(frozen=True, kw_only=True)
class StateFile:
    states: tuple[State, ...]
    confirmed_by: str | None
    review_by: date


@dataclass(frozen=True, kw_only=True)
class Advice:
    """Words for the patient and what to do, by level: emergency, same-day, routine, support."""

    id: str
    level: str
    signs: tuple[str, ...]
    advice: tuple[str, ...]
    cite: Cite


@dataclass(frozen=True, kw_only=True)
class AdviceFile:
    advice: tuple[Advice, ...]
    confirmed_by: str | None
    review_by: date


@dataclass(frozen=True, kw_only=True)
class Recheck:
    """What is looked at again, how often, and why. `days` None: the source names no length of time."""

    id: str
    what: str
    how_often: str
    cite: Cite
    days: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecheckFile:
    schedules: tuple[Recheck, ...]
    confirmed_by: str | None
    review_by: date


@dataclass(frozen=True, kw_only=True)
class WithdrawalCourse:
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


@dataclass(frozen=True, kw_only=True)
class DrugChoice:
    """Which substances to prefer for whom."""

    id: str
    prefer: tuple[str, ...]
    people: tuple[str, ...]
    why: str
    cite: Cite


@dataclass(frozen=True, kw_only=True)
class WithdrawalFile:
    courses: tuple[WithdrawalCourse, ...]
    choices: tuple[DrugChoice, ...]
    always: tuple[str, ...]
    cite: Cite
    confirmed_by: str | None
    review_by: date
