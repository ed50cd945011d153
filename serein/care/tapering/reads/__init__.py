"""What is read of tapers: `courses` (versions, steps, holds, wishes), `dose` (the dose in force) and `supervised` (courses that end in days)."""

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
from .dose import (
    DoseInForce,
    Start,
    UnconfirmedChange,
    dose_ceiling,
    dose_in_force,
    plan_for_switch,
    starting_point,
    switch_to_come,
)
from .starting import StartCard, start_notes
from .supervised import ScoreCard, SupervisedCard, supervised_course, supervised_courses
from .switches import OtherDose, SwitchCard

__all__ = [
    "DoseInForce", "HappeningCard", "HoldCard", "OtherDose", "ScoreCard", "Start", "StartCard", "StepCard", "StepDose",
    "SupervisedCard", "SwitchCard", "TaperCard", "TaperLine", "UnconfirmedChange", "Wish", "dose_ceiling", "dose_in_force",
    "happenings", "plan_for_switch", "running_taper", "running_tapers", "start_notes", "starting_point", "step_of", "supervised_course",
    "supervised_courses", "switch_to_come", "taper", "taper_draft", "taper_line", "tapers", "waiting_taper",
]  # fmt: skip
