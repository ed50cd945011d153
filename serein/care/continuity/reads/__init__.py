"""What goes on elsewhere, as values."""

from .emergency import emergency_card
from .gathering import handover_facts
from .handovers import (
    HOW,
    Colleague,
    HandoverCard,
    OfferLine,
    ReceivedCard,
    Responsible,
    changed_since,
    colleagues,
    handover,
    handovers,
    offers_to_me,
    open_handover,
    received,
    responsible,
)

__all__ = [
    "HOW", "Colleague", "HandoverCard", "OfferLine", "ReceivedCard", "Responsible", "changed_since", "colleagues", "emergency_card", "handover",
    "handover_facts", "handovers", "offers_to_me", "open_handover", "received", "responsible",
]  # fmt: skip
