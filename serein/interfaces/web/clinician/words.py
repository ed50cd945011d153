"""How staff read people and time on these pages."""

from datetime import date

from serein.care.access.reads import PatientCard
from serein.clinical.case import Birth


def staff_name(card: PatientCard) -> str:
    """TORRES, Maria: the surname cannot be taken for the given name."""
    return f"{card.family.upper()}, {card.given}"


def years(born: date, on: date) -> int:
    return Birth.day(born).youngest_years(on)


def born_on(born: date, on: date) -> str:
    """27-Mar-1985 (41 y)."""
    return f"{born:%d-%b-%Y} ({years(born, on)} y)"


def born_words(card: PatientCard, on: date) -> str:
    """Born 27-Mar-1985 (41 y); unknown is said in words."""
    return "Date of birth unknown" if card.birth_date is None else f"Born {born_on(card.birth_date, on)}"


def age_line(card: PatientCard, on: date) -> str:
    """41 y · she/her: what stands under a name in a list."""
    age = f"{years(card.birth_date, on)} y" if card.birth_date else "age unknown"
    return f"{age} · {card.pronouns}" if card.pronouns else age
