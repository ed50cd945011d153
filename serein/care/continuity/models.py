"""Handover, bridge supply, emergency card, export and discharge. No table yet: the second half of the walk opens this room."""
