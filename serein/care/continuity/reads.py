"""Handover, bridge supply, emergency card, export and discharge. Nothing to read yet."""
