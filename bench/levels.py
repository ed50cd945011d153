"""Levels: how close to the machine's own limit, and how far from a general solver. Everything is measured in this one run.

    python -m bench.levels                 W1, W2, W3 and the whole command, beside a buffer fill and SciPy's LSODA
    python -m bench.levels --panel 100000  a panel of patients with their own diaries: tonight's level and the band of 14 days, streaming

W1: one patient, 5 mg every 12 h for 90 days, then 12 weekly reductions to 0.5 mg; hourly for 174 days (4,177 points), both analytes. W2: 10,000
patients, the same. W3: 7 parameters from 3 measured levels. Times are the best of several, by the clock and (all threads
together) of a processor; the ratio to the fill is what travels to other machines. See bench/README.md.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import numpy as np
from scipy.integrate import solve_ivp

from serein.clinical.kinetics import Course, Dose, Measured, Parameters, Question, Residual, Typical, levels
from serein.clinical.kinetics.crowd import Crowd, crowd_of, normally, varied
from serein.clinical.kinetics.individual import _mode, _posterior, _Target
from serein.clinical.kinetics.many import best_path, extremes_for, extremes_of_many, grid_for, levels_of_many
from serein.clinical.kinetics.population import widths
from serein.clinical.kinetics.programme import programme

THREADS, PEOPLE, POINTS = 2, 10_000, 4177
BODY = Parameters(
    bioavailability=0.94, lag_h=0.2, absorption_per_h=2.19, clearance_l_per_h=1.596, central_l=35.4, intercompartmental_l_per_h=22.6,
    peripheral_l=47.6, fraction_to_metabolite=0.9, metabolite_clearance_l_per_h=0.804, metabolite_volume_l=63,
)  # fmt: skip
SPREADS = {
    "absorption_per_h": 0.4, "clearance_l_per_h": 0.3, "volume_l": 0.34, "intercompartmental_l_per_h": 0.3, "fraction_to_metabolite": 0.15,
    "metabolite_clearance_l_per_h": 0.27, "metabolite_volume_l": 0.3,
}  # fmt: skip
PRIMES = (2, 3, 5, 7, 11, 13, 17)


def regimen() -> Course:
    steps = [Dose(at_h=Decimal(2160 + 168 * k), mg=5 - (k + 1) * 4.5 / 12, every_h=Decimal(12), count=14) for k in range(12)]
    return Course(
        BODY, (Dose(at_h=Decimal(0), mg=5, every_h=Decimal(12), count=180), *steps), (), tuple(map(Decimal, range(POINTS)))
    )


def people(count: int) -> Crowd:
    spread = {
        n: np.exp(np.sqrt(np.log1p(cv**2)) * normally(count, p)) for (n, cv), p in zip(SPREADS.items(), PRIMES, strict=True)
    }
    return varied(BODY, spread)


class Took(float):
    """Milliseconds by the clock; `processor`: of all threads and children together, which other work on the machine hardly moves."""

    processor: float


def _used() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


def best(work: Callable[[], object], times: int = 7) -> Took:
    """Of `times` runs the quickest by the clock, and the one that used the least of a processor."""
    clock = processor = float("inf")
    for _ in range(times):
        used, begin = _used(), time.perf_counter()
        work()
        clock, processor = min(clock, time.perf_counter() - begin), min(processor, _used() - used)
    found = Took(clock * 1000)
    found.processor = processor * 1000
    return found


def say(what: str, ms: Took, beside: str = "") -> None:
    print(f"{what:<62}{ms:>12,.2f} ms{ms.processor:>12,.2f} ms  {beside}", flush=True)


def filled(buffers: tuple[np.ndarray, np.ndarray]) -> Took:
    with ThreadPoolExecutor(THREADS) as pool:
        return best(lambda: list(pool.map(lambda one: one.fill(1.0), buffers)), 12)


def lsoda() -> Took:
    """W1 with SciPy's LSODA, rtol 1e-8, from dose to dose."""
    ka, k10, k12, k21, kf, km = BODY.rates
    plan, course = programme(regimen()), regimen()

    def slope(_: float, x: np.ndarray) -> tuple[float, float, float, float]:
        g, c, p, m = x
        return -ka * g, ka * g - (k10 + k12) * c + k21 * p, k12 * c - k21 * p, kf * c - km * m

    def whole() -> np.ndarray:
        doses = sorted((float(d.at_h + (d.every_h or 0) * k) + BODY.lag_h, d.mg) for d in course.doses for k in range(d.count))
        x, now, found = np.zeros(4), 0.0, [np.zeros(4)]
        for (at, mg), until in zip(doses, [*[d[0] for d in doses[1:]], float(POINTS)], strict=True):
            if at > now:
                x = solve_ivp(slope, (now, at), x, method="LSODA", rtol=1e-8, atol=1e-12).y[:, -1]
            x[0] += BODY.bioavailability * mg
            asked = plan.times_h[(plan.times_h > at) & (plan.times_h <= until)]
            done = solve_ivp(slope, (at, until), x, method="LSODA", rtol=1e-8, atol=1e-12, t_eval=np.append(asked, until))
            found.extend(done.y[:, : len(asked)].T)
            x, now = done.y[:, -1], until
        return np.array(found)

    ours = levels(course).parent
    theirs = whole()[: len(ours), 1] * 1000 / BODY.central_l
    worst = float(np.max(np.abs(np.array(ours[2:]) - theirs[2:]) / theirs[2:]))
    print(f"LSODA and the exact engine differ by at most {worst:.1e} (LSODA's rtol is 1e-8)")
    return best(whole, 2)


