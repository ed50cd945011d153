"""Concentration and accumulation over time: the only room of the clinical core where doses become floats.

`model` says what the parameters are, `propagator` moves amounts through time exactly, `course` reads a history of doses, parameter changes and
samples, `person` finds the parameters that are typical for somebody, `population` says how far people differ, `settling` how long a level goes
on falling after a change.

For many people at once: `programme` turns a history into steps, `crowd` sets bodies side by side, `many` calculates them (`arrays` with NumPy,
`kernel` compiled). On top: `summary` (peaks, accumulation, wash-out), `individual` (from measured levels) and `plausible` (can this be right?).

Names are opened when they are asked for: a level from given parameters needs neither the knowledge nor arrays, and must start at once.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .course import Change, Course, Dose, Levels, NoSteadyState, highest_in_24_h, levels
    from .individual import Individual, Question, Residual, forecast_course, individual
    from .model import NotAModel, Parameters
    from .person import typical
    from .plausible import Doubt, doubts
    from .population import Band, band, band_of, people_like
    from .settling import DailyDoses, morning_levels, settling_days
    from .somebody import Measured, NotValid, Person, Typical
    from .summary import Days, Spread, Steady, days, falls_below, steady

__all__ = [
    "Band", "Change", "Course", "DailyDoses", "Days", "Dose", "Doubt", "Individual", "Levels", "Measured", "NoSteadyState", "NotAModel",
    "NotValid", "Parameters", "Person", "Question", "Residual", "Spread", "Steady", "Typical", "band", "band_of", "days", "doubts",
    "falls_below", "forecast_course", "highest_in_24_h", "individual", "levels", "morning_levels", "people_like", "settling_days", "steady",
    "typical",
]  # fmt: skip

_ROOMS = {
    "course": ("Change", "Course", "Dose", "Levels", "NoSteadyState", "highest_in_24_h", "levels"),
    "model": ("NotAModel", "Parameters"),
    "person": ("typical",),
    "individual": ("Individual", "Question", "Residual", "forecast_course"),
    "plausible": ("Doubt", "doubts"),
    "population": ("Band", "band", "band_of", "people_like"),
    "settling": ("DailyDoses", "morning_levels", "settling_days"),
    "summary": ("Days", "Spread", "Steady", "days", "falls_below", "steady"),
    "somebody": ("Measured", "NotValid", "Person", "Typical"),
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _ROOM_OF:
        raise AttributeError(name)
    return getattr(import_module(f".{_ROOM_OF[name]}", __name__), name)
