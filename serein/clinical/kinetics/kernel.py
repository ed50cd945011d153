"""The compiled kernel, where the installed package has one: opened once, never built here."""

import ctypes
import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .crowd import Crowd
from .programme import Programme
from .windows import shaped

VERSION = 4
# Not .so: Python would take it for a module of its own and offer it to whoever walks through the package.
LIBRARY = Path(__file__).with_name("kernel.shared")
WIDTH = 8  # people side by side in one vector
# By windows only what has a few samples for each dose and little in its chains against the whole.
LEAST_SAMPLES, MOST_IN_CHAINS = 64, 4
# People of a grid who are calculated together: a page of each row, so that memory is written in long stretches. Where little is written, what
# fits into the nearest cache. Numbers of scratch at most.
AT_ONCE, IN_CACHE, MOST_SCRATCH = 512, 32, 1 << 18
Floats = NDArray[np.float64]

_WHOLE = (
    "people", "phases", "intervals", "products", "steps", "row_stride", "block", "extremes", "alone", "windows", "chains", "samples",
)  # fmt: skip
_ADDRESSES = (
    "values", "hours", "phase_of", "product", "matrix", "mg", "dose_phase", "row", "sample_phase", "doubt", "taken", "window",
    "chain", "sample", "state", "parent", "metabolite",
)  # fmt: skip


class Work(ctypes.Structure):
    """The struct of kernel.c, field by field."""

    _fields_ = [(n, ctypes.c_int64) for n in _WHOLE] + [(n, ctypes.c_void_p) for n in _ADDRESSES]
    _fields_ += [("rows", ctypes.c_int64), ("mass_ratio", ctypes.c_double)]


@functools.cache
def compiled() -> Any | None:
    """The kernel's function, or None: a pure package, a foreign platform, a kernel of another release."""
    try:
        library = ctypes.CDLL(str(LIBRARY))
        library.serein_kernel_version.restype = ctypes.c_int64
        if library.serein_kernel_version() != VERSION:
            return None
    except (OSError, AttributeError):
        return None
    library.serein_walk.argtypes = [ctypes.POINTER(Work), ctypes.c_int64, ctypes.c_int64]
    return library.serein_walk


