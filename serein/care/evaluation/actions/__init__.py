"""What can be done in the evaluation. Each action takes a key, writes fact and trail in one transaction, and answers with a value."""

from .importing import OTHER_PERSON, ImportDone, import_record
from .intake import (
    Answered,
    NotAnswered,
    NotSubmitted,
    Started,
    Submitted,
    add_row,
    answer_question,
    remove_row,
    start_intake,
    submit_intake,
)
from .questionnaires import LeftOut, Scored, answer_instrument
from .record import NewEntry, Recorded, SegmentMarked, mark_segment, record_entry
from .safety import Asked, Assessed, NewAssessment, answer_safety, assess_risk, correct_safety

__all__ = [
    "OTHER_PERSON", "Answered", "Asked", "Assessed", "ImportDone", "LeftOut", "NewAssessment", "NewEntry", "NotAnswered",
    "NotSubmitted", "Recorded", "Scored", "SegmentMarked", "Started", "Submitted", "add_row", "answer_instrument", "answer_question",
    "answer_safety", "assess_risk", "correct_safety", "import_record", "mark_segment", "record_entry", "remove_row", "start_intake",
    "submit_intake",
]  # fmt: skip
