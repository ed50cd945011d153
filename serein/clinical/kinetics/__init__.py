"""Concentration and accumulation over time: the only room of the clinical core where doses become floats.

`model` says what the parameters are, `propagator` moves amounts through time exactly, `course` reads a history of doses, parameter changes and
samples, `person` finds the parameters that are typical for somebody, `population` says how far people differ.
"""

from .course import Change, Course, Dose, Levels, NoSteadyState, highest_in_24_h, levels
from .model import NotAModel, Parameters
from .person import NotValid, Person, Typical, typical
from .population import Band, band

__all__ = [
    "Band", "Change", "Course", "Dose", "Levels", "NoSteadyState", "NotAModel", "NotValid", "Parameters", "Person", "Typical", "band",
    "highest_in_24_h", "levels", "typical",
]  # fmt: skip
