"""What is handed over, as one frozen value: everything that the next clinician needs in order to go on tomorrow morning.

Numbers of a dose are decimal strings, as on a prescription: no reader on the way can round them. Nothing here knows the database, so that
the file, the paper and the page are all made from the same value.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import msgspec

from serein.clinical.case import Allergy, Condition, Medicine, Observation


@dataclass(frozen=True, kw_only=True)
class PatientFacts:
    """`source` names the person for good, wherever the document is read; `sex` is FHIR's administrative gender. `reach`: how they
    say that they may be reached."""

    source: str
    given: str
    family: str
    birth_date: date | None
    sex: str
    phone: str = ""
    address: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    reach: str = ""


@dataclass(frozen=True, kw_only=True)
class ClinicianFacts:
    """Who hands over and answers for the patient until somebody has accepted, and where they are reached."""

    name: str
    npi: str
    phone: str
    clinic: str
    clinic_phone: str
    clinic_address: str


@dataclass(frozen=True)
class DoseAt:
    """One dose of a day. `parts` are (id of the product, units); `words` is what people read."""

    at: str
    mg: str
    parts: tuple[tuple[str, str], ...]
    words: str
    max_per_day: str = ""
    max_per_week: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanFacts:
    """The plan that the patient agreed to. `reassess_on` is the next review, as the last one set it."""

    version: int
    indication: str
    indication_name: str
    indication_words: str
    goal: str
    product: str
    product_name: str
    doses: tuple[DoseAt, ...]
    daily_mg: str
    starts_on: date
    ends_on: date
    reassess_on: date
    agreed_on: date
    supportive_care: tuple[str, ...] = ()
    supportive_care_words: tuple[str, ...] = ()
    supportive_note: str = ""


@dataclass(frozen=True, kw_only=True)
class StepFacts:
    """`confirmed_on`: when it was said that the change was made; None: nobody said so."""

    number: int
    from_on: date
    days: int
    daily_mg: str
    doses: tuple[DoseAt, ...]
    terminal: bool
    told_on: date | None
    confirmed_on: date | None


@dataclass(frozen=True)
class HoldFacts:
    from_on: date
    until_on: date | None
    asked_by_patient: bool
    why: str


@dataclass(frozen=True, kw_only=True)
class TaperFacts:
    """The running version, with every step, and the holds of earlier versions too: how it went is part of how it goes on. `cut_percent` and
    `every_days` are the pace in numbers, which an older document does not have."""

    version: int
    start_mg: str
    goal_mg: str
    starts_on: date
    ends_on: date
    agreed_on: date
    pace: str
    steps: tuple[StepFacts, ...]
    hold: HoldFacts | None
    earlier_holds: tuple[HoldFacts, ...] = ()
    cut_percent: str = ""
    every_days: int = 0

    def reached(self, on: date) -> tuple[StepFacts, ...]:
        """Steps whose day has come and which no hold keeps back."""
        return tuple(s for s in self.steps if s.from_on <= on and (self.hold is None or s.from_on <= self.hold.from_on))

    def current(self, on: date) -> StepFacts | None:
        """The step in which the calendar stands; None before the first."""
        return next(reversed(self.reached(on)), None)

    def coming(self, on: date) -> StepFacts | None:
        """The next change; none while the dose is held."""
        return None if self.hold else next((s for s in self.steps if s.from_on > on), None)


@dataclass(frozen=True)
class ChangeFacts:
    """A change whose day has come and which nobody has confirmed. Milligrams a day."""

    on: date
    from_mg: str
    to_mg: str
    supplied: bool


@dataclass(frozen=True)
class DoseFacts:
    """The dose in force: the last one that the patient was told of and had supply for. Beside an unconfirmed change neither is called taken."""

    mg: str
    since: date
    words: tuple[str, ...]
    unconfirmed: ChangeFacts | None
    held: bool


@dataclass(frozen=True, kw_only=True)
class SupplyFacts:
    """One prescription that was signed, and what became of it. `medicine` is it as the clinical core reads it."""

    id: str
    words: str
    quantity: str
    unit: str
    quantity_words: str
    directions: str
    prescriber: str
    signed_on: date
    valid_until: date
    state: str
    medicine: Medicine
    dispensed_on: date | None = None
    pharmacy: str = ""


@dataclass(frozen=True, kw_only=True)
class EntryFacts:
    """One condition, medicine, allergy or measurement of the record: exactly one of the four values. `segment`: it goes only because the patient
    said so, and whoever reads it may not pass it on."""

    id: str
    words: str
    status: str
    since: date | None
    provenance: str
    condition: Condition | None = None
    medicine: Medicine | None = None
    allergy: Allergy | None = None
    observation: Observation | None = None
    segment: str = ""

    @property
    def value(self) -> Condition | Medicine | Allergy | Observation:
        found = self.condition or self.medicine or self.allergy or self.observation
        if found is None:
            raise ValueError(f"{self.id}: an entry without a value")
        return found


@dataclass(frozen=True)
class CheckInFacts:
    """What the patient answered on one day. `flags` are what it raised, in words for staff; `done` what somebody did about it."""

    id: str
    on: date
    answers: tuple[tuple[str, str], ...]
    flags: tuple[str, ...]
    done: str


@dataclass(frozen=True)
class ScoreFacts:
    """One questionnaire. `total` is None where too much was left out to score it."""

    id: str
    instrument: str
    name: str
    total: int | None
    maximum: int
    band: str
    on: date


@dataclass(frozen=True)
class DiaryFacts:
    """Doses with a fixed time over the days from `since` to `until`. Silence is unknown: it does not mean not taken."""

    since: date
    until: date
    taken: int
    missed: int
    unsure: int
    silent: int
    uses: int


@dataclass(frozen=True)
class RiskFacts:
    code: str
    words: str
    on: date | None


@dataclass(frozen=True)
class TaskFacts:
    tier: str
    title: str
    why: str
    due_on: date


@dataclass(frozen=True)
class PassedOnFacts:
    """The patient's consent by which entries of a segment go along. `until` is the last day; `law` names what guards them where it is known."""

    consent_id: str
    recipient: str
    recipient_clinic: str
    purpose: str
    given_on: date
    until: date
    law: str = ""