def padded(people: int) -> int:
    """`people`, filled up to whole vectors."""
    return -(-people // WIDTH) * WIDTH


def _stacked(each: list[Floats], width: int) -> Floats:
    """[phase][what][people, filled up to `width`]; of one phase perhaps the array itself."""
    people = each[0].shape[-1]
    if people == width and len(each) == 1 and each[0].flags.c_contiguous and each[0].dtype == np.float64:
        return each[0]
    found = np.empty((len(each), len(each[0]), width))
    for there, one in zip(found, each, strict=True):
        there[:, :people] = one
        if people < width:
            there[:, people:] = one[:, -1:]
    return found


def _address(array: NDArray[Any]) -> int:
    found: int = array.__array_interface__["data"][0]  # array.ctypes makes an object each time
    return found


@dataclass(frozen=True)
class _Windows:
    """A history by windows, as the kernel reads it: see `windows.Windows` and kernel.c."""

    window: NDArray[np.int32]
    chain: NDArray[np.int32]
    sample: NDArray[np.int32]


def repeats(plan: Programme, steps: slice) -> bool:
    """Whether these steps are calculated by windows, which depends on the history alone."""
    return bool(_kept(plan, steps).work.windows)


def _windows(plan: Programme, steps: slice) -> _Windows | None:
    """None for histories that do not repeat themselves, or have fewer samples than it takes to be worth it."""
    if plan.rows < LEAST_SAMPLES:  # as a panel's diaries: looked at for each of them
        return None
    row = plan.row[steps]
    asked = row[row >= 0]
    if len(asked) < max(LEAST_SAMPLES, 2 * int(np.count_nonzero(plan.mg[steps]))) or np.any(np.diff(asked) != 1):
        return None
    shape = shaped(plan, range(steps.start, steps.stop))
    if MOST_IN_CHAINS * sum(len(c.steps) for c in shape.alike) > len(row):
        return None
    window = [(w.start - steps.start, k) for w, k in zip(shape.all, shape.chain_of, strict=True)]
    samples = [c.sampled(plan) for c in shape.alike]
    begins = np.cumsum([0, *map(len, samples)])
    chain = [(c.steps[0] - steps.start, c.steps[-1] - steps.start, begins[k]) for k, c in enumerate(shape.alike)]
    return _Windows(
        np.array(window, np.int32), np.array(chain, np.int32), np.array([j for each in samples for j in each], np.int32)
    )


@dataclass(frozen=True)
class _Kept:
    """What of the struct depends on the history alone: for one person it would be most of the time to fill it in for each call. `arrays` is what
    it points to."""

    work: Work
    arrays: tuple[NDArray[Any], ...]


def _kept(plan: Programme, steps: slice) -> _Kept:
    found: _Kept | None = plan.kept.get(("kernel", steps.start, steps.stop))
    if found is None:
        laid, by = plan.laid_out, _windows(plan, steps)
        matrices = len(plan.hours) + len(plan.products)
        work = Work(
            intervals=len(plan.hours), products=len(plan.products), steps=steps.stop - steps.start, rows=plan.rows,
            block=128 if matrices <= 32 else 64, **{name: _address(array) + steps.start * each for name, (array, each) in laid.items()},
        )  # fmt: skip
        arrays = tuple(array for array, _ in laid.values())
        if by is not None:
            work.windows, work.chains, work.samples = len(by.window), len(by.chain), len(by.sample)
            work.block = max(
                2 * WIDTH, min(AT_ONCE, MOST_SCRATCH // (7 * work.samples + 11 * (work.chains + matrices)) // WIDTH * WIDTH)
            )
            work.window, work.chain, work.sample = _address(by.window), _address(by.chain), _address(by.sample)
            arrays += (by.window, by.chain, by.sample)
        found = plan.kept["kernel", steps.start, steps.stop] = _Kept(work, arrays)
    return found


class Prepared:
    """Arrays laid out for the kernel, kept alive as long as it reads them. People are padded to whole vectors with copies of the last."""

    def __init__(self, plan: Programme, phases: list[Crowd], steps: slice, taken: Floats) -> None:
        self.people, self.kept = phases[0].people, _kept(plan, steps)
        self.padded = padded(self.people)
        self.values, self.taken = _stacked([c.values for c in phases], self.padded), _stacked([taken], self.padded)
        self.work = Work.from_buffer_copy(self.kept.work)
        self.work.people, self.work.phases, self.work.mass_ratio = self.padded, len(phases), phases[0].mass_ratio
        self.work.values, self.work.taken = _address(self.values), _address(self.taken)

    def walk(self, state: Floats, grid: tuple[Floats, Floats], people: tuple[int, int]) -> None:
        """Moves `state` [4][padded] through the steps for people from–to (whole vectors) and fills the grids [row][stride]."""
        self.work.alone = int(self.people == 1)
        self._run(self.work, state, grid, people)

    def extremes(self, row: NDArray[np.int32], grid: tuple[Floats, Floats], people: tuple[int, int]) -> None:
        """As `walk` from nothing, for a history that `repeats`: `row` [step] takes the place of the history's own, never decreases, and says
        where in the grids [lowest, highest][row][stride] a sample counts."""
        work = Work.from_buffer_copy(self.work)
        work.row, work.extremes = _address(row), 1
        work.block = min(work.block, IN_CACHE)
        self._run(work, np.zeros((4, self.padded)), grid, people)

    def _run(self, work: Work, state: Floats, grid: tuple[Floats, Floats], people: tuple[int, int]) -> None:
        work = Work.from_buffer_copy(work)  # threads share what was prepared, not what they fill in
        work.state, work.parent, work.metabolite = _address(state), _address(grid[0]), _address(grid[1])
        work.row_stride, work.rows = grid[0].shape[-1], grid[0].shape[-2]
        function = compiled()
        if function is None or function(ctypes.byref(work), *people):
            raise MemoryError("the kinetics kernel found no memory for its scratch")


def aligned(rows: tuple[int, ...], people: int) -> Floats:
    """An empty grid [rows…][people, padded to whole vectors] whose lines begin at multiples of 64 bytes, so that they can be streamed."""
    width = padded(people)
    count = math.prod(rows) * width
    raw = np.empty(count + WIDTH)
    start = (-_address(raw) % 64) // 8
    return raw[start : start + count].reshape(*rows, width)
