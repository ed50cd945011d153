"""The paper copy of a signed prescription: rendered from the signed bytes' content, the same bytes each time.

Data reaches Typst as JSON and is only ever placed as text, so `#`, `$`, `*` and `\\` in a name print as themselves. A letter that the bundled
font does not have is refused rather than printed as an empty box: PDF/UA, which is asked for here, makes Typst check that.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from serein.care.prescribing import codes
from serein.care.prescribing.payload import Content, build

from .press import CannotPrint, Paper, pressed, qr_of

NOT_CERTIFIED = "Serein is not certified for electronic prescribing of controlled substances (21 CFR part 1311)."
DEMONSTRATION_LINE = "Demonstration: nobody may dispense on this paper."
COPY_ONLY = "Copy only – not valid for dispensing"


@dataclass(frozen=True)
class Options:
    """`base_url` is where the code is checked. `key_id` and `signed_at` belong to the signature; `demonstration` adds the watermark."""

    base_url: str
    key_id: str
    signed_at: datetime
    paper: Paper = Paper.LETTER
    demonstration: bool = False


def marking(jurisdiction: str) -> str:
    """What the law wants on a print of a prescription that was signed electronically.

    US: 21 CFR 1311.170(c), a copy must say that it is one and not valid for dispensing. Elsewhere no rule is recorded, and unknown means the
    strictest: the same. The other form of 1311.170(b), an original printed after a failed transmission and signed by hand, is not offered.
    """
    del jurisdiction
    return COPY_ONLY


def qr_svg(code: str, base_url: str) -> str:
    """The address of the check as QR code (SVG)."""
    return qr_of(codes.address(base_url, code))


def prescription_pdf(content: Content, code: str, options: Options) -> bytes:
    """The copy as a tagged PDF. Raises CannotPrint when a letter is not in the bundled font."""
    return pressed("prescription.typ", _data(content, code, options), options.signed_at)


def sha256(pdf: bytes) -> str:
    return hashlib.sha256(pdf).hexdigest()


def _day(day: date) -> str:
    return f"{day:%d-%b-%Y}"


def _line(name: str, value: str, large: bool = False) -> dict[str, Any]:
    return {"name": name, "value": value, "large": large}


def _data(content: Content, code: str, options: Options) -> Mapping[str, Any]:
    c, shown = content, codes.shown(code)
    signed = options.signed_at.astimezone(ZoneInfo(c.clinic.time_zone))
    return {
        "title": "Prescription",
        "paper": options.paper,
        "issued": [c.issued_on.year, c.issued_on.month, c.issued_on.day],
        "marking": marking(c.clinic.jurisdiction),
        "demonstration": options.demonstration,
        "demonstration_line": DEMONSTRATION_LINE,
        "not_certified": NOT_CERTIFIED,
        "code_shown": shown,
        "key": options.key_id[:16],
        "digest": build(c).sha256[:16],
        "qr": qr_svg(code, options.base_url),
        "qr_alt": f"QR code that opens the check of prescription {shown}",
        "clinic": {"name": c.clinic.name, "address": c.clinic.clinic_address, "phone": c.clinic.phone},
        "patient": {
            "name": f"{c.patient.given} {c.patient.family}",
            "born": _day(c.patient.birth_date),
            "address": c.patient.address,
        },
        "lines": [
            _line("Drug", f"{c.medicine.drug} {c.medicine.strength} {c.medicine.form}", True),
            _line("Quantity", c.quantity_words, True),
            _line("Directions", c.directions),
            _line("Refills", "0 (none)"),
            _line("Issued", _day(c.issued_on)),
            _line("Fill from", _day(c.valid_from)),
            _line("Last day to fill", _day(c.valid_until)),
        ],
        "prescriber": [
            _line("Signed by", f"{c.prescriber.name}, {signed:%d-%b-%Y %H:%M} ({c.clinic.time_zone})"),
            _line("Address", c.prescriber.address),
            _line("Telephone", c.prescriber.phone),
            _line("DEA number", c.prescriber.dea),
            *([_line("NPI", c.prescriber.npi)] if c.prescriber.npi else []),
            _line("Licence", c.prescriber.licence),
        ],
        "how_to_check": f"Scan the code, or type {shown} at {options.base_url.rstrip('/')}/pharmacy. The record there decides, not this paper.",
    }


__all__ = [
    "COPY_ONLY", "DEMONSTRATION_LINE", "NOT_CERTIFIED", "CannotPrint", "Options", "Paper", "marking", "prescription_pdf", "qr_svg", "sha256",
]  # fmt: skip
