"""An imported record at one day -> the Case and the Orders that the clinical core judges."""

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from serein.clinical.case import Case, Known, NotACase, Order
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.circumstances import circumstances_of
from serein.interfaces.translate.problems import is_current, says_none
from serein.interfaces.translate.record import Imported, ImportedRecord

T = TypeVar("T")


@dataclass(frozen=True)
class Request:
    """What is to be judged, and the day on which it is."""

    case: Case
    orders: tuple[Order, ...]
    on: date


def as_request(record: ImportedRecord, on: date | None, today: date) -> Request:
    """The case and its proposed orders, on `on`, else the newest order's `authoredOn`, else `today`.

    Raises BadInput when there is no proposed order, or the patient is born after that day.
    """
    if not record.orders:
        raise BadInput("entry", "no proposed order (a MedicationRequest with status draft, or intent proposal or plan)")
    day = on or max((o.authored_on for o in record.orders if o.authored_on), default=today)
    if record.patient.birth and record.patient.birth.earliest > day:
        raise BadInput("Patient.birthDate", f"{record.patient.birth.earliest} is after {day}, the day of the check")
    return Request(as_case(record), record.orders, day)


def as_case(record: ImportedRecord) -> Case:
    """The record as the clinical core sees it: what is current apart from what has ended, and what nobody asked about said so."""
    medicines = [m.value for m in record.medicines]
    allergies = [a.value for a in record.allergies]
    try:
        return Case(
            patient=record.patient.reference,
            birth=record.patient.birth,
            sex=record.patient.sex,
            medicines=tuple(m for m in medicines if m.status == "active"),
            medicines_known=_known(record, "medicines", record.medicines),
            past=tuple(m for m in medicines if m.status != "active"),
            conditions=tuple(c.value for c in record.conditions if is_current(c.value)),
            conditions_known=_known(record, "conditions", record.conditions),
            allergies=tuple(a for a in allergies if not says_none(a)),
            allergies_known=_known(record, "allergies", record.allergies),
            observations=tuple(o.value for o in record.observations),
            # Oldest first: whoever wants the newest reads from the end.
            questionnaires=tuple(sorted((a.value for a in record.answers), key=lambda a: a.on or date.min)),
            circumstances=circumstances_of(record),
        )
    except NotACase as error:
        raise BadInput("", str(error)) from None


def _known(record: ImportedRecord, about: str, found: tuple[Imported[T], ...]) -> Known:
    return Known.YES if found or about in record.said_to_be_empty else Known.NO
