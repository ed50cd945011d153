"""Concentration and accumulation over time: the only room of the clinical core where doses become floats.

`model` says what the parameters are, `propagator` moves amounts through time exactly, `course` reads a history of doses,
parameter changes and samples.
"""

from .course import Change, Course, Dose, Levels, NoSteadyState, levels
from .model import NotAModel, Parameters

__all__ = ["Change", "Course", "Dose", "Levels", "NoSteadyState", "NotAModel", "Parameters", "levels"]
