"""What goes on elsewhere, as values."""

from .emergency import emergency_card

__all__ = ["emergency_card"]
