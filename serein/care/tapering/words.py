"""A step in words that people read: real tablets, halves as words, never a fraction sign."""

from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from serein.care.planning.text import TIMES
from serein.care.planning.words import units_words
from serein.clinical import knowledge
from serein.clinical.knowledge import Product
from serein.clinical.quantities import plain
from serein.clinical.taper.living import Kind
from serein.foundation.people.keys import CODE_ALPHABET

LOST_DECIDED = "lost-decided"
WHAT_HAPPENED = {
    Kind.WAIT: "The patient wants to wait",
    Kind.SLOWER: "It should go slower",
    Kind.BACK: "Go back one step",
    Kind.GAP: "Days without tablets, or a return to a higher dose",
    Kind.MISSED_APPOINTMENT: "An appointment was missed",
    Kind.LOST_TABLETS: "Tablets were lost",
    Kind.OUT_OF_STOCK: "A product is out of stock",
    Kind.PREGNANCY: "Pregnancy",
    Kind.HOSPITAL: "A hospital stay",
}


def calendar_code(course_id: UUID, *, agreed: bool, holds: int) -> str:
    """What a printed calendar is known by: another version, a hold or an agreement makes another code, printing it again on another day does
    not. It names nobody and opens nothing."""
    what = f"{course_id} {'agreed' if agreed else 'proposal'} {holds}"
    number = int.from_bytes(sha256(what.encode()).digest()[:5])
    code = "".join(CODE_ALPHABET[number >> 5 * n & 31] for n in range(8))
    return f"{code[:4]}-{code[4:]}"


def happened_words(kind: str) -> str:
    return "Decided on the lost tablets" if kind == LOST_DECIDED else WHAT_HAPPENED[Kind(kind)]


def strength(product: Product) -> str:
    """'5 mg', or '1 mg/mL' for a liquid."""
    return f"{plain(product.mg)} mg" if product.mg is not None else f"{plain(product.mg_per_ml or Decimal())} mg/mL"


def part_words(product_id: str, units: Decimal) -> str:
    """'1 and a half tablets of 2 mg', '2.5 mL of 1 mg/mL'."""
    product = knowledge.load().product(product_id)
    return f"{units_words(product, units)} of {strength(product)}"


def together(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


def named(words: str, substance: str) -> str:
    """A dose's words with its medicine: '10 mg of diazepam at night: 2 tablets of 5 mg'. Where two medicines are taken none goes unnamed."""
    return words.replace(" mg ", f" mg of {substance} ", 1)


def dose_words(at: str, mg: Decimal, parts: tuple[tuple[str, Decimal], ...]) -> str:
    """'10 mg at night: 2 tablets of 5 mg'."""
    return f"{plain(mg)} mg {TIMES[at]}: {together([part_words(p, u) for p, u in parts])}"
