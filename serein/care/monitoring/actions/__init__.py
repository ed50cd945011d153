"""What can be done in monitoring. Each action takes a key, writes fact and trail in one transaction, and answers with a value."""

from .checking_in import Answered, NotAnswered, SentIn, answer_check_in, send_check_in
from .contacting import Contacted, NewContact, record_contact
from .due import DueRound, due_tasks
from .reviewing import Bridged, NewBridge, NewReview, Reassessed, grant_bridge, latest_next, reassess
from .taking import Logged, NewDose, Undone, log_dose, undo_dose

__all__ = [
    "Answered", "Bridged", "Contacted", "DueRound", "Logged", "NewBridge", "NewContact", "NewDose", "NewReview", "NotAnswered",
    "Reassessed", "SentIn", "Undone", "answer_check_in", "due_tasks", "grant_bridge", "latest_next", "log_dose", "reassess",
    "record_contact", "send_check_in", "undo_dose",
]  # fmt: skip
