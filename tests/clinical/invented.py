"""Zorbazepam: a benzodiazepine that does not exist, with limits chosen to be easy to compute by head."""

from __future__ import annotations

import dataclasses
from datetime import date

from serein.clinical import knowledge
from serein.clinical.knowledge import facts
from serein.clinical.knowledge.reading import build

CITE = {"source": "serein-rule", "where": "invented for tests", "confidence": "D"}
SEEN = {"confirmed_by": None, "review_by": date(2099, 1, 1)}

SUBSTANCE = {
    "id": "zorbazepam",
    "name": "zorbazepam",
    "classes": ["benzodiazepine"],
    "codes": {"rxnorm": ["999000001"]},
    "equivalents": [
        {"table": "one", "mg": {"low": 10, "high": 10}, "cite": CITE},
        {"table": "two", "mg": {"low": 20, "high": 20}, "cite": CITE},
    ],
    "cite": CITE,
    **SEEN,
}
PRODUCTS = {
    "substance": "zorbazepam",
    "products": [
        {
            "id": "zorb-8",
            "name": "zorbazepam 8 mg tablet",
            "form": "tablet",
            "mg": 8,
            "smallest": 1,
            "rxnorm": ["999000008"],
            "jurisdictions": ["US"],
            "cite": CITE,
        }
    ],
    **SEEN,
}
LIMITS = {
    "substance": "zorbazepam",
    "ranges": [
        {
            "id": "zorb-anxiety",
            "jurisdiction": "US",
            "indication": "anxiety",
            "population": "adult",
            "single_mg": {"low": 8, "high": 16},
            "times_per_day": {"low": 1, "high": 3},
            "daily_mg": {"low": 8, "high": 48},
            "printed": "8 to 16 mg, 1 to 3 times daily",
            "cite": CITE,
        }
    ],
    "absolutes": [{"indication": "anxiety", "population": "adult", "daily_mg": 100, "says": "an invented label", "cite": CITE}],
    "durations": [{"days": 10, "name": "10 days", "says": "an invented label", "cite": CITE}],
    **SEEN,
}


def zorbazepam() -> knowledge.Knowledge:
    """The real knowledge and the invented drug beside it."""
    known = knowledge.load()
    return dataclasses.replace(
        known,
        substances=(*known.substances, build(facts.Substance, SUBSTANCE, "zorbazepam")),
        products=(*known.products, build(facts.ProductFile, PRODUCTS, "zorbazepam")),
        limits=(*known.limits, build(facts.LimitFile, LIMITS, "zorbazepam")),
    )
