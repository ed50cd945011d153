"""The trail in plain words: one table for compliance and for patients. Every deed code in the tree has a line here, or the build fails."""

from .reads import Line

# code: (to do it, did it). Patients read these too, so they name no illness and blame nobody.
DEEDS: dict[str, tuple[str, str]] = {
    # access
    "found_clinic": ("set up the clinic", "set up the clinic"),
    "invite_staff": ("invite a colleague", "invited a colleague"),
    "invite_patient": ("invite the patient", "invited the patient"),
    "register_patient": ("open a new record", "opened a new record"),
    "accept_invitation": ("accept an invitation", "accepted an invitation"),
    "keep_practitioner": ("change a colleague's registration numbers", "changed a colleague's registration numbers"),
    "record_licence": ("record a licence", "recorded a licence"),
    "verify_licence": ("verify a licence", "verified a licence"),
    "end_licence": ("end a licence", "ended a licence"),
    "end_access": ("end somebody's access", "ended somebody's access"),
    "suspend_licence": ("suspend a licence", "suspended a licence"),
    "lift_suspension": ("lift the suspension of a licence", "lifted the suspension of a licence"),
    "recheck_licence": ("look a licence up again", "looked a licence up again"),
    "enter_signing_grant": (
        "ask that a colleague may sign controlled medicines",
        "asked that a colleague may sign controlled medicines",
    ),
    "approve_signing_grant": ("approve a colleague's right to sign", "approved a colleague's right to sign"),
    "end_signing_grant": ("end a right to sign", "ended a right to sign"),
    "grant_first_registrant": (
        "approve the clinic's first right to sign, on the console",
        "approved the clinic's first right to sign, on the console",
    ),
    "look_up_licence": ("look a licence up in a register", "looked a licence up in a register"),
    "import_registry": ("bring in a public register", "brought in a public register"),
    "stop_signing": ("end everything that lets somebody sign", "ended everything that lets somebody sign"),
    "report_lost_token": ("say that a second factor is lost", "said that a second factor is lost"),
    "reopen_account": ("let a colleague in again", "let a colleague in again"),
    "break_glass": (
        "open the record for an emergency",
        "said why the record had to be opened for an emergency; somebody else reviews it",
    ),
    "close_emergency": ("close the record after an emergency", "closed the record after an emergency"),
    "review_emergency": (
        "review why the record was opened for an emergency",
        "reviewed why the record was opened for an emergency",
    ),
    "add_to_team": ("take a colleague into the care team", "took a colleague into the care team"),
    "remove_from_team": ("take somebody out of the care team", "took somebody out of the care team"),
    "make_rota": ("put a colleague on the rota", "put a colleague on the rota"),
    "end_rota": ("take a colleague off the rota", "took a colleague off the rota"),
    "give_consent": ("give consent", "gave consent"),
    "withdraw_consent": ("withdraw consent", "withdrew consent"),
    "invite_helper": ("invite somebody who helps the patient", "invited somebody who helps the patient"),
    "change_sharing": ("change what is shared with somebody", "changed what is shared with somebody"),
    "end_sharing": ("end what is shared with somebody", "ended what is shared with somebody"),
    "accept_sharing": ("help, within what is shared", "accepted to help, within what is shared"),
    "allow_passing_on": (
        "let substance-use records go to somebody named",
        "let substance-use records go to somebody named",
    ),
    "take_back_passing_on": ("take back that records may go to somebody", "took back that records may go to somebody"),
    "choose_contact": ("say how they may be reached", "said how they may be reached"),
    "record_identity": ("record that an identity document was seen", "recorded that an identity document was seen"),
    "record_staff_identity": (
        "record that a colleague's identity document was seen",
        "recorded that a colleague's identity document was seen",
    ),
    "prove_identity": ("prove who they are, with an identity provider", "proved who they are, with an identity provider"),
    "open_page": ("open a page", "opened a page"),
    "sign_in": ("sign in", "signed in"),
    "sign_out": ("sign out", "signed out"),
    # what the house does by itself
    "open_task": ("put something on the care team's list", "put something on the care team's list"),
    "close_task": ("take something off the care team's list", "took something off the care team's list"),
    "deliver_letter": ("send a letter", "sent a letter"),
    # visits and evaluation
    "record_encounter": ("record a visit", "recorded a visit"),
    "keep_psychotherapy_note": ("keep a note of their own", "kept a note of their own"),
    "record_past_encounters": ("add earlier visits from another record", "added earlier visits from another record"),
    "import_record": ("bring in a record from elsewhere", "brought in a record from elsewhere"),
    "start_intake": ("start the health questions", "started the health questions"),
    "answer_question": ("answer a health question", "answered a health question"),
    "submit_intake": ("send the health questions", "sent the health questions"),
    "answer_instrument": ("answer a questionnaire", "answered a questionnaire"),
    "ask_safety": ("ask about safety", "asked about safety"),
    "answer_safety": ("answer the safety questions", "answered the safety questions"),
    "correct_safety": ("correct an answer to the safety questions", "corrected an answer to the safety questions"),
    "settle_birth_date": ("settle which date of birth is right", "settled which date of birth is right"),
    "assess_risk": ("record a safety assessment", "recorded a safety assessment"),
    "record_entry": ("add to the record", "added to the record"),
    "mark_segment": (
        "mark a part of the record as one that is not passed on",
        "marked a part of the record as one that is not passed on",
    ),
    "end_entry": ("mark a part of the record as no longer true", "marked a part of the record as no longer true"),
    # planning
    "write_plan": ("write a plan", "wrote a plan"),
    "send_plan": ("send the plan", "sent the plan"),
    "reply_to_plan": ("answer the plan", "answered the plan"),
    "withdraw_plan": ("take back a plan", "took back a plan"),
    "extend_plan": ("agree to a later end of the plan", "agreed to a later end of the plan"),
    "finish_plan": ("close the plan at its end", "closed the plan at its end"),
    # prescribing
    "draft_prescription": ("start a draft prescription", "started a draft prescription"),
    "change_draft": ("change a draft prescription", "changed a draft prescription"),
    "discard_draft": ("throw away a draft prescription", "threw away a draft prescription"),
    "check_draft": ("check a draft prescription", "checked a draft prescription"),
    "override_warning": ("record a reason for going on after a warning", "recorded a reason for going on after a warning"),
    "prove": ("show password and code for signing", "showed password and code for signing"),
    "sign_prescription": ("sign a prescription", "signed a prescription"),
    "cancel_prescription": ("cancel a prescription", "cancelled a prescription"),
    "dispense": ("dispense a prescription", "dispensed a prescription"),
    "print_prescription": ("print a prescription", "printed a prescription"),
    "draft_regimen": ("start draft prescriptions for a dose change", "started draft prescriptions for a dose change"),
    "decline_to_dispense": ("decline to dispense a prescription", "declined to dispense a prescription"),
    # monitoring
    "log_dose": ("write in the dose diary", "wrote in the dose diary"),
    "undo_dose": ("take back a line of the dose diary", "took back a line of the dose diary"),
    "keep_from_helpers": ("choose what people who help may see", "chose what people who help may see"),
    "answer_check_in": ("answer a check-in", "answered a check-in"),
    "correct_check_in": ("correct an answer of a check-in", "corrected an answer of a check-in"),
    "send_check_in": ("send a check-in", "sent a check-in"),
    "record_contact": ("record what was done about an answer", "recorded what was done about an answer"),
    "reassess": ("review the treatment", "reviewed the treatment"),
    "record_level": ("enter a measured level", "entered a measured level"),
    "vouch_for_level": ("say that a doubtful level is right", "said that a doubtful level is right"),
    "mark_level_wrong": ("mark a level as entered in error", "marked a level as entered in error"),
    "choose_picture": ("choose whether the patient sees a level picture", "chose whether the patient sees a level picture"),
    "grant_bridge": ("give a short bridge supply", "gave a short bridge supply"),
    # continuity
    "print_card": ("print the emergency card", "printed the emergency card"),
    "prepare_handover": ("prepare a handover", "prepared a handover"),
    "send_handover": ("send a handover", "sent a handover"),
    "withdraw_handover": ("take back a handover", "took back a handover"),
    "accept_handover": ("take over the care", "took over the care"),
    "record_acceptance": ("record that another clinic took over the care", "recorded that another clinic took over the care"),
    "decline_handover": ("decline to take over the care", "declined to take over the care"),
    "file_handover": ("take a handover as a file or on paper", "took a handover as a file or on paper"),
    "receive_handover": ("bring in a handover from another clinic", "brought in a handover from another clinic"),
    "look_at_received": ("look through what came from another clinic", "looked through what came from another clinic"),
    # tapering
    "propose_taper": ("plan a slow dose reduction", "planned a slow dose reduction"),
    "propose_stop": ("plan to stop without a taper", "planned to stop without a taper"),
    "propose_switch": ("plan a switch to diazepam", "planned a switch to diazepam"),
    "send_taper": ("send a plan for dose changes", "sent a plan for dose changes"),
    "agree_taper": ("agree to a plan for dose changes", "agreed to a plan for dose changes"),
    "ask_about_taper": ("ask about the dose changes", "asked about the dose changes"),
    "answer_about_taper": ("answer a question about the dose changes", "answered a question about the dose changes"),
    "decide_on_lost_tablets": ("decide on lost tablets", "decided on lost tablets"),
    "withdraw_taper": ("take back a plan for dose changes", "took back a plan for dose changes"),
    "leave_taper": (
        "close a plan for dose changes because care goes on elsewhere",
        "closed a plan for dose changes because care goes on elsewhere",
    ),
    "ready_for_step": ("say they are ready for a dose change", "said they are ready for a dose change"),
    "go_on_with_step": ("go on with a dose change", "went on with a dose change"),
    "confirm_step": ("confirm a dose change", "confirmed a dose change"),
    "hold_taper": ("hold the dose", "held the dose"),
    "resume_taper": ("plan the dose changes after a hold", "planned the dose changes after a hold"),
    "replan_taper": (
        "plan the dose changes again after something happened",
        "planned the dose changes again after something happened",
    ),
    "finish_taper": ("close the dose changes at their end", "closed the dose changes at their end"),
    "begin_supervised_course": ("begin a course under supervision", "began a course under supervision"),
    "score_supervised_course": ("write down how the patient was", "wrote down how the patient was"),
    "give_supervised_dose": ("write down what was given", "wrote down what was given"),
    "end_supervised_course": ("end a course under supervision", "ended a course under supervision"),
    "note_unprescribed": ("write down from where a dose change starts", "wrote down from where a dose change starts"),
    "note_use_when_needed": ("write down steps of fewer days a week", "wrote down steps of fewer days a week"),
    "print_taper": ("print a dose calendar", "printed a dose calendar"),
}

