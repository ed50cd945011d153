"""Concentration and accumulation over time: the only room of the clinical core where doses become floats.

`model` says what the parameters are, `propagator` moves amounts through time exactly, `course` reads a history of doses, parameter changes and
samples, `person` finds the parameters that are typical for somebody, `population` says how far people differ.

Names are opened when they are asked for: a level from given parameters needs neither the knowledge nor arrays, and must start at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .course import Change, Course, Dose, Levels, NoSteadyState, highest_in_24_h, levels
    from .model import NotAModel, Parameters
    from .person import typical
    from .population import Band, band
    from .somebody import NotValid, Person, Typical

__all__ = [
    "Band", "Change", "Course", "Dose", "Levels", "NoSteadyState", "NotAModel", "NotValid", "Parameters", "Person", "Typical", "band",
    "highest_in_24_h", "levels", "typical",
]  # fmt: skip

_ROOMS = {
    "course": ("Change", "Course", "Dose", "Levels", "NoSteadyState", "highest_in_24_h", "levels"),
    "model": ("NotAModel", "Parameters"),
    "person": ("typical",),
    "population": ("Band", "band"),
    "somebody": ("NotValid", "Person", "Typical"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(name)
    return getattr(import_module(f".{_ROOM_OF[name]}", __name__), name)
