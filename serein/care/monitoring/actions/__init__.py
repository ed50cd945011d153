"""What can be done in monitoring. Each action takes a key, writes fact and trail in one transaction, and answers with a value."""

from .checking_in import Answered, NotAnswered, SentIn, answer_check_in, send_check_in
from .contacting import Contacted, NewContact, record_contact
from .due import DueRound, due_tasks
from .keeping import Kept, keep_from_helpers
from .measuring import (
    LevelMarked,
    LevelRecorded,
    NewLevel,
    PictureChosen,
    choose_picture,
    mark_level_wrong,
    record_level,
    vouch_for_level,
)
from .reviewing import Bridged, NewBridge, NewReview, Reassessed, grant_bridge, latest_next, reassess
from .taking import Logged, NewDose, Undone, log_dose, undo_dose

__all__ = [
    "Answered", "Bridged", "Contacted", "DueRound", "Kept", "LevelMarked", "LevelRecorded", "Logged", "NewBridge", "NewContact",
    "NewDose", "NewLevel", "NewReview", "NotAnswered", "PictureChosen", "Reassessed", "SentIn", "Undone",
    "answer_check_in", "choose_picture", "due_tasks", "grant_bridge", "keep_from_helpers", "latest_next", "log_dose", "mark_level_wrong",
    "reassess", "record_contact", "record_level", "send_check_in", "undo_dose", "vouch_for_level",
]  # fmt: skip
