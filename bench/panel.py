"""`python -m bench.levels --panel N`: invented patients, each with a diary of 90 days of their own, streamed through two processes."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from decimal import Decimal

import numpy as np

from serein.clinical import knowledge
from serein.clinical.kinetics import Person, Typical, typical
from serein.clinical.kinetics.many import best_path
from serein.clinical.kinetics.panel import Diary, ahead

PROCESSES, AT_ONCE, DAYS, BACK = 2, 250, 14, 90


def diary(draw: np.random.Generator) -> Diary:
    """Two doses a day about 8:00 and 20:00, now and then missed or not told. Ahead: the plan."""
    usual = (np.arange(2 * (BACK + DAYS)) * 720 + 480).astype(np.int64)
    past = usual < BACK * 1440
    minutes = np.where(past, usual + draw.integers(-90, 90, len(usual)), usual)
    chance = draw.random(len(usual))
    mg = np.full(len(usual), (2.0, 2.5, 5.0, 10.0)[int(draw.integers(4))])
    mg[past & (chance < 0.05)] = 0.0
    return Diary(minutes, mg, past & (chance > 0.97), BACK * 1440 - 120)


def typical_of(number: int) -> Typical:
    """Sixty kinds of adults, found in the knowledge once."""
    if not _TYPICAL:
        for age in (25, 35, 45, 55, 65, 75):
            for kg in range(50, 100, 5):
                person = Person(age_years=Decimal(age), weight_kg=Decimal(kg), height_cm=Decimal(175))
                found = typical(knowledge.load(), "diazepam", person)
                assert isinstance(found, Typical)
                _TYPICAL.append(replace(found, parameters=found.parameters.with_(lag_h=0.2)))
    return _TYPICAL[number % len(_TYPICAL)]


_TYPICAL: list[Typical] = []


def part(first: int) -> tuple[int, float]:
    """(patients done, the highest of tonight's middles): what leaves a process is small, whatever the panel."""
    highest, draw = 0.0, np.random.Generator(np.random.PCG64(first))
    for number in range(first, first + AT_ONCE):
        found = ahead(diary(draw), typical_of(number), DAYS)
        highest = max(highest, found.parent[0][1])
    return AT_ONCE, highest


def progress(parts: Iterator[tuple[int, float]], count: int) -> float:
    begin, done, highest = time.perf_counter(), 0, 0.0
    for some, top in parts:
        done, highest = done + some, max(highest, top)
        spent = time.perf_counter() - begin
        bar = "#" * (30 * done // count)
        print(f"\r[{bar:<30}] {done:>7,} of {count:,}  {done / spent:,.0f} a second", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return highest


def panel(count: int) -> None:
    count = -(-count // AT_ONCE) * AT_ONCE
    part(0)
    begin = time.perf_counter()
    with ProcessPoolExecutor(PROCESSES) as pool:
        highest = progress(pool.map(part, range(0, count, AT_ONCE)), count)
    took = time.perf_counter() - begin
    print(
        f"panel of {count:,} patients, {BACK} days back, {DAYS} ahead, path {best_path()}, {PROCESSES} processes: {took:,.1f} s"
    )
    print(
        f"{took / count * 1e6 * PROCESSES:,.0f} µs of a processor each; the highest of tonight's middles is {highest:,.0f} ng/mL"
    )
