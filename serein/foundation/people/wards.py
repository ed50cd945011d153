"""Which part of the record each table and each read belongs to. What is not named here is shown by no key: the build fails first."""

from .permissions import Sight

# Tables behind the wall. The migrations raised the same walls; a test compares them with the database as it is.
TABLES: dict[str, Sight] = {
    "people_patient": Sight.IDENTITY,
    "access_consent": Sight.CONSENT,
    "access_passingon": Sight.CONSENT,
    "access_safecontact": Sight.CONSENT,
    "access_identityproof": Sight.RECORD,
    "access_providerproof": Sight.RECORD,
    "access_emergencywords": Sight.TEAM,
    "continuity_handover": Sight.TEAM,
    "continuity_received": Sight.TEAM,
    "evaluation_intake": Sight.RECORD,
    "evaluation_intakeanswer": Sight.RECORD,
    "evaluation_instrumentresult": Sight.RECORD,
    "evaluation_safetyanswer": Sight.RECORD,
    "evaluation_riskassessment": Sight.RECORD,
    "evaluation_recordentry": Sight.RECORD,
    "evaluation_birthdatefinding": Sight.RECORD,
    "visits_encounter": Sight.RECORD,
    "visits_psychotherapynote": Sight.PSYCHOTHERAPY,
    "planning_plan": Sight.PLAN,
    "planning_planreply": Sight.PLAN,
    "planning_planextension": Sight.PLAN,
    "prescribing_draft": Sight.ORDERS,
    "prescribing_check": Sight.ORDERS,
    "prescribing_override": Sight.ORDERS,
    "prescribing_prescription": Sight.PRESCRIPTIONS,
    "prescribing_dispensing": Sight.PRESCRIPTIONS,
    "prescribing_notdispensed": Sight.PRESCRIPTIONS,
    "prescribing_cancellation": Sight.PRESCRIPTIONS,
    "monitoring_doseentry": Sight.DIARY,
    "monitoring_checkin": Sight.CHECK_INS,
    "monitoring_contact": Sight.CHECK_INS,
    "monitoring_reassessment": Sight.RECORD,
    "monitoring_bridge": Sight.PLAN,
    "monitoring_measuredlevel": Sight.RECORD,
    "monitoring_picturechoice": Sight.RECORD,
    "tapering_tapercourse": Sight.PLAN,
    "tapering_taperstep": Sight.PLAN,
    "tapering_hold": Sight.PLAN,
    "tapering_taperreply": Sight.PLAN,
    "tapering_happening": Sight.PLAN,
    "tapering_supervisedcourse": Sight.RECORD,
    "tapering_supervisedscore": Sight.RECORD,
    "tapering_superviseddose": Sight.RECORD,
    "tapering_startnote": Sight.RECORD,
    "tasks_task": Sight.TEAM,
    "outbox_letter": Sight.TEAM,
}

_BY_PART: dict[Sight, str] = {
    Sight.IDENTITY: "access.patient_card access.patient_cards access.find_cards access.coming_of_age",
    Sight.CONSENT: "access.consents access.wants_notices access.helpers access.passings_on access.contact_choice access.may_write_to",
    Sight.STAFF: """
        access.licences access.staff_names access.staff access.open_invitations access.looks_at access.may_vouch
        access.patients_affected access.signing_grants access.somebody_may_approve access.emergencies access.rotas access.could_be_on_rota
        access.could_be_given_the_right access.staff_proofs access.staff_identities
    """,
    Sight.PLAN: """
        planning.plans planning.plan planning.plan_in_force planning.plan_waiting planning.plan_draft planning.plans_in_force
        tapering.tapers tapering.taper tapering.running_taper tapering.waiting_taper tapering.taper_draft tapering.step_of tapering.happenings
        tapering.running_tapers tapering.taper_line tapering.dose_in_force tapering.dose_ceiling tapering.starting_point
        tapering.switch_to_come tapering.switched_away tapering.plan_for_switch
        monitoring.planned monitoring.planned_on monitoring.watched monitoring.patients_under_treatment continuity.emergency_card
    """,
    Sight.ORDERS: """
        prescribing.draft prescribing.open_drafts prescribing.examine prescribing.open_draft prescribing.agreed_plan prescribing.prescriber
        prescribing.signable prescribing.content_of prescribing.standing_overrides prescribing.plan_to_prescribe prescribing.renewal
        prescribing.agreed_most prescribing.beyond_agreed prescribing.siblings prescribing.as_switched
    """,
    Sight.PRESCRIPTIONS: """
        prescribing.prescriptions prescribing.prescription prescribing.prescribed prescribing.supplies prescribing.supply_lines
        prescribing.latest_running prescribing.first_dispensing prescribing.not_given_out prescribing.examined monitoring.supply_ends
    """,
    Sight.DIARY: """
        monitoring.diary monitoring.last_line monitoring.first_day monitoring.as_needed monitoring.most_days_with_use monitoring.today
        monitoring.before monitoring.dose_history
    """,
    Sight.CHECK_INS: """
        monitoring.check_ins monitoring.check_in monitoring.open_check_in monitoring.ever_raised monitoring.root_of monitoring.sedation_told
        monitoring.contacts
    """,
    Sight.RECORD: """
        tapering.taken_now
        access.identity_proofs access.provider_proofs
        visits.visits evaluation.birth_dates evaluation.wrong_birth_dates evaluation.birth_date_findings evaluation.case_of
        evaluation.evaluation evaluation.evaluations_overview evaluation.harm_told evaluation.clean_assessment evaluation.warnings_seen
        evaluation.open_intake evaluation.last_intake evaluation.open_safety evaluation.open_safety_of evaluation.safety_to_answer
        monitoring.typical_on monitoring.bodies monitoring.what_changed monitoring.typical_body monitoring.grounds monitoring.estimate
        monitoring.measured_levels monitoring.picture_choice monitoring.reassessments monitoring.review_of monitoring.bridges
        monitoring.bridge_running monitoring.plan_to_review monitoring.what_if continuity.handover_facts continuity.changed_since
        tapering.supervised_courses tapering.supervised_course tapering.start_notes
    """,
    Sight.TEAM: """
        access.care_team access.could_join access.emergency_open access.told_of_emergency tasks.tasks_of_patient tasks.worklist
        continuity.handovers continuity.handover continuity.open_handover continuity.responsible
        continuity.colleagues continuity.offers_to_me continuity.received
    """,
    Sight.TRAIL: "audit.trail audit.trail_counts",
    Sight.SYSTEM: "access.accounts_by_role access.who_works_here outbox.letters_in_wait",
    Sight.LOOKS: "audit.who_looked",
    Sight.PSYCHOTHERAPY: "visits.psychotherapy_notes",
}
READS: dict[str, frozenset[Sight]] = {address: frozenset({part}) for part, many in _BY_PART.items() for address in many.split()}
