"""The compiled kernel, where the installed package has one: opened once, never built here."""

import ctypes
import functools
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .crowd import Crowd
from .programme import Programme

VERSION = 2
# Not .so: Python would take it for a module of its own and offer it to whoever walks through the package.
LIBRARY = Path(__file__).with_name("kernel.shared")
WIDTH = 8  # people side by side in one vector
Floats = NDArray[np.float64]

_WHOLE = ("people", "phases", "intervals", "products", "steps", "row_stride", "block", "extremes")
_ADDRESSES = (
    "rates", "bioavailable", "scale", "hours", "phase_of", "product", "matrix", "mg", "dose_phase", "row", "sample_phase", "doubt", "taken",
    "state", "parent", "metabolite",
)  # fmt: skip


class Work(ctypes.Structure):
    """The struct of kernel.c, field by field."""

    _fields_ = [(n, ctypes.c_int64) for n in _WHOLE] + [(n, ctypes.c_void_p) for n in _ADDRESSES] + [("rows", ctypes.c_int64)]


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


def _stacked(each: list[Floats], padded: int) -> Floats:
    """[phase][what][padded people]."""
    people = each[0].shape[-1]
    found = np.empty((len(each), len(each[0]), padded))
    for there, one in zip(found, each, strict=True):
        there[:, :people], there[:, people:] = one, one[:, -1:]
    return found


class Prepared:
    """Arrays laid out for the kernel, kept alive as long as it reads them. People are padded to whole vectors with copies of the last."""

    def __init__(self, plan: Programme, phases: list[Crowd], steps: slice, taken: Floats) -> None:
        people = phases[0].people
        self.padded = -(-people // WIDTH) * WIDTH
        self.arrays: dict[str, NDArray[Any]] = {
            "rates": _stacked([c.rates for c in phases], self.padded),
            "bioavailable": _stacked([c["bioavailability"][None] for c in phases], self.padded),
            "scale": _stacked([c.scale for c in phases], self.padded),
            "hours": plan.hours, "phase_of": plan.phase_of, "product": plan.products, "matrix": plan.matrix[steps], "mg": plan.mg[steps],
            "dose_phase": plan.dose_phase[steps], "row": plan.row[steps], "sample_phase": plan.sample_phase[steps], "doubt": plan.doubt[steps],
            "taken": _stacked([taken], self.padded),
        }  # fmt: skip
        matrices = len(plan.hours) + len(plan.products)
        self.work = Work(
            people=self.padded, phases=len(phases), intervals=len(plan.hours), products=len(plan.products),
            steps=len(self.arrays["matrix"]), block=128 if matrices <= 32 else 64, rows=plan.rows,
        )  # fmt: skip
        for name, array in self.arrays.items():
            setattr(self.work, name, array.__array_interface__["data"][0])  # array.ctypes makes an object each time

    def walk(self, state: Floats, grid: tuple[Floats, Floats], people: tuple[int, int], extremes: bool = False) -> None:
        """Moves `state` [4][padded] through the steps for people from–to (whole vectors) and fills the grids [row][stride] (or, `extremes`,
        [lowest, highest][row][stride])."""
        work = Work.from_buffer_copy(self.work)
        work.state, work.parent, work.metabolite = state.ctypes.data, grid[0].ctypes.data, grid[1].ctypes.data
        work.row_stride, work.rows = grid[0].shape[-1], grid[0].shape[-2]
        work.extremes = int(extremes)
        function = compiled()
        if function is None or function(ctypes.byref(work), *people):
            raise MemoryError("the kinetics kernel found no memory for its scratch")


def aligned(rows: tuple[int, ...], people: int) -> Floats:
    """An empty grid [rows…][people, padded to whole vectors] whose lines begin at multiples of 64 bytes, so that they can be streamed."""
    width = -(-people // WIDTH) * WIDTH
    count = int(np.prod(rows)) * width
    raw = np.empty(count + WIDTH)
    start = (-raw.ctypes.data % 64) // 8
    return raw[start : start + count].reshape(*rows, width)
