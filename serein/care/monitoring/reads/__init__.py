"""What is known from watching, as values. Every read takes a key."""

from .bodies import Mark
from .changes import Changes, Score, what_changed
from .check_ins import CheckInLine, ContactLine, check_in, check_ins, contacts, ever_raised, open_check_in, root_of, sedation_told
from .diary import AsNeeded, Day, Line, NextDose, Today, as_needed, diary, first_day, last_line, most_days_with_use, today
from .fitting import Fit, Weighed
from .levels import DayLevel, DoseHistory, Estimate, dose_history, estimate, typical_body
from .measured import LevelLine, PictureLine, measured_levels, picture_choice
from .regimen import planned, planned_on
from .reviews import (
    BridgeLine,
    ReassessmentLine,
    Review,
    bridge_running,
    bridges,
    plan_to_review,
    reassessments,
    review_of,
)
from .supply import SupplyEnd, supply_ends
from .watched import patients_under_treatment, watched
from .what_if import WhatIf, what_if

__all__ = [
    "AsNeeded", "BridgeLine", "Changes", "CheckInLine", "ContactLine", "Day", "DayLevel", "DoseHistory", "Estimate", "Fit",
    "LevelLine", "Line", "Mark", "NextDose", "PictureLine", "ReassessmentLine", "Review", "Score", "SupplyEnd", "Today", "Weighed",
    "WhatIf", "as_needed", "bridge_running", "bridges", "check_in", "check_ins", "contacts", "diary", "dose_history", "estimate",
    "ever_raised", "first_day", "last_line", "measured_levels", "most_days_with_use", "open_check_in", "patients_under_treatment",
    "picture_choice", "plan_to_review", "planned", "planned_on", "reassessments", "review_of", "root_of", "sedation_told",
    "supply_ends", "today", "typical_body", "watched", "what_changed", "what_if",
]  # fmt: skip
