"""Case and Order: all that is known about one patient at one instant. Frozen; what cannot be true cannot be built.

"Nothing recorded" and "asked, and there is none" are different facts: see `Known`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import force_setattr

from serein.clinical.quantities import Amount, Interval, Unit, decimal

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
SNOMED = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
ICD10 = "http://hl7.org/fhir/sid/icd-10"
LOINC = "http://loinc.org"
NDC = "http://hl7.org/fhir/sid/ndc"


class NotACase(ValueError):
    """The values contradict one another; the message says which."""


class Coding(Struct, frozen=True):
    """One code in one system (a URI), with the words that came with it."""

    system: str
    code: str
    display: str = ""


class Concept(Struct, frozen=True):
    """What somebody named, by any number of codes and in words."""

    codings: tuple[Coding, ...] = ()
    text: str = ""

    @property
    def words(self) -> str:
        """The best words for people: the text, else the first display, else the first code."""
        return self.text or next((c.display for c in self.codings if c.display), "") or next((c.code for c in self.codings), "")

    def codes(self, system: str) -> tuple[str, ...]:
        return tuple(c.code for c in self.codings if c.system == system)


class Known(StrEnum):
    """Whether a list was asked about: `YES` makes an empty list mean "none"."""

    YES = "known"
    NO = "unknown"


class Answer(StrEnum):
    """A fact about the person that may never have been asked."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


# As names of a module: to reach a member through its Enum takes seven times as long, and a decision asks some thirty times.
YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


class Birth(Struct, frozen=True):
    """When someone was born: a day, or the first and last day it can have been ("1952" is a whole year)."""

    earliest: date
    latest: date

    def __post_init__(self) -> None:
        if self.earliest > self.latest:
            raise NotACase("birth: earliest is after latest")

    @classmethod
    def day(cls, born: date) -> Birth:
        return cls(born, born)

    def youngest_months(self, on: date) -> int:
        """Completed months on `on` if born as late as possible; below zero if born after `on`."""
        return whole_months(self.latest, on)

    def oldest_months(self, on: date) -> int:
        return whole_months(self.earliest, on)

    def youngest_years(self, on: date) -> int:
        return self.youngest_months(on) // 12

    def oldest_years(self, on: date) -> int:
        return self.oldest_months(on) // 12


def whole_months(start: date, on: date) -> int:
    """Completed months from a day to a day."""
    return (on.year - start.year) * 12 + on.month - start.month - (on.day < start.day)


class Timing(Struct, frozen=True, kw_only=True):
    """How often: `times` (to `times_max`) per `per`. `days` or `starts`/`ends` bound the whole instruction."""

    times: Decimal
    per: Interval
    times_max: Decimal | None = None
    days: Decimal | None = None
    days_max: Decimal | None = None
    starts: date | None = None
    ends: date | None = None

    def __post_init__(self) -> None:
        for name in ("times", "times_max", "days", "days_max"):
            value = getattr(self, name)
            if value is None:
                continue
            force_setattr(self, name, decimal(value, name))
            if getattr(self, name) <= 0:
                raise NotACase(f"timing: {name} is not above zero")
        if self.times_max is not None and self.times_max < self.times:
            raise NotACase("timing: times_max is below times")
        if self.starts and self.ends and self.starts > self.ends:
            raise NotACase("timing: it ends before it starts")


class Dosage(Struct, frozen=True, kw_only=True):
    """One instruction. `low`/`high` is the single dose; `most_days_a_week` is where fewer than the timing says are allowed. `problems` is what
    the translator could not read, in words."""

    text: str = ""
    low: Amount | None = None
    high: Amount | None = None
    timing: Timing | None = None
    as_needed: bool = False
    maximum: Amount | None = None
    maximum_per: Interval | None = None
    most_days_a_week: Decimal | None = None
    route: str = ""
    problems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.low and self.high and (self.low.unit is not self.high.unit or self.low.value > self.high.value):
            raise NotACase("dosage: the range is not low to high in one unit")
        if (self.maximum is None) != (self.maximum_per is None):
            raise NotACase("dosage: a maximum needs its period")
        if self.most_days_a_week is not None and not 0 < self.most_days_a_week <= 7:
            raise NotACase("dosage: days a week are not between 0 and 7")


class Supply(Struct, frozen=True, kw_only=True):
    """What is to be handed out. `quantity` per fill; `days` per fill; `repeats` further fills.

    `unit_text` keeps the written unit when it is none of ours (a blister, a bottle).
    """

    quantity: Decimal | None = None
    unit: Unit | None = None
    unit_text: str = ""
    days: Decimal | None = None
    repeats: int | None = None

    def __post_init__(self) -> None:
        for name in ("quantity", "days"):
            value = getattr(self, name)
            if value is not None:
                force_setattr(self, name, decimal(value, name))
                if getattr(self, name) < 0:
                    raise NotACase(f"supply: {name} is below zero")
        if self.repeats is not None and self.repeats < 0:
            raise NotACase("supply: repeats are below zero")


