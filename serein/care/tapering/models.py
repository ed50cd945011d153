"""Taper courses, steps and holds. No table yet: the second half of the walk opens this room."""
