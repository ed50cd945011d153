"""Handover, bridge supply, emergency card, export and discharge. Nothing to do yet."""
