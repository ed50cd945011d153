"""Taper courses, steps and holds. Nothing to read yet."""
