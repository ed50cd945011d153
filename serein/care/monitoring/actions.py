"""Dose diary, check-ins, red flags, levels and reassessments. Nothing to do yet."""
