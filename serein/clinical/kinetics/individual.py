"""One person from one to ten measured levels: the most probable parameters, how uncertain they stay, and the people who could be this one.

Log-normal differences between people (the knowledge's, or those given), proportional and additive error of a measurement. The mode is found by
damped Newton steps from several begins, a whole stencil at a time; the posterior is sampled by importance from a Student distribution with five
degrees of freedom at the mode, with the same seed always the same draws. Source of the method: maximum a posteriori and sampling importance
resampling as in population pharmacokinetics. A low level is never read as doses not taken: too much else lowers it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from .course import Course
from .crowd import Crowd, in_force, varied
from .many import Path, expected, levels_of_many
from .model import Parameters
from .plausible import Doubt, doubts
from .population import widths
from .programme import Programme, programme
from .somebody import Measured, NotValid, Typical

Floats = NDArray[np.float64]
MOST_LEVELS, DRAWS, ENOUGH, ROUNDS, FREEDOM = 10, 20_000, 4_000, 4, 5
STEP, NEWTON, WORST = 1e-3, 25, 1e30
BEGINS = (0.0, 1.0, -1.0)
DAMPING = (1.0, 0.5, 0.2, 0.05, 0.005)
PEOPLE = 400


@dataclass(frozen=True)
class Residual:
    """Of one measurement: standard deviation = √((proportional·level)² + additive²)."""

    proportional: float
    additive_ng_per_ml: float = 0.0


@dataclass(frozen=True)
class Individual:
    """`shrinkage` by parameter: 0, the levels say everything; 1, nothing, and the estimate is the typical person's. `people` are 400 equally
    probable bodies for `population.band_of`; `effective_draws` of the `draws` say how well they stand for the posterior."""

    parameters: Parameters
    shrinkage: dict[str, float]
    people: Crowd
    draws: int
    effective_draws: float
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class Question:
    """What is asked: a history, a typical person whose `spreads` are the prior, the levels, the error of a level."""

    course: Course
    typical: Typical
    measured: tuple[Measured, ...]
    residual: Residual


def individual(asked: Question, *, seed: int = 1, path: Path | None = None) -> Individual | NotValid:
    """The person behind the levels; NotValid for none or more than ten, without a known spread, or where the history leaves nothing in the
    body."""
    wrong = _not_usable(asked)
    if wrong is not None:
        return wrong
    widest = widths(asked.typical)
    target = _Target(asked, widest, path)
    if not np.all(target.levels(np.zeros((len(widest), 1)))[: len(asked.measured)] > 0):
        return NotValid("at the time of a measured level the history leaves nothing in the body: a dose or a time is missing")
    mode, curve = _mode(target, len(widest))
    z, weight, draws = _posterior(target, mode, curve, seed)
    # Taken in even steps of probability along the first parameter (the clearance): far less noise than 400 chances.
    order = np.argsort(z[0], kind="stable")
    chosen = order[np.minimum(np.searchsorted(np.cumsum(weight[order]), (np.arange(PEOPLE) + 0.5) / PEOPLE), len(order) - 1)]
    mean = z @ weight
    spread = (z - mean[:, None]) ** 2 @ weight
    names = list(widest)
    best = {n: np.exp(widest[n] * mode[i : i + 1]) for i, n in enumerate(names)}
    return Individual(
        _as_parameters(varied(asked.typical.parameters, best), asked.typical.parameters),
        {n: float(1 - math.sqrt(min(1.0, spread[i]))) for i, n in enumerate(names)},
        target.crowd(z[:, chosen]),
        draws,
        float(1 / np.sum(weight**2)),
        doubts(asked.course, asked.typical, asked.measured, asked.residual.proportional),
    )


def _not_usable(asked: Question) -> NotValid | None:
    if not 1 <= len(asked.measured) <= MOST_LEVELS:
        return NotValid(f"an estimate needs 1 to {MOST_LEVELS} measured levels, not {len(asked.measured)}")
    if not asked.typical.spreads:
        return NotValid("how far people differ has no published value here: levels cannot be weighed against it")
    if asked.residual.proportional <= 0 and asked.residual.additive_ng_per_ml <= 0:
        return NotValid("the error of a measurement must be above zero")
    if any(not math.isfinite(m.ng_per_ml) or m.ng_per_ml < 0 for m in asked.measured):
        return NotValid("a measured level is a number of zero or more")
    return None


class _Target:
    """−log of the posterior density of z, the standardised logarithms [parameter][person], up to a constant."""

    def __init__(self, asked: Question, widest: dict[str, float], path: Path | None) -> None:
        self.asked, self.widest, self.path = asked, widest, path
        self.width = np.array(list(widest.values()))[:, None]
        times = sorted({m.at_h for m in asked.measured})
        self.course = replace(asked.course, times_h=tuple(times))
        self.plan: Programme = expected(programme(self.course))
        self.rows = [times.index(m.at_h) for m in asked.measured]
        self.observed = np.array([[m.ng_per_ml] for m in asked.measured])
        self.is_parent = np.array([[m.analyte == "parent"] for m in asked.measured])

    def crowd(self, z: Floats) -> Crowd:
        factors = np.exp(np.clip(self.width * z, -30, 30))
        return varied(self.asked.typical.parameters, dict(zip(self.widest, factors, strict=True)))

    def levels(self, z: Floats) -> Floats:
        """[measured level][person]"""
        parent, metabolite = levels_of_many(self.plan, in_force(self.course, self.crowd(z)), path=self.path).cut()
        found: Floats = np.where(self.is_parent, parent[self.rows], metabolite[self.rows])
        return found

    def __call__(self, z: Floats) -> Floats:
        predicted = self.levels(z)
        error = self.asked.residual
        variance = (error.proportional * predicted) ** 2 + error.additive_ng_per_ml**2
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            misfit = ((self.observed - predicted) ** 2 / variance + np.log(variance)).sum(axis=0) / 2
        found: Floats = np.where(np.abs(misfit) < WORST, misfit, WORST) + (z * z).sum(axis=0) / 2
        return found


def _stencil(dimensions: int) -> Floats:
    """Middle, each way along each axis, and each pair of axes together: [parameter][point]."""
    unit = STEP * np.eye(dimensions)
    pairs = [unit[i] + unit[j] for i in range(dimensions) for j in range(i)]
    return np.array([np.zeros(dimensions), *unit, *-unit, *pairs]).T


def _slopes(f: Floats, dimensions: int) -> tuple[Floats, Floats]:
    """Gradients and Hessians from the values on stencils, [begin][point]."""
    middle, ahead, behind = f[:, :1], f[:, 1 : dimensions + 1], f[:, dimensions + 1 : 2 * dimensions + 1]
    hessian = np.empty((len(f), dimensions, dimensions))
    each, (i, j) = np.arange(dimensions), np.tril_indices(dimensions, -1)
    hessian[:, each, each] = (ahead - 2 * middle + behind) / STEP**2
    hessian[:, i, j] = hessian[:, j, i] = (f[:, 2 * dimensions + 1 :] - ahead[:, i] - ahead[:, j] + middle) / STEP**2
    return (ahead - behind) / (2 * STEP), hessian


def _definite(hessian: Floats) -> Floats:
    """The same curves with every direction curving upwards at least a tenth as much as the prior does."""
    values, vectors = np.linalg.eigh(hessian)
    found: Floats = (vectors * np.maximum(np.abs(values), 0.1)[:, None, :]) @ vectors.transpose(0, 2, 1)
    return found


def _mode(target: Callable[[Floats], Floats], dimensions: int) -> tuple[Floats, Floats]:
    """(where −log density is least, its Hessian there). All begins move at once; each Newton step is tried whole and shortened."""
    stencil = _stencil(dimensions)
    at = np.array([np.full(dimensions, b) for b in BEGINS])
    curve = np.empty((0, dimensions, dimensions))
    best = np.full(len(at), np.inf)
    for _ in range(NEWTON):
        values = target((at[:, :, None] + stencil).transpose(1, 0, 2).reshape(dimensions, -1)).reshape(len(at), -1)
        gradient, hessian = _slopes(values, dimensions)
        curve = _definite(hessian)
        moves = -np.linalg.solve(curve, gradient[:, :, None])[:, :, 0]
        tries = at[:, None, :] + np.array(DAMPING)[None, :, None] * moves[:, None, :]
        found = target(tries.reshape(-1, dimensions).T).reshape(len(at), -1)
        choice = found.argmin(axis=1)
        lower = found[np.arange(len(at)), choice] < values[:, 0]
        at = np.where(lower[:, None], tries[np.arange(len(at)), choice], at)
        settled = np.abs(best - np.minimum(values[:, 0], found.min(axis=1))) < 1e-9
        best = np.minimum(values[:, 0], found.min(axis=1))
        if settled.all() or ((best.min() < best - 1e-6)[~settled].all() and settled[best.argmin()]):
            break
    chosen = int(best.argmin())
    return at[chosen], curve[chosen]


def _posterior(target: _Target, mode: Floats, curve: Floats, seed: int) -> tuple[Floats, Floats, int]:
    """(draws [parameter][draw], their weights, how many). A second round starts from what the first one found when too few count."""
    draw = np.random.Generator(np.random.PCG64(seed))
    centre: Floats = mode
    covariance: Floats = np.asarray(np.linalg.inv(curve), np.float64)
    count = DRAWS
    for round_ in range(ROUNDS):
        z, log_density = _student(draw, centre, covariance, count)
        log_weight = -target(z) - log_density
        weight = np.exp(log_weight - log_weight.max())
        weight /= weight.sum()
        if 1 / np.sum(weight**2) >= ENOUGH or round_ == ROUNDS - 1:
            break
        centre = z @ weight
        apart = z - centre[:, None]
        covariance = np.asarray((apart * weight) @ apart.T + 1e-6 * np.eye(len(mode)), np.float64)
        count *= 2
    return z, weight, count


def _student(draw: np.random.Generator, centre: Floats, covariance: Floats, count: int) -> tuple[Floats, Floats]:
    """Draws of a multivariate Student distribution and the logarithm of its density up to a constant."""
    dimensions = len(centre)
    root = np.linalg.cholesky(covariance)
    normal = draw.standard_normal((dimensions, count))
    wider = np.sqrt(FREEDOM / draw.chisquare(FREEDOM, count))
    t = normal * wider
    return centre[:, None] + root @ t, -(FREEDOM + dimensions) / 2 * np.log1p((t**2).sum(axis=0) / FREEDOM)


def _as_parameters(one: Crowd, like: Parameters) -> Parameters:
    from .crowd import FIELDS

    return like.with_(**{name: float(one[name][0]) for name in FIELDS})


def forecast_course(asked: Question, times_h: tuple[Decimal, ...]) -> Course:
    """The same history at other times, for `population.band_of(…, Individual.people)`."""
    return replace(asked.course, times_h=times_h)
