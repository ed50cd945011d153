"""What can be done in monitoring. Each action takes a key, writes fact and trail in one transaction, and answers with a value."""

from .taking import Logged, NewDose, Undone, log_dose, undo_dose

__all__ = ["Logged", "NewDose", "Undone", "log_dose", "undo_dose"]
