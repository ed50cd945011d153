"""The compiled kernel, where the installed package has one: opened once, never built here."""

import ctypes
import functools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .crowd import Crowd
from .programme import Programme

VERSION = 3
# Not .so: Python would take it for a module of its own and offer it to whoever walks through the package.
LIBRARY = Path(__file__).with_name("kernel.shared")
WIDTH = 8  # people side by side in one vector
Floats = NDArray[np.float64]

_WHOLE = ("people", "phases", "intervals", "products", "steps", "row_stride", "block", "extremes", "alone")
_ADDRESSES = (
    "values", "hours", "phase_of", "product", "matrix", "mg", "dose_phase", "row", "sample_phase", "doubt", "taken", "state", "parent",
    "metabolite",
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


def _of_plan(plan: Programme) -> Work:
    """What of the struct depends on the plan alone: for one person it would be most of the time to fill it in for each call."""
    found: Work | None = plan.kept.get("work")
    if found is None:
        matrices = len(plan.hours) + len(plan.products)
        found = Work(
            intervals=len(plan.hours), products=len(plan.products), block=128 if matrices <= 32 else 64, rows=plan.rows,
            **{name: _address(array) for name, (array, _) in plan.laid_out.items()},
        )  # fmt: skip
        plan.kept["work"] = found
    return found


class Prepared:
    """Arrays laid out for the kernel, kept alive as long as it reads them. People are padded to whole vectors with copies of the last."""

    def __init__(self, plan: Programme, phases: list[Crowd], steps: slice, taken: Floats) -> None:
        self.people, self.plan = phases[0].people, plan
        self.padded = padded(self.people)
        self.values, self.taken = _stacked([c.values for c in phases], self.padded), _stacked([taken], self.padded)
        self.work = Work.from_buffer_copy(_of_plan(plan))
        self.work.people, self.work.phases, self.work.steps = self.padded, len(phases), steps.stop - steps.start
        self.work.values, self.work.taken = _address(self.values), _address(self.taken)
        self.work.mass_ratio = phases[0].mass_ratio
        if steps.start:
            for name, (_, each) in plan.laid_out.items():
                setattr(self.work, name, getattr(self.work, name) + steps.start * each)

    def walk(self, state: Floats, grid: tuple[Floats, Floats], people: tuple[int, int], extremes: bool = False) -> None:
        """Moves `state` [4][padded] through the steps for people from–to (whole vectors) and fills the grids [row][stride] (or, `extremes`,
        [lowest, highest][row][stride])."""
        work = Work.from_buffer_copy(self.work)
        work.state, work.parent, work.metabolite = _address(state), _address(grid[0]), _address(grid[1])
        work.row_stride, work.rows = grid[0].shape[-1], grid[0].shape[-2]
        work.extremes, work.alone = int(extremes), int(self.people == 1 and not extremes)
        function = compiled()
        if function is None or function(ctypes.byref(work), *people):
            raise MemoryError("the kinetics kernel found no memory for its scratch")


def aligned(rows: tuple[int, ...], people: int) -> Floats:
    """An empty grid [rows…][people, padded to whole vectors] whose lines begin at multiples of 64 bytes, so that they can be streamed."""
    width = padded(people)
    count = int(np.prod(rows)) * width
    raw = np.empty(count + WIDTH)
    start = (-_address(raw) % 64) // 8
    return raw[start : start + count].reshape(*rows, width)
