"""Taper courses, steps and holds. Nothing to do yet."""
