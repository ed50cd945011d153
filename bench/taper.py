"""How long a plan takes: `python -m bench.taper [plans]`, one core, no other work.

A plan here is what a clinic asks for: diazepam, two to three products of what pharmacies have, two times a day, 5 to 10 % every 14 to 28 days,
which lasts one to three years. Each is proposed from nothing: no memory is kept between plans. Exit status 1 when a budget is missed: a
median of 10 ms and a 99th percentile of 50 ms for a plan of about two years with three products, and 100 s for 10,000 plans.

The only open peer, lescanico/bzd-taper, writes a schedule in 1.7 ms, and 41 % of its steps do not add up.
"""

import sys
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from itertools import islice, product
from statistics import median, quantiles

from serein.clinical.knowledge import load
from serein.clinical.taper import ASAM, Pace, Plan, Product, Request, policy_for, propose

D = Decimal
T2, T5, T10 = (Product(id=f"t{mg}", form="tablet", mg=D(mg), smallest=D("0.5")) for mg in (2, 5, 10))
LIQUID = Product(id="liq", form="oral-solution", mg=D(1), smallest=D("0.5"))
FINE = Product(id="fine", form="oral-concentrate", mg=D(5), smallest=D("0.1"))
SHELVES = ((T2, T5, T10), (T2, T5, LIQUID), (T2, T10, LIQUID), (T5, LIQUID, FINE))
MEDIAN_MS, P99_MS, ALL_SECONDS, ALL = 10, 50, 100, 10_000
TWO_YEARS = range(550, 910)


def requests() -> Iterator[Request]:
    """Every mix of dose, shelf and pace, again and again with another start."""
    doses = [D(n) for n in (8, 10, 12, 15, 20, 22, 25, 30, 35, 40)]
    paces = [Pace(D(p), d) for p, d in ((10, 14), (10, 21), (10, 28), (5, 14), (D("7.5"), 21))]
    for day in range(10_000):
        for dose, shelf, pace in product(doses, SHELVES, paces):
            yield Request(
                substance="diazepam", daily_dose_mg=dose, start_on=date.fromordinal(date(2027, 1, 4).toordinal() + day), pace=pace,
                goal_mg=D(0), products=shelf, times=("morning", "night"),
            )  # fmt: skip


def main(count: int) -> int:
    policy = policy_for(load(), ASAM, "diazepam")
    taken, of_two_years = [], []
    began = time.perf_counter()
    for request in islice(requests(), count):
        before = time.perf_counter()
        found = propose(request, policy)
        took = (time.perf_counter() - before) * 1000
        assert isinstance(found, Plan), found
        taken.append(took)
        if (found.ends_on - request.start_on).days in TWO_YEARS:
            of_two_years.append(took)
    seconds = time.perf_counter() - began
    print(
        f"{count} plans in {seconds:.1f} s: median {median(taken):.1f} ms, p99 {quantiles(taken, n=100)[98]:.1f} ms, longest {max(taken):.1f} ms"
    )
    middle, tail = median(of_two_years), quantiles(of_two_years, n=100)[98]
    print(
        f"{len(of_two_years)} of them last 18 to 30 months: median {middle:.1f} ms (budget {MEDIAN_MS}), p99 {tail:.1f} ms (budget {P99_MS})"
    )
    return int(middle > MEDIAN_MS or tail > P99_MS or seconds * ALL / count > ALL_SECONDS)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ALL))
