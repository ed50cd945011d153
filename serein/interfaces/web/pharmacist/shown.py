"""How a pharmacist reads a prescription: what decides first, and large."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.html import format_html

from serein.care.prescribing.actions.dispensing import REASONS
from serein.care.prescribing.payload import Content
from serein.care.prescribing.reads.slips import Examined, NotGivenOut, staff_day, staff_instant
from serein.care.prescribing.reads.slips import Verdict as Code
from serein.interfaces.web.shell.parts import Event, Verdict
from serein.interfaces.web.shell.tall_man import tall_man

KINDS = {Code.GENUINE: "good", Code.TOO_EARLY: "unknown", Code.UNCHECKED: "unknown"}
UNKNOWN = Verdict(
    "bad",
    "Do not dispense: no prescription has this code",
    "Check each letter. A code that was read aloud or copied is easily misheard.",
)
TOO_MANY = Verdict(
    "unknown",
    "We cannot check right now: too many codes from your network",
    "Wait five minutes. A pharmacist who signs in can go on at once.",
)


def verdict(seen: Examined) -> Verdict:
    """Everything that is not expressly good is drawn as bad."""
    return Verdict(KINDS.get(seen.verdict, "bad"), seen.heading, seen.detail, tuple((True, what) for what in seen.checked))


def _large(text: str) -> Any:
    return format_html('<span class="big">{}</span>', text)


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def facts(content: Content, at: datetime) -> list[tuple[str, Any]]:
    """Patient, drug, strength, quantity, directions, fill window, in that order. Never a diagnosis."""
    c, patient = content, content.patient
    today = at.astimezone(ZoneInfo(c.clinic.time_zone)).date()
    return [
        ("Patient", _large(f"{patient.family.upper()}, {patient.given}")),
        ("Born", f"{staff_day(patient.birth_date)} ({_age(patient.birth_date, today)} y)"),
        ("Address", patient.address),
        ("Medicine", _large(tall_man(f"{c.medicine.drug} {c.medicine.strength} {c.medicine.form}"))),
        ("Quantity", _large(c.quantity_words)),
        ("Directions", c.directions),
        ("Fill from", staff_day(c.valid_from)),
        ("Last day to fill", staff_day(c.valid_until)),
        ("Refills", "0 (none)"),
        ("Issued", staff_day(c.issued_on)),
        ("Prescriber", f"{c.prescriber.name}, DEA {c.prescriber.dea}, {c.prescriber.address}"),
    ]


def history(rows: tuple[NotGivenOut, ...], zone: str) -> list[Event]:
    """Earlier refusals to dispense, newest first."""
    return [
        Event(
            staff_instant(row.at, zone),
            f"Not dispensed: {REASONS.get(row.reason, row.reason)}." + (f" “{row.words}”" if row.words else ""),
            f"{row.by}, {row.pharmacy}" if row.pharmacy else row.by,
        )
        for row in rows
    ]
