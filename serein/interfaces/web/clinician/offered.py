"""Which deed each page of a chart is there for: a page is offered, and opens, only to a key that may do it.

The gate refuses the deed in any case. Asked here, nobody fills a form in to be turned away at its end.
"""

from serein.foundation.people import deeds
from serein.foundation.people.gate import CODE, ELSE, WHY
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record

PAGES: dict[str, str] = {
    "plan": "planning.write_plan", "send_plan": "planning.send_plan", "withdraw_plan": "planning.withdraw_plan",
    "prescribe": "prescribing.draft_prescription", "draft": "prescribing.change_draft", "discard": "prescribing.discard_draft",
    "check": "prescribing.check_draft", "sign": "prescribing.sign_prescription", "cancel": "prescribing.cancel_prescription",
    "copy": "prescribing.record_printing",
    "supervised_begin": "tapering.begin_supervised_course", "supervised_look": "tapering.score_supervised_course",
    "supervised_give": "tapering.give_supervised_dose", "supervised_end": "tapering.end_supervised_course",
    "taper_as_needed": "tapering.note_use_when_needed", "taper_unprescribed": "tapering.note_unprescribed",
    "taper_existing": "tapering.previewed",
    "taper_plan": "tapering.propose_taper", "taper_switch": "tapering.propose_switch",
    "taper_stop": "tapering.propose_stop",
    "taper_send": "tapering.send_taper", "taper_withdraw": "tapering.withdraw_taper",
    "taper_hold": "tapering.hold_taper", "taper_happened": "tapering.replan_taper", "taper_lost": "tapering.decide_on_lost_tablets",
    "taper_resume": "tapering.resume_taper", "taper_answered": "tapering.answer_about_taper", "taper_go_on": "tapering.go_on_with_step",
    "taper_calendar": "tapering.record_taper_print", "taper_prescribe": "tapering.draft_for_step",
    "taper_prescribe_hold": "tapering.draft_for_hold",
    "review": "monitoring.reassess", "bridge": "monitoring.grant_bridge", "contact": "monitoring.record_contact",
    "enter_level": "monitoring.record_level", "level_right": "monitoring.vouch_for_level", "level_wrong": "monitoring.mark_level_wrong",
    "picture": "monitoring.choose_picture", "risk": "evaluation.assess_risk", "birth_date": "evaluation.settle_birth_date",
    "handover": "continuity.prepare_handover", "handover_send": "continuity.send_handover",
    "handover_withdraw": "continuity.withdraw_handover", "handover_accepted": "continuity.record_acceptance",
    "handover_paper": "continuity.record_handover_file", "handover_document": "continuity.record_handover_file",
    "team_leave": "access.remove_from_team", "identity": "access.record_identity",
    "received_look": "continuity.look_at_received", "emergency_close": "access.close_emergency",
}  # fmt: skip


def may(rights: frozenset[str], page: str) -> bool:
    """Whether a key with these rights is offered this page. A page that is there for no deed is for reading."""
    return page not in PAGES or deeds.RIGHTS[PAGES[page]] in rights


def turned_away(key: OpenChart, page: str) -> Refused | None:
    """Why this page does not open with this key, kept on the trail; None when it does."""
    if may(frozenset(key.may), page):
        return None
    row = deeds.row(PAGES[page])
    return refuse_on_record(key, row.deed, Refused(CODE, WHY.get(row.right, ELSE)))
