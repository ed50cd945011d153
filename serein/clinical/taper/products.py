"""Products of the knowledge as a planner needs them, and which further one would help where a plan cannot be made."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from serein.clinical.knowledge import Knowledge

from .amounts import FORMS, Product
from .values import Request


def by_mouth(knowledge: Knowledge, substance: str, jurisdiction: str = "") -> tuple[Product, ...]:
    """Every product of the substance that is taken by mouth day by day and whose smallest part is known; of one market where it is named."""
    known = []
    for fact in knowledge.products_of(substance, jurisdiction):
        strength = fact.mg if fact.mg is not None else fact.mg_per_ml
        if fact.rescue or strength is None or fact.smallest is None or fact.form not in FORMS:
            continue
        known.append(Product(id=fact.id, form=fact.form, mg=strength, smallest=fact.smallest))
    return tuple(known)


def alternatives(knowledge: Knowledge, request: Request, finest_mg: Decimal) -> Iterator[Request]:
    """The same request with one more product that would do: those the knowledge names, the coarsest first, then a liquid to look for."""
    part = Decimal(10) ** finest_mg.adjusted()
    sought = Product(id="liquid-to-look-for", form="oral-solution", mg=Decimal(1), smallest=part)
    taken = {p.id for p in request.products}
    for product in (*sorted(by_mouth(knowledge, request.substance), key=lambda p: -p.part_mg), sought):
        if product.id not in taken:
            yield replace(request, products=(*request.products, product))
