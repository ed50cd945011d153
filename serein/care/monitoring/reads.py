"""Dose diary, check-ins, red flags, levels and reassessments. Nothing to read yet."""