class MedicineUse(Struct, frozen=True, kw_only=True):
    """What an order and a medicine in the record have in common. `replaces` is the reference of an earlier order."""

    reference: str
    medicine: Concept
    dosages: tuple[Dosage, ...] = ()
    supply: Supply | None = None
    reasons: tuple[Concept, ...] = ()
    authored_on: date | None = None
    starts: date | None = None
    ends: date | None = None
    prescriber: str = ""
    replaces: str = ""
    route: str = ""
    form: str = ""

    def __post_init__(self) -> None:
        if not self.reference:
            raise NotACase("medicine: no reference")

    @property
    def begins(self) -> date | None:
        """First day: written start, else the first start in an instruction, else the day it was written."""
        if self.starts:
            return self.starts
        first = None
        for d in self.dosages:
            if d.timing and d.timing.starts and (first is None or d.timing.starts < first):
                first = d.timing.starts
        return first or self.authored_on


class Medicine(MedicineUse, frozen=True, kw_only=True):
    """A medicine in the record. `source` says how it is known: an order, or what somebody stated."""

    status: str = "active"
    source: str = "order"


class Order(MedicineUse, frozen=True, kw_only=True):
    """A proposed order: nothing signed yet."""


class Condition(Struct, frozen=True, kw_only=True):
    reference: str
    concept: Concept
    status: str = "active"
    verification: str = ""
    onset: date | None = None


class Allergy(Struct, frozen=True, kw_only=True):
    reference: str
    concept: Concept
    kind: str = ""
    criticality: str = ""


class Observation(Struct, frozen=True, kw_only=True):
    """One measured or stated value. `value` with `unit` (UCUM), or `answer` when it is words or a code."""

    reference: str
    concept: Concept
    on: date | None = None
    value: Decimal | None = None
    unit: str = ""
    answer: Concept | None = None


class QuestionnaireAnswers(Struct, frozen=True, kw_only=True):
    """Answers to one instrument, item key to number; `None` is asked and not answered."""

    reference: str
    instrument: str
    answers: tuple[tuple[str, int | None], ...]
    on: date | None = None


class DependenceFacts(Struct, frozen=True, kw_only=True):
    """What the patient or clinician told of earlier use; each may be unknown. `daily_diazepam_mg` is in diazepam mg."""

    said_dependent: Answer = Answer.UNKNOWN
    months_of_use: Decimal | None = None
    days_per_week: Decimal | None = None
    daily_diazepam_mg: Decimal | None = None
    reference: str = ""


class Circumstances(Struct, frozen=True, kw_only=True):
    """Facts that no list holds. `alcohol_course`: a supervised alcohol-withdrawal course is in force. `taper_runs`: the patient
    agreed to dated steps, so a short supply is followed by the next. `risky_work`:
    work in which sleepiness can hurt somebody. `references` maps a field's name to where it was read."""

    pregnant: Answer = Answer.UNKNOWN
    breastfeeding: Answer = Answer.UNKNOWN
    alcohol: Answer = Answer.UNKNOWN
    drives: Answer = Answer.UNKNOWN
    risky_work: Answer = Answer.UNKNOWN
    alcohol_course: Answer = Answer.UNKNOWN
    suicidal_thoughts: Answer = Answer.UNKNOWN
    opioids: Answer = Answer.UNKNOWN
    falls: Answer = Answer.UNKNOWN
    smokes: Answer = Answer.UNKNOWN
    dependence: DependenceFacts = field(default_factory=DependenceFacts)
    last_review: date | None = None
    taper_plan: Answer = Answer.UNKNOWN
    taper_runs: Answer = Answer.UNKNOWN
    references: tuple[tuple[str, str], ...] = ()

    def reference(self, name: str) -> str:
        return dict(self.references).get(name, "the record")


class Case(Struct, frozen=True, kw_only=True):
    """One patient at one instant. `medicines` are current, `past` ended ones; `sex` is FHIR's administrative gender."""

    patient: str = "Patient"
    birth: Birth | None = None
    sex: str = "unknown"
    medicines: tuple[Medicine, ...] = ()
    medicines_known: Known = Known.NO
    past: tuple[Medicine, ...] = ()
    conditions: tuple[Condition, ...] = ()
    conditions_known: Known = Known.NO
    allergies: tuple[Allergy, ...] = ()
    allergies_known: Known = Known.NO
    observations: tuple[Observation, ...] = ()
    questionnaires: tuple[QuestionnaireAnswers, ...] = ()
    circumstances: Circumstances = field(default_factory=Circumstances)
    jurisdiction: str = "US"

    def __post_init__(self) -> None:
        references = [m.reference for m in self.medicines]
        if len(references) != len(set(references)):
            raise NotACase("two current medicines share one reference")