# What was opened, and what for.
PURPOSES: dict[str, str] = {
    "own record": "their own record",
    "care": "the record, to give care",
    "caregiving": "what is shared with them",
    "psychotherapy notes": "their own notes",
    "emergency": "the record, for an emergency",
    "handover": "the handover that was sent to them",
    "invite patient": "a new record",
    "import record": "the record, to bring in a record from elsewhere",
    "on the rota": "the list of the clinic's patients, on the rota",
    "my patients": "the list of their patients",
    "people and licences": "the list of staff and licences",
    "right to sign": "the list of who may sign controlled medicines",
    "find for an emergency": "a search for one patient, for an emergency",
    "emergencies": "the list of records that were opened for an emergency",
    "patients affected": "the record numbers of a colleague's patients",
    "the system": "how the system runs",
    "trail": "this trail",
    "dispense": "a prescription, by its code, at the pharmacy",
    "verdict": "whether a prescription is genuine, by its code",
    "registration": "the door for somebody with an invitation",
    "revocation": "what waits for somebody whose right to sign ended",
    "emergency notice": "the outbox, to tell of an emergency",
    "shared address": "addresses and telephone numbers, to find one that two people use",
    "whole diary": "the dose diary, to see whether somebody should call",
    "proof of identity": "the list of staff, to keep a proof of identity",
    "registry": "the list of staff, to compare it with a public register",
    "deliver outbox": "the outbox, to send letters",
    "due tasks": "the lists of what is due",
    "demonstration": "the demonstration",
}


def deed_words(line: Line) -> str:
    """What was done, tried or looked at, without the person: "signed a prescription", "was refused: to sign a prescription"."""
    if line.deed == "open":
        what = PURPOSES.get(line.purpose, line.purpose or "the record")
        return f"was refused: to open {what}" if line.outcome == "refused" else f"opened {what}"
    if line.deed == "open_page":
        return f"was refused: to open the page {line.facts.get('page') or 'without a name'}"
    to_do, did = DEEDS.get(line.deed, (line.deed, line.deed))
    return f"was refused: to {to_do}" if line.outcome == "refused" else did


def who_words(line: Line) -> str:
    """A name, or who stands behind a row that names nobody."""
    if line.by_id is not None:
        return line.who
    if line.deed == "open" and line.purpose == "verdict":
        return "somebody with the code"
    if line.deed == "sign_in":
        return "somebody who is not signed in"
    return "the operator, on the console" if line.deed == "found_clinic" else "Serein"
