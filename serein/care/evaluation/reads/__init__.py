"""What is known from the evaluation, as values. Every read takes a key."""

from .case import case_of
from .chart import AnswerLine, AssessmentLine, EntryLine, Evaluation, Overview, ResultLine, evaluation, evaluations_overview
from .harm import HarmTold, harm_told, warnings_seen
from .intake import IntakeState, last_intake, open_intake
from .safety import SafetyState, open_safety, safety_to_answer

__all__ = [
    "AnswerLine", "AssessmentLine", "EntryLine", "Evaluation", "HarmTold", "IntakeState", "Overview", "ResultLine", "SafetyState", "case_of",
    "evaluation",
    "evaluations_overview", "harm_told", "last_intake", "open_intake", "open_safety", "safety_to_answer", "warnings_seen",
]  # fmt: skip
