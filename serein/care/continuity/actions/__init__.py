"""What can be done so that care goes on elsewhere."""

from .printing import record_card_printing

__all__ = ["record_card_printing"]
