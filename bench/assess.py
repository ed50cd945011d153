"""How fast a decision is: in process with the knowledge loaded, as a whole command, and how much memory it takes.

    python -m bench.assess                     all of it
    python -m bench.assess --cases 100000      the crowd, on two processes

Budgets: a typical case within 150 µs (median) and 1 ms (99th of 100), 100,000 cases within 20 s on two cores, a cold command within
0.4 s, 120 MB. Exit status 1 when one is missed. For scale: a general CQL engine takes 117 to 262 ms for one rule about opioids and
benzodiazepines.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from decimal import Decimal
from pathlib import Path

from serein.clinical import knowledge
from serein.clinical.assess import assess
from serein.clinical.case import (
    ICD10CM,
    RXNORM,
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
from serein.clinical.quantities import Amount, Interval, Unit

ON = date(2026, 11, 22)
MEDIAN_US, P99_US, CROWD_S, COLD_S, MEMORY_MB = 150, 1000, 20, 0.4, 120
NO = Answer.NO
MEDICINES = [
    ("lisinopril 10 MG Oral Tablet", "29046"),
    ("metformin 500 MG Oral Tablet", "6809"),
    ("sertraline 50 MG Oral Tablet", "36437"),
]
COMPANY = [("oxycodone 5 MG Oral Tablet", "7804"), ("omeprazole 20 MG", "7646"), ("gabapentin 300 MG Oral Capsule", "25480")]
ILL = [
    ("Essential hypertension", "I10"),
    ("Generalized anxiety disorder", "F41.1"),
    ("Type 2 diabetes mellitus", "E11.9"),
    ("COPD", "J44.9"),
]


def typical(number: int = 0) -> tuple[Case, Order]:
    """An adult with four medicines and three conditions who is to begin diazepam; `number` varies who and what."""
    taken = [MEDICINES[number % 3], MEDICINES[(number + 1) % 3], COMPANY[number % 3], MEDICINES[(number + 2) % 3]]
    meds = tuple(
        Medicine(reference=f"MedicationRequest/m{n}", medicine=Concept((Coding(RXNORM, code, text),), text))
        for n, (text, code) in enumerate(taken)
    )
    ills = tuple(
        Condition(reference=f"Condition/c{n}", concept=Concept((Coding(ICD10CM, code, text),), text))
        for n, (text, code) in enumerate(ILL[n % 4] for n in range(number, number + 3))
    )
    asked = Circumstances(pregnant=NO, breastfeeding=NO, alcohol=NO, drives=NO, opioids=NO, falls=NO, suicidal_thoughts=NO)
    case = Case(
        birth=Birth.day(date(1950 + number % 50, 5, 17)),
        sex="male" if number % 2 else "female",
        medicines=meds,
        medicines_known=Known.YES,
        conditions=ills,
        conditions_known=Known.YES,
        allergies_known=Known.YES,
        circumstances=asked,
    )
    return case, _order(number)


def _order(number: int) -> Order:
    amount = Amount(Decimal(5 if number % 3 else 10), Unit.MG)
    timing = Timing(times=Decimal(1 + number % 4), per=Interval(Decimal(24)))
    return Order(
        reference="MedicationRequest/o1",
        medicine=Concept((Coding(RXNORM, "197591", "diazepam 5 MG Oral Tablet"),)),
        dosages=(Dosage(low=amount, high=amount, timing=timing),),
        reasons=(Concept((Coding(ICD10CM, "F41.1", "Generalized anxiety disorder"),)),),
        supply=Supply(days=Decimal(14)),
        authored_on=ON,
    )


def microseconds(cases: int = 200, rounds: int = 20) -> list[list[float]]:
    """Clock time of each decision after a warm start: for each case, one number a round."""
    known = knowledge.load()
    asked = [typical(n) for n in range(cases)]
    for case, order in asked:
        assess(case, order, known, ON)
    gc.collect()
    gc.freeze()  # as a server does after its start: the knowledge is never garbage
    found: list[list[float]] = [[] for _ in asked]
    for _ in range(rounds):
        for times, (case, order) in zip(found, asked, strict=True):
            start = time.perf_counter_ns()
            assess(case, order, known, ON)
            times.append((time.perf_counter_ns() - start) / 1000)
    return found


def processor_microseconds(cases: int = 200, rounds: int = 10) -> float:
    """Processor time of one decision: what the clock says without what other work took from it. The least of some rounds."""
    known = knowledge.load()
    asked = [typical(n) for n in range(cases)]
    taken = []
    for _ in range(rounds):
        start = time.process_time_ns()
        for case, order in asked:
            assess(case, order, known, ON)
        taken.append((time.process_time_ns() - start) / cases / 1000)
    return min(taken)


def empty_call_ns(times: int = 100_000) -> float:
    """What a call of a Python function that does nothing takes here: the measure that travels to other machines."""
    return min(timeit.repeat("nothing(1)", "def nothing(a): return a", repeat=7, number=times)) / times * 1e9


def _share(numbers: range) -> int:
    known = knowledge.load()
    gc.collect()
    gc.freeze()
    return sum(len(assess(*typical(n), known, ON).findings) for n in numbers)


def crowd(cases: int) -> tuple[float, float]:
    """Seconds by the clock, and of a processor, for so many cases on two processes, making the cases included."""
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    with ProcessPoolExecutor(2) as two:
        sum(two.map(_share, [range(0, cases, 2), range(1, cases, 2)]))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - start, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 2


BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "p", "birthDate": "1980-01-01", "gender": "male"}},
        {
            "resource": {
                "resourceType": "MedicationRequest",
                "id": "o1",
                "status": "draft",
                "intent": "order",
                "subject": {"reference": "Patient/p"},
                "authoredOn": "2026-11-22",
                "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "197591"}]},
                "dosageInstruction": [
                    {
                        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
                        "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}],
                    }
                ],
            }
        },
    ],
}


def cold(times: int = 7) -> tuple[float, float, float]:
    """Least CPU seconds, least wall seconds and most MB of the whole command."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bundle.json"
        file.write_text(json.dumps(BUNDLE))
        command = [sys.executable, "-m", "serein.interfaces.cli.main", "assess", str(file), "--json"]
        cpu, wall = [], []
        for _ in range(times):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            wall.append(time.perf_counter() - start)
            cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(cpu), min(wall), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cases", type=int, default=100_000)
    cases: int = options.parse_args().cases
    cpu, wall, megabytes = cold()
    seconds, busy = crowd(cases)
    by_case = microseconds()
    each = [one for times in by_case for one in times]
    quickest = [min(times) for times in by_case]
    p99 = statistics.quantiles(each, n=100)[98]
    rows: list[tuple[str, float, float, Callable[[float], str]]] = [
        ("one decision, median, µs", statistics.median(each), MEDIAN_US, "{:.0f}".format),
        ("one decision, 99th of 100, µs", p99, P99_US, "{:.0f}".format),
        ("each case at its quickest, median, µs", statistics.median(quickest), MEDIAN_US, "{:.0f}".format),
        ("each case at its quickest, 99th, µs", statistics.quantiles(quickest, n=100)[98], P99_US, "{:.0f}".format),
        ("one decision, processor time, µs", processor_microseconds(), MEDIAN_US, "{:.0f}".format),
        (f"{cases} cases, processor s of each of two", busy, CROWD_S * cases / 100_000, "{:.1f}".format),
        (f"{cases} cases on two processes, s", seconds, CROWD_S * cases / 100_000, "{:.1f}".format),
        ("whole command, cold, s of CPU", cpu, COLD_S, "{:.2f}".format),
        ("whole command, cold, s by the clock", wall, COLD_S, "{:.2f}".format),
        ("whole command, MB", megabytes, MEMORY_MB, "{:.0f}".format),
    ]
    for name, value, budget, shown in rows:
        print(f"{name:<40}{shown(value):>9}   budget {shown(budget):>7}   {'kept' if value <= budget else 'MISSED'}")
    empty = empty_call_ns()
    calls = statistics.median(quickest) * 1000 / empty
    print(f"an empty Python call takes {empty:.0f} ns here; one decision at its quickest is as long as {calls:.0f} of them")
    return 0 if all(value <= budget for _, value, budget, _ in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
