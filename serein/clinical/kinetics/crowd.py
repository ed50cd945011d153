"""Many bodies side by side, one column each: the shape in which populations, posteriors and panels are calculated."""

import functools
import math
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from .course import Course, Phases
from .model import DIAZEPAM_TO_NORDIAZEPAM, NotAModel, Parameters
from .propagator import Matrix, times

Floats = NDArray[np.float64]
FIELDS = (
    "bioavailability", "absorption_per_h", "clearance_l_per_h", "central_l", "intercompartmental_l_per_h", "peripheral_l",
    "fraction_to_metabolite", "metabolite_clearance_l_per_h", "metabolite_volume_l",
)  # fmt: skip
_ROW = {name: i for i, name in enumerate(FIELDS)}


@dataclass(frozen=True)
class Crowd:
    """`values` is [parameter in the order of FIELDS][person]. The lag is the course's: it is one for all."""

    values: Floats
    mass_ratio: float = DIAZEPAM_TO_NORDIAZEPAM

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[0] != len(FIELDS) or self.values.shape[1] < 1:
            raise NotAModel(f"a crowd has {len(FIELDS)} rows and at least one person, not the shape {self.values.shape}")
        least = self.values.min()
        if least > 0 and self.values.max() < np.inf:
            return  # as nearly always: nothing is zero
        if not (least >= 0 and self.values.max() < np.inf):
            wrong = next(n for n, row in zip(FIELDS, self.values, strict=True) if not np.all((row >= 0) & (row < np.inf)))
            raise NotAModel(f"{wrong}: not everybody's is a number of zero or more")
        if np.any(self["central_l"] == 0) or np.any(self["metabolite_volume_l"] == 0):
            raise NotAModel("central_l, metabolite_volume_l: a volume must be above zero")
        if np.any((self["intercompartmental_l_per_h"] > 0) & (self["peripheral_l"] == 0)):
            raise NotAModel("peripheral_l: a volume that exchanges with the centre must be above zero")

    def __getitem__(self, name: str) -> Floats:
        row: Floats = self.values[_ROW[name]]
        return row

    @property
    def people(self) -> int:
        return int(self.values.shape[1])

    @property
    def rates(self) -> Floats:
        """[ka, CL/V1, Q/V1, Q/V2, fm·ratio·CL/V1, CLm/Vm][person], per hour."""
        elimination = self["clearance_l_per_h"] / self["central_l"]
        exchange, outer = self["intercompartmental_l_per_h"], self["peripheral_l"]
        back = np.divide(exchange, outer, out=np.zeros_like(exchange), where=exchange > 0)
        made = self["fraction_to_metabolite"] * self.mass_ratio * elimination
        cleared = self["metabolite_clearance_l_per_h"] / self["metabolite_volume_l"]
        return np.stack([self["absorption_per_h"], elimination, exchange / self["central_l"], back, made, cleared])

    @property
    def scale(self) -> Floats:
        """[1000/V1, 1000/Vm][person]: from mg to ng/mL."""
        return np.stack([1000 / self["central_l"], 1000 / self["metabolite_volume_l"]])

    def part(self, people: slice) -> "Crowd":
        return Crowd(self.values[:, people], self.mass_ratio)


def crowd_of(bodies: list[Parameters]) -> Crowd:
    """Raises NotAModel when the lags or the molar masses differ."""
    if len({b.lag_h for b in bodies}) > 1 or len({b.mass_ratio for b in bodies}) > 1:
        raise NotAModel("lag_h, mass_ratio: one for all people of a crowd")
    return Crowd(np.array([[getattr(b, name) for b in bodies] for name in FIELDS], np.float64), bodies[0].mass_ratio)


def varied(typical: Parameters, factors: dict[str, Floats]) -> Crowd:
    """People around a typical one: each named parameter times its factor for each person; `volume_l` means both volumes of the parent."""
    people = next(iter(factors.values())).shape[0] if factors else 1
    values = np.empty((len(FIELDS), people))
    values[:] = np.array([getattr(typical, name) for name in FIELDS], np.float64)[:, None]
    for name, factor in factors.items():
        for one in ("central_l", "peripheral_l") if name == "volume_l" else (name,):
            values[_ROW[one]] *= factor
    return Crowd(values, typical.mass_ratio)


def evenly(people: int, base: int) -> Floats:
    """The first points of van der Corput's sequence to a prime `base`, each strictly between 0 and 1."""
    index, point, scale = np.arange(1, people + 1), np.zeros(people), 1.0
    while np.any(index):
        index, digit = np.divmod(index, base)
        scale /= base
        point += digit * scale
    return point


@functools.lru_cache(maxsize=64)
def normally(people: int, base: int) -> Floats:
    """Those points through the inverse normal distribution. Remembered, since a panel asks the same for everybody; not to be written to."""
    normal = NormalDist()
    found = np.array([normal.inv_cdf(float(p)) for p in evenly(people, base)])
    found.flags.writeable = False
    return found


