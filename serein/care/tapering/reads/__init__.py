"""What is read of tapers: `courses` (versions, steps, holds, wishes) and `dose` (the dose in force)."""

from .courses import (
    HappeningCard,
    HoldCard,
    StepCard,
    StepDose,
    TaperCard,
    TaperLine,
    Wish,
    happenings,
    running_taper,
    running_tapers,
    step_of,
    taper,
    taper_draft,
    taper_line,
    tapers,
    waiting_taper,
)
from .dose import DoseInForce, Start, UnconfirmedChange, dose_ceiling, dose_in_force, starting_point

__all__ = [
    "DoseInForce", "HappeningCard", "HoldCard", "Start", "StepCard", "StepDose", "TaperCard", "TaperLine", "UnconfirmedChange",
    "Wish", "dose_ceiling", "dose_in_force", "happenings", "running_taper", "running_tapers", "starting_point", "step_of",
    "taper", "taper_draft", "taper_line", "tapers", "waiting_taper",
]  # fmt: skip
