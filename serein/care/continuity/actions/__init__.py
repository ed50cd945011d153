"""What can be done so that care goes on elsewhere."""

from .deciding import Declined, NewAcceptance, TakenOver, accept_handover, decline_handover, record_acceptance
from .handing import HandedOn, NewHandover, Prepared, TakenBack, prepare_handover, send_handover, withdraw_handover
from .printing import record_card_printing, record_handover_file
from .receiving import LookedAt, ReceivedDone, look_at_received, receive_handover
from .recording import DECLINED_TASK, LOOK_TASK, WAITING_TASK

__all__ = [
    "DECLINED_TASK", "LOOK_TASK", "WAITING_TASK", "Declined", "HandedOn", "LookedAt", "NewAcceptance", "NewHandover", "Prepared",
    "ReceivedDone", "TakenBack", "TakenOver", "accept_handover", "decline_handover", "look_at_received", "prepare_handover",
    "receive_handover", "record_acceptance", "record_card_printing", "record_handover_file", "send_handover", "withdraw_handover",
]  # fmt: skip
