"""Prescriptions for tests that need no database: one plain, and any that hypothesis can think of."""

import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from hypothesis import strategies as st

from serein.care.prescribing import payload, words
from serein.care.prescribing.plaintext import NotPlain, plain_text


def plain_content(**changes: object) -> payload.Content:
    given = {
        "draft_id": UUID(int=1),
        "draft_version": 1,
        "issued_on": date(2026, 11, 22),
        "patient": payload.PatientLines(UUID(int=2), "Maria", "Torres", date(1972, 3, 12), "12 Elm Street, Sacramento, CA 95814"),
        "medicine": payload.MedicineLines("diazepam", "5 mg", "tablet", "diazepam-tablet-5mg"),
        "quantity": Decimal("42"),
        "unit": "tablet",
        "directions": words.regular_directions(
            [words.TimedDose("morning", Decimal("0.5")), words.TimedDose("night", Decimal("1"))],
            words.Unit("tablet", Decimal("5")),
            days=28,
        ),
        "refills": 0,
        "prescriber": payload.PrescriberLines(
            UUID(int=3), "Dr Ada Okafor", "1 Clinic Road, Sacramento, CA", "(555) 010-0142", "AO1234563", "1234567893", "A-12345"
        ),
        "clinic": payload.ClinicLines(
            UUID(int=4), "Riverside Clinic", "1 Clinic Road, Sacramento, CA", "(555) 010-0100", "US-CA", "America/Los_Angeles"
        ),
        "valid_from": date(2026, 11, 22),
        "valid_until": date(2026, 12, 22),
    }
    return payload.Content(**{**given, **changes})  # type: ignore[arg-type]


def is_plain(text: str) -> bool:
    try:
        return bool(plain_text(text, longest=100, digits_only=True))
    except NotPlain:
        return False


def names(most: int = 40) -> st.SearchStrategy[str]:
    """Names in any script that a prescription may carry, not normalised yet."""
    letters = st.characters(categories=("L", "M", "Nd", "P", "S", "Zs"))
    return st.text(letters, min_size=1, max_size=most).filter(is_plain)


def latin_names(most: int = 40) -> st.SearchStrategy[str]:
    """Names out of what the bundled font can print."""
    return st.text(st.characters(min_codepoint=0x20, max_codepoint=0x17E), min_size=1, max_size=most).filter(
        lambda text: is_plain(text) and unicodedata.is_normalized("NFC", text)
    )


@st.composite
def contents(draw: st.DrawFn, text: st.SearchStrategy[str] | None = None) -> payload.Content:
    word = text if text is not None else names()
    issued = draw(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
    first = issued + timedelta(days=draw(st.integers(0, 180)))
    return payload.Content(
        draft_id=draw(st.uuids()), draft_version=draw(st.integers(1, 2**31 - 1)), issued_on=issued,
        patient=payload.PatientLines(
            draw(st.uuids()), draw(word), draw(word), draw(st.dates(date(1900, 1, 1), date(2000, 1, 1))), draw(word)
        ),
        medicine=payload.MedicineLines(draw(word), draw(word), draw(word), draw(word)),
        quantity=draw(st.decimals(Decimal("0.001"), Decimal("9999"), places=3)), unit=draw(st.sampled_from(["tablet", "capsule", "mL"])),
        directions=draw(word), refills=0,
        prescriber=payload.PrescriberLines(draw(st.uuids()), *(draw(word) for _ in range(6))),
        clinic=payload.ClinicLines(draw(st.uuids()), draw(word), draw(word), draw(word), draw(word), "Europe/Berlin"),
        valid_from=first, valid_until=first + timedelta(days=draw(st.integers(0, 180))),
    )  # fmt: skip
