"""A million plans, each printed and read again by a reader that shares no code; some are held, slowed and taken back on the way.

`make test-long MINUTES=n` bounds it: the campaign ends when its share of the minutes is used, and says how many plans it saw.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from serein.clinical.knowledge import load
from serein.clinical.taper import Constraints, Cut, Pace, Plan, Product, Refused, Request, policy_for, propose
from serein.clinical.taper.living import Changed, Happened, Kind, after
from serein.clinical.taper.written import plan_as_json, request_as_json
from tests.clinical import taper_reader

D = Decimal
PLANS, SHARE = 1_000_000, 0.5
START = date(2027, 1, 4)
ASAM = policy_for(load(), "asam-2025", "diazepam")
STRENGTHS = [D("0.5"), D(1), D(2), D("2.5"), D(5), D(10)]


def requests(seed: int) -> Iterator[Request]:
    """Requests without end, the same for the same seed: any dose, any products, earlier cuts, a calendar."""
    chance = Random(seed)
    while True:
        products = []
        for n in range(chance.randint(1, 4)):
            if chance.random() < 0.25:
                products.append(
                    Product(id=f"p{n}", form="oral-solution", mg=chance.choice([D(1), D("0.4"), D(5)]), smallest=D("0.5"))
                )
            else:
                part = chance.choice([D(1), D("0.5"), D("0.25")])
                products.append(Product(id=f"p{n}", form="tablet", mg=chance.choice(STRENGTHS), smallest=part))
        dose = D(chance.randint(1, 160)) / 4
        cuts = (
            (Cut(START - timedelta(days=chance.randint(0, 40)), dose + D(chance.randint(1, 20)) / 2),)
            if chance.random() < 0.3
            else ()
        )
        kept = Constraints(no_change_weekdays=frozenset(chance.sample(range(7), 2))) if chance.random() < 0.2 else Constraints()
        pace = Pace(chance.choice([D(5), D("7.5"), D(10), D("12.5"), D(20), D(25)]), chance.choice([14, 14, 21, 28]))
        yield Request(
            substance="diazepam", daily_dose_mg=dose, start_on=START, goal_mg=chance.choice([D(0), D(0), D(0), D(2), D(5)]), pace=pace,
            times=("morning", "night"), products=tuple(products), recent_cuts=cuts, constraints=kept,
            stable_since=START - timedelta(days=chance.randint(0, 200)) if chance.random() < 0.5 else None,
        )  # fmt: skip


def read(asked: Request, found: Plan) -> list[str]:
    return taper_reader.breaches(request_as_json(asked, "asam-2025"), plan_as_json(found))


def lived(asked: Request, found: Plan, chance: Random) -> Iterator[tuple[Request, Plan]]:
    """What is left of a plan after each of up to four things that happen to it, one after the other; what is refused changes nothing."""
    on = asked.start_on
    for _ in range(chance.randint(1, 4)):
        on += timedelta(days=chance.randint(0, max(1, (found.ends_on - on).days)))
        kind = chance.choice(list(Kind))
        pace = Pace(asked.pace.cut_percent, asked.pace.every_days + 7) if kind is Kind.SLOWER else None
        until, product = on + timedelta(days=chance.randint(0, 30)), chance.choice(asked.products).id
        changed = after(asked, ASAM, found, Happened(kind=kind, on=on, until=until, why="asked", pace=pace, product=product))
        if isinstance(changed, Changed):
            asked, found = changed.replanned.request, changed.replanned.plan
            yield asked, found


def campaign(count: int, seconds: float, seed: int) -> tuple[int, int]:
    """How many requests were planned and how many refused; each planned one read, one in four after things happened to it too."""
    chance, planned, refused, until = Random(seed), 0, 0, time.monotonic() + seconds
    for asked in requests(seed):
        found = propose(asked, ASAM)
        if isinstance(found, Refused):
            refused += 1
        else:
            planned += 1
            assert read(asked, found) == [], asked
            if planned % 4 == 0:
                for new, plan in lived(asked, found, chance):
                    assert read(new, plan) == [], (asked, new)
            if planned % 16 == 0:
                turned = replace(asked, products=tuple(reversed(asked.products)))
                assert propose(turned, ASAM) == found
        if planned >= count or time.monotonic() > until:
            return planned, refused
    raise AssertionError("requests never end")


def test_a_hundred_plans_keep_the_contract_before_and_after_life_happens() -> None:
    planned, refused = campaign(100, 500, seed=1)
    assert planned == 100 and refused > 0


@pytest.mark.long
@pytest.mark.timeout(0)
def test_a_million_plans_keep_the_contract() -> None:
    minutes = float(os.environ.get("SEREIN_MINUTES", "10"))
    planned, refused = campaign(PLANS, minutes * 60 * SHARE, seed=int(os.environ.get("SEREIN_SEED", "2")))
    print(f"{planned} plans read, {refused} requests refused")
    assert planned > 0
