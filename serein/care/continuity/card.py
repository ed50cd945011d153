"""What the emergency card says, as a plain value: for somebody who has never seen the patient and has a minute."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class HandedOut:
    """The newest prescription that a pharmacy handed out: what is in the patient's hands, whatever any plan says."""

    medicine: str
    quantity: str
    directions: str
    on: date


@dataclass(frozen=True)
class Change:
    """A step of a taper whose day has come and which nobody has confirmed. Milligrams a day."""

    on: date
    from_mg: str
    to_mg: str


@dataclass(frozen=True, kw_only=True)
class EmergencyCard:
    """Days are those at the patient's home. `doses` is the dose of diazepam in force on `as_of`: taken or not, nobody has seen it.

    `since` is the first day on which this clinic's medicine was handed out; None: nothing was. `used_elsewhere` is what the patient told of use
    that goes on or ended within a month: words, or empty. `opioids` is yes, no or unknown. `allergies_known` and `others_known` tell an empty
    list from one that nobody asked about. `confirmed`: whether a licensed human confirmed the knowledge behind the advice.
    """

    patient_id: UUID
    name: str
    birth_date: date | None
    as_of: date
    doses: tuple[str, ...]
    most_a_day: str
    change: Change | None
    since: date | None
    handed_out: HandedOut | None
    used_elsewhere: str
    others: tuple[str, ...]
    others_known: bool
    opioids: str
    allergies: tuple[str, ...]
    allergies_known: bool
    knowledge: str
    confirmed: bool
