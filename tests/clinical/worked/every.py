"""All worked cases."""

from __future__ import annotations

from tests.clinical.worked import companions, courses, doses, labels, numbers, people

CASES = [*doses.CASES, *people.CASES, *companions.CASES, *courses.CASES, *numbers.CASES, *labels.CASES]
