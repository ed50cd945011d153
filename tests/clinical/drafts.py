"""A person, an order and an invented drug for the tests of the clinical core. All dates are fixed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from serein.clinical import knowledge
from serein.clinical.assess import assess
from serein.clinical.case import (
    RXNORM,
    Allergy,
    Answer,
    Birth,
    Case,
    Circumstances,
    Coding,
    Concept,
    Condition,
    Dosage,
    Known,
    Medicine,
    Order,
    Supply,
    Timing,
)
from serein.clinical.findings import Assessment
from serein.clinical.quantities import Amount, Interval, Unit

TODAY = date(2026, 11, 22)
DAY = Interval(Decimal(24))
TABLETS = {"2": "197590", "5": "197591", "10": "197589"}


def mg(value: str | Decimal, times: str | Decimal = "2", **more: Any) -> Dosage:
    """So many mg, so many times a day."""
    as_needed, maximum, text = more.pop("as_needed", False), more.pop("maximum", None), more.pop("text", "")
    amount = Amount(Decimal(value), more.pop("unit", Unit.MG))
    return Dosage(
        text=text,
        low=amount,
        high=amount,
        timing=Timing(times=Decimal(times), per=more.pop("per", DAY), **more),
        as_needed=as_needed,
        maximum=Amount(Decimal(maximum), Unit.MG) if maximum else None,
        maximum_per=DAY if maximum else None,
    )


def tablet(strength: str = "5") -> Concept:
    return Concept((Coding(RXNORM, TABLETS[strength], f"diazepam {strength} MG Oral Tablet"),))


def order(*dosages: Dosage, **more: Any) -> Order:
    """A diazepam order for severe anxiety, two weeks, unless told otherwise."""
    given = {
        "reference": "o1",
        "medicine": tablet(),
        "dosages": dosages or (mg("5"),),
        "reasons": (Concept(text="severe anxiety"),),
        "authored_on": TODAY,
        "supply": Supply(days=Decimal(14)),
    }
    return Order(**{**given, **more})


def medicine(text: str, reference: str = "m1", **more: Any) -> Medicine:
    return Medicine(reference=reference, medicine=more.pop("concept", Concept(text=text)), **more)


def condition(text: str = "", system: str = "", code: str = "", **more: Any) -> Condition:
    codings = (Coding(system, code),) if code else ()
    return Condition(reference=more.pop("reference", "c1"), concept=Concept(codings, text), **more)


def born(years: int) -> Birth:
    return Birth.day(date(TODAY.year - years, 1, 15))


ASKED = Circumstances(
    pregnant=Answer.NO,
    breastfeeding=Answer.NO,
    alcohol=Answer.NO,
    drives=Answer.NO,
    risky_work=Answer.NO,
    opioids=Answer.NO,
    falls=Answer.NO,
    suicidal_thoughts=Answer.NO,
    taper_plan=Answer.YES,
)


def person(**more: Any) -> Case:
    """A man of 40 about whom everything was asked, with nothing wrong."""
    told = more.pop("told", {})
    given: dict[str, Any] = {
        "birth": born(40),
        "sex": "male",
        "medicines_known": Known.YES,
        "conditions_known": Known.YES,
        "allergies_known": Known.YES,
        "circumstances": msgspec.structs.replace(ASKED, **told),
    }
    return Case(**{**given, **more})


def allergy(text: str) -> Allergy:
    return Allergy(reference="a1", concept=Concept(text=text))


def judge(case: Case, *orders: Order, on: date = TODAY, known: knowledge.Knowledge | None = None) -> Assessment:
    return assess(case, orders or (order(),), known or knowledge.load(), on)


def codes(assessment: Assessment) -> set[str]:
    return {f.code for f in assessment.findings}


def severity(assessment: Assessment, code: str) -> str:
    """The severity of the one finding with this code."""
    (finding,) = assessment.of(code)
    return finding.severity.value


def established(*dosages: Dosage, months: int = 8, **more: Any) -> Medicine:
    """A diazepam order that has been running for so many months."""
    given = {"dosages": dosages or (mg("5", "3"),), "authored_on": TODAY - timedelta(days=31 * months), "concept": tablet()}
    return medicine("diazepam 5 MG Oral Tablet", more.pop("reference", "m9"), **{**given, **more})
