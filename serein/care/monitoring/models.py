"""Dose diary, check-ins, red flags, levels and reassessments. No table yet: the second half of the walk opens this room."""