def one_patient(solver: float) -> None:
    course = regimen()
    plan, body = programme(course), [crowd_of([BODY])]
    say("W1 exact engine, pure Python, from the history", best(lambda: levels(course), 3))
    say("W1 history to steps (once a history)", best(lambda: programme(course), 3))
    for path in ("numpy", best_path()):
        into = grid_for(plan.rows, 1, path)
        took = best(lambda path=path, into=into: levels_of_many(plan, body, into=into, path=path), 500)
        say(f"W1 {path}, steps to levels", took, f"{solver / took:,.0f} × as fast as LSODA")


def many_patients(solver: float) -> None:
    plan, crowd, day = programme(regimen()), [people(PEOPLE)], (np.arange(POINTS) // 24).astype(np.int32)
    into = grid_for(plan.rows, PEOPLE)
    buffers = (into.parent, into.metabolite)
    limit = filled(buffers)
    size = sum(one.nbytes for one in buffers) / 1e6
    say(f"limit: filling the reused buffer of {size:.0f} MB, {THREADS} threads", limit)
    for path in dict.fromkeys((best_path(), "numpy")):
        into = grid_for(plan.rows, PEOPLE, path)
        filled((into.parent, into.metabolite))
        took = best(lambda path=path, into=into: levels_of_many(plan, crowd, into=into, threads=THREADS, path=path), 5)
        say(
            f"W2 {path}, full grid",
            took,
            f"{took / limit:.1f} × the limit (processor: {took.processor / limit.processor:.1f}); "
            f"{solver * PEOPLE / took:,.0f} × as fast as LSODA (from W1)",
        )
    say("limit, measured again", filled(buffers))
    results = extremes_for(175, PEOPLE)
    filled((results.parent, results.metabolite))
    for path in dict.fromkeys((best_path(), "numpy")):
        again = best(lambda path=path: extremes_of_many(plan, crowd, day, into=results, threads=THREADS, path=path), 5)
        say(f"W2 {path}, daily peak and trough", again, f"{2 * 2 * 175 * PEOPLE * 8 / 1e6:.0f} MB of results, in a reused buffer")
        fresh = best(lambda path=path: extremes_of_many(plan, crowd, day, threads=THREADS, path=path), 3)
        say(f"W2 {path}, daily peak and trough, fresh memory", fresh)


def one_person() -> None:
    course = regimen()
    truth = levels(replace(course, parameters=BODY.with_(clearance_l_per_h=0.9), times_h=tuple(map(Decimal, (500, 1000, 2000)))))
    measured = tuple(Measured(Decimal(h), x) for h, x in zip((500, 1000, 2000), truth.parent, strict=True))
    typical = Typical(BODY, SPREADS, (), ())
    target = _Target(Question(course, typical, measured, Residual(0.2)), widths(typical), None)
    found = _mode(target, len(SPREADS))
    say("W3 mode of 7 parameters, 3 levels", best(lambda: _mode(target, len(SPREADS)), 40))
    _, weight, draws = _posterior(target, *found, 1)
    took = best(lambda: _posterior(target, *found, 1), 3)
    say("W3 posterior", took, f"{draws:,} draws, effective {1 / np.sum(weight**2):,.0f}")


def command() -> None:
    given = {
        "parameters": {n: getattr(BODY, n) for n in BODY.__dataclass_fields__ if n != "mass_ratio"},
        "doses": [{"at_h": 0, "mg": 5, "every_h": 12, "count": 60}], "times_h": list(range(0, 720, 6)),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "levels.json"
        file.write_text(json.dumps(given))
        call = [sys.executable, "-m", "serein.interfaces.cli", "levels", str(file), "--json"]
        say("serein levels, the whole process, 120 points", best(lambda: subprocess.run(call, check=True, capture_output=True)))
        say("an empty Python beside it", best(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--panel", type=int, default=0, metavar="N", help="also (and only) a panel of N patients")
    options = parser.parse_args()
    if options.panel:
        from bench.panel import panel

        panel(options.panel)
        return
    print(f"path: {best_path()}; NumPy {np.__version__}; Python {sys.version.split()[0]}")
    print(f"load average {os.getloadavg()[0]:.1f}{'':<44}{'by the clock':>15}{'of a processor':>15}")
    command()
    solver = lsoda()
    say("W1 SciPy LSODA, rtol 1e-8", solver)
    one_patient(solver)
    many_patients(solver)
    one_person()


if __name__ == "__main__":
    main()
