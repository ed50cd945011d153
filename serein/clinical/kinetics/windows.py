"""How a history falls into windows, from dose to dose, and which of them are alike: it depends on the history alone and is kept with it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .programme import Programme

LONGEST_CHAIN = 24
# Windows that may be taken together (each costs the stretch a column more, and more than three won nothing), and how many stretches are as much
# work as one window of a further kind.
MOST_TOGETHER, COST_OF_A_KIND = 3, 4


@dataclass(frozen=True)
class Chain:
    """Windows (numbers in `which`) whose steps are the same: `steps` of the first stand for all."""

    steps: range
    which: list[int]

    def sampled(self, plan: Programme) -> list[int]:
        """The places of its samples among its steps."""
        return [j for j, i in enumerate(self.steps) if plan.row[i] >= 0]


@dataclass(frozen=True)
class Windows:
    """How steps fall into windows: depends on the history alone. `ends` are their last steps, `chain_of` the number of each one's chain."""

    all: list[range]
    alike: list[Chain]
    ends: NDArray[np.int64]
    chain_of: list[int]


@dataclass(frozen=True)
class Stretch:
    """Windows that follow one another, by the numbers of their `chains`; `dosed` says which of them but the last end with a dose; `firsts` are
    the first windows of all stretches of this kind."""

    chains: tuple[int, ...]
    dosed: tuple[bool, ...]
    firsts: list[int]

    @property
    def doses(self) -> list[int]:
        """Which windows end with a dose on the way."""
        return [i for i, there in enumerate(self.dosed) if there]


def windows(plan: Programme, steps: range) -> list[range]:
    """Consecutive steps that end with a dose, or after 24 of them."""
    ends = (np.flatnonzero(plan.mg[steps.start : steps.stop]) + steps.start).tolist()
    found, first = [], steps.start
    for end in ends if ends and ends[-1] == steps.stop - 1 else [*ends, steps.stop - 1]:
        found += [range(a, min(a + LONGEST_CHAIN, end + 1)) for a in range(first, end + 1, LONGEST_CHAIN)]
        first = end + 1
    return found


def chains(plan: Programme, all_windows: list[range]) -> list[Chain]:
    found: dict[bytes, Chain] = {}
    written = np.stack([plan.matrix, plan.row >= 0, plan.sample_phase], axis=1).tobytes()
    size = len(written) // max(1, len(plan.matrix))
    for number, w in enumerate(all_windows):
        found.setdefault(written[w.start * size : w.stop * size], Chain(w, [])).which.append(number)
    return list(found.values())


def shaped(plan: Programme, steps: range) -> Windows:
    """Found once for a history, then kept with it."""
    found: Windows | None = plan.kept.get(steps)
    if found is None:
        all_windows = windows(plan, steps)
        alike = chains(plan, all_windows)
        chain_of = {number: k for k, chain in enumerate(alike) for number in chain.which}
        ends = np.array([w.stop - 1 for w in all_windows], np.int64)
        found = plan.kept[steps] = Windows(all_windows, alike, ends, [chain_of[n] for n in range(len(all_windows))])
    return found


def stretches(plan: Programme, shape: Windows) -> list[Stretch]:
    """All windows in stretches of the length that leaves the least to do: few stretches, and few kinds of them."""
    found: list[Stretch] | None = plan.kept.get(("stretches", shape.all[0].start))
    if found is None:
        dosed = (plan.mg[shape.ends] != 0).tolist()
        each = [_in_stretches(shape.chain_of, dosed, together) for together in range(1, MOST_TOGETHER + 1)]
        found = plan.kept["stretches", shape.all[0].start] = min(each, key=_effort)
    return found


def _in_stretches(chain_of: list[int], dosed: list[bool], together: int) -> list[Stretch]:
    kinds: dict[tuple[tuple[int, ...], tuple[bool, ...]], Stretch] = {}
    for first in range(0, len(chain_of), together):
        chains, inner = tuple(chain_of[first : first + together]), tuple(dosed[first : first + together][:-1])
        kinds.setdefault((chains, inner), Stretch(chains, inner, [])).firsts.append(first)
    return list(kinds.values())


def _effort(found: list[Stretch]) -> int:
    return sum(len(kind.firsts) + COST_OF_A_KIND * len(kind.chains) for kind in found)