@dataclass(frozen=True, kw_only=True)
class HandoverFacts:
    """Days are those at the patient's home, `at` is the instant of the look. `came_from` names the clinic that sent what was not confirmed
    here yet: who reads this must know that it went through two hands. `withheld`: entries of a segment stayed behind. `passed_on`: they go
    along, with the patient's consent to this recipient."""

    at: datetime
    as_of: date
    patient: PatientFacts
    clinician: ClinicianFacts
    plan: PlanFacts | None
    taper: TaperFacts | None
    dose: DoseFacts | None
    supplies: tuple[SupplyFacts, ...]
    entries: tuple[EntryFacts, ...]
    allergies_known: bool
    medicines_known: bool
    check_ins: tuple[CheckInFacts, ...]
    scores: tuple[ScoreFacts, ...]
    diary: DiaryFacts | None
    risks: tuple[RiskFacts, ...]
    tasks: tuple[TaskFacts, ...]
    knowledge: str
    confirmed: bool
    came_from: str = ""
    withheld: bool = False
    passed_on: PassedOnFacts | None = None

    @property
    def next_change(self) -> StepFacts | None:
        return self.taper.coming(self.as_of) if self.taper else None

    @property
    def digest(self) -> str:
        """Of what a stale handover would mislead about. The diary, a calm check-in and what is to be done leave it as it is: they change
        every day, and a document that is old each morning would teach people to press on."""
        flagged = tuple(c for c in self.check_ins if c.flags)
        core = (
            self.patient, self.plan, self.taper, self.dose, self.next_change, self.supplies, self.entries, flagged, self.scores, self.risks,
            self.withheld, self.passed_on,
        )  # fmt: skip
        return hashlib.sha256(msgspec.json.encode(core)).hexdigest()

    def differs(self, other: "HandoverFacts") -> tuple[str, ...]:
        """What is another in the other, by heading, where a handover must not be old."""
        flags = tuple(c for c in self.check_ins if c.flags), tuple(c for c in other.check_ins if c.flags)
        pairs: tuple[tuple[str, Any, Any], ...] = (
            ("Patient", self.patient, other.patient), ("Plan", self.plan, other.plan), ("Taper", self.taper, other.taper),
            ("Dose in force", self.dose, other.dose), ("Next change", self.next_change, other.next_change),
            ("Prescriptions", self.supplies, other.supplies), ("Medicines and record", self.entries, other.entries),
            ("Red flags", *flags), ("Questionnaires", self.scores, other.scores), ("Risks", self.risks, other.risks),
            ("The patient's consent", self.passed_on, other.passed_on),
        )  # fmt: skip
        return tuple(name for name, here, there in pairs if here != there)


def written(facts: HandoverFacts) -> bytes:
    """The facts as JSON, the same bytes each time: what the document carries for whoever imports it."""
    return msgspec.json.encode(facts)


def read(data: bytes) -> HandoverFacts:
    """Back from `written`. Raises msgspec.ValidationError or DecodeError for anything else."""
    return msgspec.json.decode(data, type=HandoverFacts, strict=True)


def standing(facts: HandoverFacts, on: date) -> HandoverFacts:
    """What came from elsewhere, as it stands on a later day: the calendar went on, and nobody has said whether the patient did.

    The dose stays the last one that was in force there; a change whose day has come since is unconfirmed, never taken for made.
    """
    if facts.taper is None or facts.dose is None or on <= facts.as_of:
        return facts
    then, now = facts.taper.current(facts.as_of), facts.taper.current(on)
    if now is None or now == then:
        return replace(facts, as_of=on)
    before = facts.dose.unconfirmed.from_mg if facts.dose.unconfirmed else facts.dose.mg
    change = ChangeFacts(now.from_on, before, now.daily_mg, False)
    return replace(facts, as_of=on, dose=replace(facts.dose, unconfirmed=change))
