"""An obviously correct twin of the limits: the YAML read as plain text, one loop for each question, no index and no class."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import serein.clinical.knowledge as room
from serein.clinical.case import Birth, Concept, Supply
from tests.clinical.drafts import TODAY, judge, mg, order, person

FILE = yaml.safe_load((Path(room.__file__).parent / "limits" / "diazepam.yaml").read_text())
REASONS = {
    "anxiety": "anxiety",
    "muscle-spasm": "muscle spasm",
    "spasticity": "spasticity",
    "seizures": "epilepsy",
    "insomnia": "insomnia",
}


def exact(value: object) -> Decimal:
    return Decimal(str(value))


def people(years: int) -> str:
    return "child" if years < 18 else "older" if years >= 65 else "adult"


def outer(indication: str, population: str) -> Decimal:
    """For this use; where no label gives one, the narrowest of the ordinary uses stands in."""
    for limit in FILE["absolutes"]:
        if (limit["indication"], limit["population"]) == (indication, population):
            return exact(limit["daily_mg"])
    usual = [outer(i, population) for i in ("anxiety", "muscle-spasm") if i != indication]
    return min(u for u in usual if u is not None)


def inner(place: str, indication: str, population: str, field: str) -> Decimal | None:
    """The highest number of the label here; where it prints none for these people, of any label; for old and young at last of adults."""
    rows = [r for r in FILE["ranges"] if field in r and "start_daily_mg" not in r and r["indication"] == indication]
    for wanted in (
        lambda r: (r["jurisdiction"], r["population"]) == (place, population),
        lambda r: r["population"] == population,
        lambda r: population != "adult" and (r["jurisdiction"], r["population"]) == (place, "adult"),
    ):
        found = [exact(r[field]["high"]) for r in rows if wanted(r)]
        if found:
            return max(found)
    return None


def first(place: str, population: str) -> tuple[Decimal, Decimal] | None:
    for r in FILE["ranges"]:
        if (r["jurisdiction"], r["population"]) == (place, population) and "start_daily_mg" in r:
            return exact(r["start_daily_mg"]), exact(r["single_mg"]["high"])
    return None


@settings(max_examples=400, deadline=None)
@given(
    st.integers(1, 100),
    st.sampled_from(["US", "UK"]),
    st.sampled_from(sorted(REASONS)),
    st.decimals(min_value="0.5", max_value="40", places=1),
    st.integers(1, 6),
)
def test_the_rings_and_the_first_dose_are_those_of_the_twin(years, place, indication, single, times):
    who = person(birth=Birth.day(date(TODAY.year - years, 1, 1)), jurisdiction=place)
    asked = order(mg(single, str(times)), medicine=Concept(text="diazepam"), reasons=(Concept(text=REASONS[indication]),))
    found, population, daily = judge(who, asked), people(years), single * times
    most = outer(indication, population)
    assert bool(found.of("dose-above-absolute")) == (daily > most)
    begin = first(place, population)
    assert bool(found.of("start-dose-too-high")) == (begin is not None and (daily > begin[0] or single > begin[1]))
    usual = inner(place, indication, population, "daily_mg")
    if usual is not None and usual < daily <= most:
        assert found.of("dose-above-recommended")
    if daily <= (usual or 0) and single <= (inner(place, indication, population, "single_mg") or single):
        assert not found.of("dose-above-recommended")


@settings(max_examples=200, deadline=None)
@given(
    st.integers(1, 200),
    st.integers(0, 5),
    st.sampled_from(["diazepam 5 mg tablet", "diazepam 2 mg/5 mL oral suspension"]),
    st.sampled_from(["US", "UK"]),
)
def test_the_length_of_a_course_is_that_of_the_twin(length, repeats, what, place):
    found = judge(
        person(jurisdiction=place),
        order(medicine=Concept(text=what), supply=Supply(days=Decimal(length), repeats=repeats)),
    )
    form = "oral-suspension" if "suspension" in what else "tablet"
    days = length * (1 + repeats)
    passed = [d for d in FILE["durations"] if form in d.get("forms", [form]) and days > d["days"]]
    told = [f.summary for f in found.of("duration-beyond-guidance")]
    worst = max(passed, key=lambda d: d["days"], default=None)
    assert told == ([f"The course goes beyond {worst['name']}"] if worst else [])
