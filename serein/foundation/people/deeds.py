"""Which right each action needs. An action that is not named here cannot be imported; one that takes no key says how it is guarded."""

from dataclasses import dataclass

from .permissions import Right

_BY_RIGHT: dict[Right, str] = {
    Right.OWN: """
        access.give_consent access.withdraw_consent access.invite_helper access.change_sharing access.end_sharing
        access.allow_passing_on access.take_back_passing_on access.choose_contact
        access.prove_identity access.give_proof_up
        evaluation.start_intake evaluation.answer_question evaluation.add_row evaluation.remove_row evaluation.submit_intake
        evaluation.answer_instrument evaluation.answer_safety evaluation.correct_safety
        planning.reply_to_plan monitoring.answer_check_in monitoring.send_check_in
        monitoring.keep_from_helpers
        tapering.agree_taper tapering.ask_about_taper tapering.ready_for_step tapering.confirm_step
    """,
    Right.LOG: "monitoring.log_dose monitoring.undo_dose",
    Right.PREPARE: """
        visits.record_past_encounters access.record_identity evaluation.record_entry evaluation.mark_segment planning.write_plan
        prescribing.draft_prescription prescribing.draft_regimen prescribing.change_draft prescribing.discard_draft prescribing.check_draft
        monitoring.record_level tapering.previewed tapering.propose_taper tapering.previewed_switch tapering.propose_switch
        tapering.previewed_stop tapering.propose_stop
        tapering.resume_taper tapering.draft_for_step tapering.draft_for_hold
    """,
    Right.DECIDE: """
        evaluation.settle_birth_date planning.send_plan planning.withdraw_plan planning.extend_plan planning.finish_plan
        prescribing.override_warning monitoring.reassess monitoring.grant_bridge monitoring.vouch_for_level monitoring.mark_level_wrong
        monitoring.choose_picture tapering.decide_on_lost_tablets tapering.send_taper tapering.withdraw_taper
        tapering.hold_taper tapering.replan_taper
        tapering.answer_about_taper tapering.go_on_with_step tapering.finish_taper continuity.look_at_received
        tapering.begin_supervised_course tapering.end_supervised_course
    """,
    Right.SIGN: "prescribing.sign_prescription prescribing.cancel_prescription",
    Right.NOTE: """
        visits.record_encounter evaluation.assess_risk monitoring.record_contact access.close_emergency
        tapering.score_supervised_course tapering.give_supervised_dose tapering.note_unprescribed tapering.note_use_when_needed
    """,
    Right.KEEP: "visits.keep_psychotherapy_note",
    Right.EXPORT: """
        prescribing.record_printing tapering.record_taper_print continuity.record_card_printing continuity.record_handover_file
    """,
    Right.HAND_OVER: """
        continuity.prepare_handover continuity.send_handover continuity.withdraw_handover continuity.record_acceptance tapering.leave_tapers
    """,
    Right.TEAM: "access.add_to_team access.remove_from_team",
    Right.ACCEPT: "continuity.accept_handover continuity.decline_handover",
    Right.INVITE: "access.invite_known_patient",
    Right.REGISTER: "access.register_patient access.invite_patient",
    Right.DISPENSE: "prescribing.dispense prescribing.decline_to_dispense",
    Right.STAFF: """
        access.invite_staff access.keep_practitioner access.record_licence access.verify_licence access.end_licence access.end_access
        access.suspend_licence access.lift_suspension access.recheck_licence access.record_staff_identity access.reopen_account access.make_rota
        access.end_rota
    """,
    Right.BREAK_GLASS: "access.break_glass",
    Right.REVIEW: "access.review_emergency",
    Right.GRANT: "access.enter_signing_grant access.approve_signing_grant access.end_signing_grant access.report_lost",
    Right.WORK: "tapering.raise_silent_steps",
}
RIGHTS: dict[str, Right] = {address: right for right, many in _BY_RIGHT.items() for address in many.split()}

# Actions without a key, and what stands in its place.
KEYLESS: dict[str, str] = {
    "access.found_clinic": "only the operator's console calls it: nobody is here yet",
    "access.accept_invitation": "the single-use token is the key",
    "access.grant_first_registrant": "only the operator's console calls it, with the officer's two factors",
    "access.reopen_last_officer": "only the operator's console calls it: no other officer is there",
    "access.accept_sharing": "the signed-in person's own e-mail address is the key to what was sent to it",
    "access.prove_own_identity": "the signed-in person proves themselves and nobody else, with a provider's signed answer",
    "access.give_own_proof_up": "the signed-in person's own failed proof, as a row of the trail",
    "evaluation.import_record": "makes its own keys, in the name of the person who imports",
    "continuity.receive_handover": "makes its own keys, in the name of the person who receives",
    "monitoring.due_tasks": "the worker's round makes its own keys, one patient at a time",
}

# Where the trail calls a deed by another name than the function.
_CODES = {
    "access.invite_known_patient": "invite_patient",
    "evaluation.add_row": "answer_question",
    "evaluation.remove_row": "answer_question",
    "prescribing.record_printing": "print_prescription",
    "tapering.record_taper_print": "print_taper",
    "access.report_lost": "report_lost_token",
    "access.give_proof_up": "prove_identity",
    "tapering.leave_tapers": "leave_taper",
    "tapering.previewed": "propose_taper",
    "tapering.previewed_switch": "propose_switch",
    "tapering.previewed_stop": "propose_stop",
    "tapering.draft_for_step": "draft_regimen",
    "tapering.draft_for_hold": "draft_regimen",
    "tapering.raise_silent_steps": "open_task",
    "continuity.record_card_printing": "print_card",
    "continuity.record_handover_file": "file_handover",
}


@dataclass(frozen=True)
class Row:
    """What an action needs, and the deed's code in the trail."""

    right: Right
    deed: str


def row(address: str) -> Row:
    """Raises KeyError for an action that the table does not name."""
    return Row(RIGHTS[address], _CODES.get(address) or address.split(".")[1])
