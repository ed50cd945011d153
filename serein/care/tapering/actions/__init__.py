"""Deeds about tapers, in the order in which a patient lives them: propose, send, agree or ask, change step by step, hold and go on, end."""

from serein.care.prescribing.actions.drafting import RegimenDrafted

from ..words import WHAT_HAPPENED
from .happening import DecidedOnLost, HappenedText, Noted, Replaced, decide_on_lost_tablets, replan_taper
from .holding import Held, HoldText, ResumeText, hold_taper, resume_taper
from .leaving import leave_tapers
from .printing import record_taper_print
from .proposing import Proposed, Sent, Withdrawn, previewed, propose_taper, send_taper, withdraw_taper
from .recording import (
    DECIDE_TASK,
    LONGEST_WHY,
    LONGEST_WORDS,
    LOST_TASK,
    RESUME_TASK,
    SILENT_TASK,
    STEP_TASK,
    UNCONFIRMED_TASK,
    WISH_TASK,
)
from .replying import ANSWERED_WITHIN, WISHES, Agreed, Answered, Asked, agree_taper, answer_about_taper, ask_about_taper
from .starting import StartNoted, note_unprescribed, note_use_when_needed
from .steps import (
    DECIDE_DAYS,
    Confirmed,
    Finished,
    GoneOn,
    Ready,
    confirm_step,
    draft_for_hold,
    draft_for_step,
    finish_taper,
    go_on_with_step,
    ready_for_step,
)
from .stopping import Risked, StopText, previewed_stop, propose_stop
from .supervised import (
    Begun,
    CourseEnded,
    Given,
    Ratings,
    Scored,
    begin_supervised_course,
    end_supervised_course,
    give_supervised_dose,
    score_supervised_course,
)
from .switching import previewed_switch, propose_switch
from .watching import Raised, raise_silent_steps

__all__ = [
    "ANSWERED_WITHIN",
    "DECIDE_DAYS",
    "DECIDE_TASK",
    "LONGEST_WHY",
    "LONGEST_WORDS",
    "LOST_TASK",
    "RESUME_TASK",
    "SILENT_TASK",
    "STEP_TASK",
    "UNCONFIRMED_TASK",
    "WHAT_HAPPENED",
    "WISHES",
    "WISH_TASK",
    "Agreed",
    "Answered",
    "Asked",
    "Begun",
    "Confirmed",
    "CourseEnded",
    "DecidedOnLost",
    "Finished",
    "Given",
    "GoneOn",
    "HappenedText",
    "Held",
    "HoldText",
    "Noted",
    "Proposed",
    "Raised",
    "Ratings",
    "Ready",
    "RegimenDrafted",
    "Replaced",
    "ResumeText",
    "Risked",
    "Scored",
    "Sent",
    "StartNoted",
    "StopText",
    "Withdrawn",
    "agree_taper",
    "answer_about_taper",
    "ask_about_taper",
    "begin_supervised_course",
    "confirm_step",
    "decide_on_lost_tablets",
    "draft_for_hold",
    "draft_for_step",
    "end_supervised_course",
    "finish_taper",
    "give_supervised_dose",
    "go_on_with_step",
    "hold_taper",
    "leave_tapers",
    "note_unprescribed",
    "note_use_when_needed",
    "previewed",
    "previewed_stop",
    "previewed_switch",
    "propose_stop",
    "propose_switch",
    "propose_taper",
    "raise_silent_steps",
    "ready_for_step",
    "record_taper_print",
    "replan_taper",
    "resume_taper",
    "score_supervised_course",
    "send_taper",
    "withdraw_taper",
]  # fmt: skip