def in_force(course: Course, crowd: Crowd) -> list[Crowd]:
    """The crowd in each phase of the course. A change moves everybody in proportion, as it moves the typical person; from zero it sets the
    value."""
    if not course.changes:
        return [crowd]
    phases = Phases(course)
    if any(p.lag_h != course.parameters.lag_h for p in phases.parameters):
        raise NotAModel("lag_h: cannot change for a crowd")
    made = []
    for body in phases.parameters:
        values = crowd.values.copy()
        for i, name in enumerate(FIELDS):
            before, now = getattr(course.parameters, name), getattr(body, name)
            if now != before:
                values[i] = values[i] * (now / before) if before else now
        made.append(replace(crowd, values=values))
    return made


TERMS, RESTORE_AFTER = 18, 6


def propagators(rates: Floats, hours: float) -> Matrix:
    """Φ(hours) of everybody, the eleven entries as arrays; the arithmetic of `propagator`."""
    ka, k10, k12, k21, kf, km = rates
    q = np.maximum(np.maximum(ka, k10 + k12), np.maximum(k21, km))
    with np.errstate(divide="ignore"):
        halvings = np.where(q * hours > 1, np.ceil(np.log2(q * hours)), 0).astype(np.int64)
    h = np.ldexp(hours, -halvings)
    phi = _series(((q - ka) * h, ka * h, (q - k10 - k12) * h, k21 * h, k12 * h, (q - k21) * h, kf * h, (q - km) * h))
    decay = np.exp(-q * h)
    phi = tuple(t * decay for t in phi)
    for level in range(1, int(halvings.max()) + 1):
        further = _times(phi, phi)
        if level > RESTORE_AFTER:
            further = restored(rates, np.ldexp(h, level), further)
        active = halvings >= level
        phi = further if active.all() else tuple(np.where(active, f, p) for f, p in zip(further, phi, strict=True))
    return restored(rates, np.full_like(ka, hours), phi)  # type: ignore[return-value]


_OVER_FACTORIALS = [1 / math.factorial(k) for k in range(TERMS)]


def _series(b: tuple[Floats, ...]) -> tuple[Floats, ...]:
    """The sum of B^k/k! by Horner's rule, of a matrix B whose three other entries are zero: `times` would multiply with them, and a division by
    k in each term would take half as long again."""
    gg, cg, cc, cp, pc, pp, mc, mm = b
    last = np.full_like(gg, 1 / math.factorial(TERMS))
    none = np.zeros_like(gg)
    xg, xcg, xcc, xcp, xpg, xpc, xpp, xmg, xmc, xmp, xmm = last, none, last, none, none, none, last, none, none, none, last
    for one in reversed(_OVER_FACTORIALS):
        xg, xcg, xcc, xcp, xpg, xpc, xpp, xmg, xmc, xmp, xmm = (
            gg * xg + one,
            cg * xg + cc * xcg + cp * xpg,
            cc * xcc + cp * xpc + one,
            cc * xcp + cp * xpp,
            pc * xcg + pp * xpg,
            pc * xcc + pp * xpc,
            pc * xcp + pp * xpp + one,
            mc * xcg + mm * xmg,
            mc * xcc + mm * xmc,
            mc * xcp + mm * xmp,
            mm * xmm + one,
        )
    return (xg, xcg, xcc, xcp, xpg, xpc, xpp, xmg, xmc, xmp, xmm)


def _times(x: tuple[Floats, ...], y: tuple[Floats, ...]) -> tuple[Floats, ...]:
    """`times` is arithmetic only, so it holds for arrays as it does for numbers."""
    return times(x, y)  # type: ignore[arg-type,return-value]


def restored(rates: Floats, h: Floats, phi: tuple[Floats, ...]) -> tuple[Floats, ...]:
    """As `propagator.restored`, for everybody at once."""
    ka, k10, k12, k21, _, km = rates
    apart, cross = k10 + k12 - k21, k12 * k21
    d = np.sqrt(apart * apart + 4 * cross)
    big = (np.abs(apart) + d) / 2
    small = _ratio(cross, big, 0.0)
    u, v = np.where(apart >= 0, big, small), np.where(apart >= 0, small, big)
    fast = (k10 + k12 + k21 + d) / 2
    e1, e2 = np.exp(-fast * h), np.exp(-_ratio(k10 * k21, fast, 0.0) * h)
    between = e2 * _ratio(-np.expm1(-d * h), d, h)
    cc, pp = _ratio(v * e2 + u * e1, d, e2), _ratio(u * e2 + v * e1, d, e2)
    return (np.exp(-ka * h), phi[1], cc, k21 * between, phi[4], k12 * between, pp, phi[7], phi[8], phi[9], np.exp(-km * h))


def _ratio(over: Floats, under: Floats, otherwise: Floats | float) -> Floats:
    """over / under, and `otherwise` where there is nothing to divide by."""
    found: Floats = np.array(np.broadcast_to(otherwise, under.shape))
    np.divide(over, under, out=found, where=under > 0)
    return found
