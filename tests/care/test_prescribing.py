"""Drafted from the agreed plan, checked on the record as it is, signed once, by who may, exactly as shown."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, connection, transaction

from serein.care.access import actions as access
from serein.care.monitoring import actions as monitoring
from serein.care.planning import actions as planning
from serein.care.planning.text import Mistaken, PlannedDose
from serein.care.prescribing import payload
from serein.care.prescribing.actions.checking import check_draft, override_warning
from serein.care.prescribing.actions.drafting import Drafted, change_draft, discard_draft, draft_prescription
from serein.care.prescribing.actions.signing import Cancelled, Signed, cancel_prescription, sign_prescription
from serein.care.prescribing.evidence import replayed
from serein.care.prescribing.models import Check, Draft, Override, Prescription
from serein.care.prescribing.reads.drafts import draft
from serein.care.prescribing.reads.examination import signable
from serein.care.prescribing.reads.overrides import standing_overrides
from serein.care.prescribing.reads.prescriptions import prescribed, prescriptions
from serein.care.prescribing.reads.slips import Verdict, examined
from serein.clinical.findings import as_json
from serein.foundation.audit.models import TrailRow
from serein.foundation.outbox.models import Letter
from serein.foundation.people.keys import OpenSlip, Refused, open_slip
from serein.foundation.people.models import Account, Licence, Patient, Practitioner
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.devices import set_up_codes
from tests.care.plans import TODAY, agreed, sent, written
from tests.care.prescribed import allergy, desk, medicine, ready_desk
from tests.people import AT, four_people, open_for, own_chart


@pytest.fixture(autouse=True)
def own_state(settings, tmp_path):
    """A signing key of this test's own."""
    settings.STATE = tmp_path


def last_refusal(deed="sign_prescription"):
    return TrailRow.objects.filter(deed=deed, outcome="refused").order_by("id").last()


# Drafting


def test_a_draft_is_filled_in_from_the_agreed_plan(db):
    d = desk()
    card = draft(d.chart(), d.draft_id)
    assert card.directions == "Take 1 tablet (5 mg) in the morning and half a tablet (2.5 mg) at night, for 14 days."
    assert card.quantity_words == "21 (twenty-one) tablets"
    assert (card.order.starts_on, card.order.last_day) == (TODAY, date(2026, 12, 6))


@pytest.mark.parametrize("state", ["none", "draft", "sent", "questioned", "withdrawn", "ended"])
def test_nothing_is_drafted_without_an_agreed_plan_in_force(db, state):
    people, at = four_people(), AT
    plan_id = written(people.clinician, people.patient)
    if state not in ("none", "draft"):
        planning.send_plan(open_for(people.clinician, people.patient), plan_id)
    if state == "questioned":
        planning.reply_to_plan(own_chart(people.patient), plan_id, "ask", "Why?")
    if state in ("withdrawn", "ended"):
        planning.reply_to_plan(own_chart(people.patient), plan_id, "agree")
    if state == "withdrawn":
        planning.withdraw_plan(open_for(people.clinician, people.patient), plan_id, why="changed")
    if state == "ended":
        at = AT + timedelta(days=29)
    answer = draft_prescription(open_for(people.clinician, people.patient, at), plan_id)
    assert isinstance(answer, Refused) and answer.code == "no-agreed-plan"
    assert last_refusal("draft_prescription") is not None


def test_a_plan_has_one_open_draft(db):
    d = desk()
    again = draft_prescription(d.chart(), d.plan_id)
    assert isinstance(again, Drafted) and again.draft_id == d.draft_id
    discard_draft(d.chart(), d.draft_id)
    assert draft_prescription(d.chart(), d.plan_id).draft_id != d.draft_id


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("doses", {"doses": (PlannedDose("morning", "2"),)}),
        ("doses", {"product": "diazepam-tablet-10"}),
        ("days", {"days": 30}),
        ("days", {"days": 0}),
        ("days", {"days": 10**9}),
        ("starts_on", {"starts_on": TODAY - timedelta(days=1)}),
        ("quantity", {"quantity": "0"}),
        ("quantity", {"quantity": "10.5"}),
        ("quantity", {"quantity": "NaN"}),
        ("quantity", {"quantity": "1" * 50}),
        ("product", {"product": "morphine"}),
        ("night", {"doses": (PlannedDose("night", "0.3"),)}),
    ],
)
def test_a_draft_never_goes_beyond_what_the_patient_agreed_to_or_what_can_be_given(db, field, change):
    d = desk()
    before = draft(d.chart(), d.draft_id)
    answer = change_draft(d.chart(), d.draft_id, 1, replace(before.order, **change))
    assert isinstance(answer, Mistaken) and field in dict(answer.by_field)
    assert draft(d.chart(), d.draft_id) == before


def test_less_than_agreed_may_be_drafted(db):
    d = desk()
    order = draft(d.chart(), d.draft_id).order
    answer = change_draft(d.chart(), d.draft_id, 1, replace(order, doses=(PlannedDose("night", "1"),), days=7, quantity="7"))
    assert isinstance(answer, Drafted) and answer.version == 2


def test_of_two_who_change_a_draft_the_second_is_told(db):
    d = desk()
    order = draft(d.chart(), d.draft_id).order
    assert isinstance(change_draft(d.chart(), d.draft_id, 1, replace(order, days=7, quantity="11")), Drafted)
    answer = change_draft(d.chart(), d.draft_id, 1, replace(order, days=10, quantity="15"))
    assert isinstance(answer, Refused) and answer.code == "draft-changed"


def test_the_patient_drafts_checks_and_signs_nothing(db):
    d = ready_desk()
    page = d.page()
    proof = d.proof(page.shown)
    own = own_chart(d.people.patient)
    for answer in (
        draft_prescription(own, d.plan_id), change_draft(own, d.draft_id, 1, page.draft.order), discard_draft(own, d.draft_id),
        check_draft(own, d.draft_id), override_warning(own, d.draft_id, "0" * 32, reason="managed"),
        sign_prescription(own, d.draft_id, page.shown, lambda _: proof),
    ):  # fmt: skip
        assert isinstance(answer, Refused)


# Checking


def test_a_check_is_kept_with_its_knowledge_and_can_be_replayed(db):
    d = desk()
    checked = check_draft(d.chart(), d.draft_id)
    row = Check.objects.get(pk=checked.check_id)
    assert row.knowledge_version == checked.examination.assessment.knowledge
    again = replayed(row.assessment)
    assert again == checked.examination.assessment
    assert as_json(again, "x")["findings"] == row.assessment["result"]["findings"]


def test_looking_twice_keeps_one_row_and_a_new_fact_makes_another(db):
    d = desk()
    check_draft(d.chart(), d.draft_id)
    check_draft(d.chart(), d.draft_id)
    assert Check.objects.count() == 1
    d.learn(medicine("oxycodone"))
    check_draft(d.chart(), d.draft_id)
    assert Check.objects.count() == 2


def test_an_unanswered_warning_blocks_the_signature(db):
    d = desk()
    answer = signable(d.chart(), d.draft_id)
    assert isinstance(answer, Refused) and answer.code == "reasons-missing"


def test_a_stop_blocks_the_signature_and_takes_no_reason(db):
    d = ready_desk()
    d.learn(allergy())
    checked = check_draft(d.chart(), d.draft_id)
    stop = next(f for f in checked.examination.assessment.findings if f.severity == "stop")
    assert stop.code == "allergy-to-benzodiazepine"
    answer = override_warning(d.chart(), d.draft_id, stop.fingerprint, reason="benefit", words="I insist")
    assert isinstance(answer, Refused)
    assert signable(d.chart(), d.draft_id).code == "stopped"


@pytest.mark.parametrize(
    ("reason", "words", "field"),
    [("", "", "reason"), ("because", "", "reason"), ("not-applicable", "  ", "words"), ("managed", "x" * 501, "words"),
     ("managed", "nul\0", "words"), ("managed", "\ud800", "words"), ("managed", "bidi \u202e", "words")],
)  # fmt: skip
def test_a_reason_is_one_of_four_with_plain_words(db, reason, words, field):
    d = desk()
    finding = check_draft(d.chart(), d.draft_id).examination.unanswered[0]
    answer = override_warning(d.chart(), d.draft_id, finding.fingerprint, reason=reason, words=words)
    assert isinstance(answer, Mistaken) and field in dict(answer.by_field)
    assert Override.objects.count() == 0


def test_a_reason_for_a_warning_that_is_not_there_is_refused(db):
    d = desk()
    assert override_warning(d.chart(), d.draft_id, "f" * 32, reason="managed").code == "warning-gone"


def test_an_answered_warning_stands_on_a_renewal_while_its_inputs_stay(db):
    d = ready_desk()
    assert isinstance(d.sign(), Signed)
    later = AT + timedelta(days=12)
    renewal = draft_prescription(d.chart(later), d.plan_id)
    checked = check_draft(d.chart(later), renewal.draft_id)
    answered = set(standing_overrides(d.chart(later)))
    assert answered
    assert {f.code for f in checked.examination.unanswered}.isdisjoint({"allergies-unknown", "medicines-unknown"})


def test_a_reason_lapses_on_the_day_of_the_next_reassessment(db):
    d = ready_desk()
    assert standing_overrides(d.chart(AT + timedelta(days=13)))
    assert not standing_overrides(d.chart(AT + timedelta(days=14)))


def test_a_reason_given_when_the_reassessment_is_overdue_counts_for_its_own_day(db):
    d = ready_desk()
    late = AT + timedelta(days=20)
    discard_draft(d.chart(late), d.draft_id)
    new = draft_prescription(d.chart(late), d.plan_id)
    later = replace(d, draft_id=new.draft_id)
    later.answer_warnings(late)
    assert standing_overrides(d.chart(late)) and not standing_overrides(d.chart(late + timedelta(days=1)))


def test_a_changed_fact_asks_for_a_new_reason(db):
    d = ready_desk()
    d.learn(medicine("oxycodone"))
    d.answer_warnings()
    assert signable(d.chart(), d.draft_id).examination.unanswered == ()
    d.learn(medicine("morphine"))
    unanswered = {f.code for f in check_draft(d.chart(), d.draft_id).examination.unanswered}
    assert "opioid-together" in unanswered


# Signing


def test_what_is_signed_is_what_was_shown_and_the_pharmacist_finds_it_genuine(db):
    d = ready_desk()
    page = d.page()
    signed = d.sign(shown=page.shown)
    assert isinstance(signed, Signed)
    row = Prescription.objects.get(pk=signed.prescription_id)
    assert bytes(row.payload) == page.content.canonical
    slip = open_slip(signed.code, by=d.people.pharmacist, at=AT)
    assert isinstance(slip, OpenSlip)
    seen = examined(slip)
    assert seen.verdict is Verdict.GENUINE
    assert seen.content == page.content.content
    assert seen.content.directions == "Take 1 tablet (5 mg) in the morning and half a tablet (2.5 mg) at night, for 14 days."
    assert seen.content.prescriber.id == d.people.clinician.account_id


def test_signing_writes_letter_trail_and_closes_its_task(db):
    d = ready_desk()
    signed = d.sign()
    letter = Letter.objects.get(kind="prescription-ready")
    assert letter.to == d.people.patient.email and letter.body == {}
    row = TrailRow.objects.get(deed="sign_prescription", outcome="done")
    assert row.subject_id == signed.prescription_id and row.facts["sha256"]
    assert tasks_of_patient(d.chart()) == []


def test_a_signed_prescription_is_a_medicine_of_the_record_until_its_last_day(db):
    d = ready_desk()
    d.sign()
    assert [m.medicine.words for m in prescribed(d.chart(), TODAY).current] == ["diazepam 5 mg tablet"]
    assert prescribed(d.chart(), date(2026, 12, 6)).current
    assert not prescribed(d.chart(), date(2026, 12, 7)).current


def test_a_second_prescription_in_the_same_days_is_told_as_asked_for_early(db):
    d = ready_desk()
    d.sign()
    again = draft_prescription(d.chart(), d.plan_id)
    codes = {f.code for f in check_draft(d.chart(), again.draft_id).examination.assessment.findings}
    assert "early-request" in codes


def test_a_draft_is_signed_once(db):
    d = ready_desk()
    page = d.page()
    assert isinstance(d.sign(shown=page.shown), Signed)
    later = AT + timedelta(seconds=30)
    again = sign_prescription(d.chart(later), d.draft_id, page.shown, lambda _: d.proof(page.shown, later))
    assert isinstance(again, Refused) and again.code == "draft-closed"
    assert Prescription.objects.count() == 1


def refused(d, code, at=AT, **how):
    answer = d.sign(at, **how)
    assert isinstance(answer, Refused) and answer.code == code, answer
    assert Prescription.objects.count() == 0 and Draft.objects.get().state == "open"
    row = last_refusal()
    assert row is not None and row.why == code and row.subject_id == d.draft_id


def test_without_a_proof_for_exactly_this_content_nothing_is_signed(db):
    d = ready_desk()
    page = d.page()
    other = d.proof(replace(page.shown, sha256="0" * 64))
    refused(d, "factors-missing", shown=page.shown, proof=other)


def test_a_page_that_is_refused_spends_no_code(db):
    d = ready_desk()
    page = d.page()
    d.learn(medicine("oxycodone"))
    asked = []
    answer = sign_prescription(d.chart(), d.draft_id, page.shown, asked.append)
    assert isinstance(answer, Refused) and asked == []


def test_factors_that_are_wrong_are_a_refusal_on_the_trail(db):
    d = ready_desk()
    wrong = Refused("factors-wrong", "no")
    answer = sign_prescription(d.chart(), d.draft_id, d.page().shown, lambda _: wrong)
    assert answer == wrong and last_refusal().why == "factors-wrong"


def test_a_proof_that_has_grown_old_signs_nothing(db):
    d = ready_desk()
    page = d.page()
    proof = d.proof(page.shown)
    refused(d, "factors-missing", at=AT + timedelta(minutes=3), shown=page.shown, proof=proof)


def test_a_colleagues_proof_signs_nothing(db):
    d = ready_desk()
    set_up_codes(d.people.stranger)
    page = d.page()
    refused(d, "factors-missing", shown=page.shown, proof=d.proof(page.shown, who=d.people.stranger))


CHANGES_BETWEEN_PAGE_AND_SIGNATURE = {
    "the licence was ended": (
        "licence-ended",
        lambda d: access.end_licence(
            d.people.clinic.people(), Licence.objects.get(practitioner=d.people.clinician.practitioner_id).id, "moved away"
        ),
    ),
    "an allergy was added": ("record-changed", lambda d: d.learn(allergy())),
    "a medicine was added": ("record-changed", lambda d: d.learn(medicine("oxycodone"))),
    "a harmless allergy was added": ("record-changed", lambda d: d.learn(allergy("penicillin"))),
    "the patient told of slow breathing": (
        "record-changed",
        lambda d: monitoring.answer_check_in(own_chart(d.people.patient), {"mixing": {"choices": ["breath"]}}),
    ),
    "the draft was changed": (
        "draft-changed",
        lambda d: change_draft(d.chart(), d.draft_id, 1, replace(draft(d.chart(), d.draft_id).order, days=7, quantity="11")),
    ),
    "the plan was withdrawn": ("no-agreed-plan", lambda d: planning.withdraw_plan(d.chart(), d.plan_id, why="pregnant")),
    "a new plan was agreed": ("no-agreed-plan", lambda d: agreed(d.people.clinician, d.people.patient, goal="another")),
    "the patient moved": (
        "record-changed",
        lambda d: (d.chart(), Patient.objects.filter(pk=d.people.patient.patient_id).update(address="9 New Road, Fresno, CA")),
    ),
    "the patient's name was corrected": (
        "record-changed",
        lambda d: (d.chart(), Patient.objects.filter(pk=d.people.patient.patient_id).update(family="Torres-Vega")),
    ),
    "the DEA number was removed": (
        "content-incomplete",
        lambda d: Practitioner.objects.filter(pk=d.people.clinician.practitioner_id).update(dea=""),
    ),
}


@pytest.mark.parametrize("change", CHANGES_BETWEEN_PAGE_AND_SIGNATURE)
def test_what_changed_between_the_page_and_the_signature_refuses_it(db, change):
    d = ready_desk()
    page = d.page()
    proof = d.proof(page.shown)
    code, happen = CHANGES_BETWEEN_PAGE_AND_SIGNATURE[change]
    happen(d)
    answer = sign_prescription(d.chart(), d.draft_id, page.shown, lambda _: proof)
    assert isinstance(answer, Refused) and answer.code == code
    d.chart()
    assert Prescription.objects.count() == 0
    assert last_refusal().why == code


def test_a_plan_that_was_only_sent_meanwhile_changes_nothing(db):
    d = ready_desk()
    page = d.page()
    sent(d.people.clinician, d.people.patient, goal="a new proposal")
    assert isinstance(d.sign(shown=page.shown), Signed)


def test_the_licence_signs_on_its_last_day_to_the_last_minute_and_not_a_minute_longer(db):
    d = ready_desk()
    last = AT.replace(hour=7, minute=59) + timedelta(days=5)  # 23:59 in Los Angeles, five days on (less a day in UTC)
    on = date(2026, 11, 27)
    Licence.objects.filter(practitioner=d.people.clinician.practitioner_id).update(expires_on=on)
    discard_draft(d.chart(last), d.draft_id)
    fresh = replace(d, draft_id=draft_prescription(d.chart(last), d.plan_id).draft_id)
    fresh.answer_warnings(last)
    page = fresh.page(last)
    after = last + timedelta(minutes=1)
    answer = sign_prescription(fresh.chart(after), fresh.draft_id, page.shown, lambda _: fresh.proof(page.shown, after))
    assert isinstance(answer, Refused) and answer.code in ("beyond-plan", "licence-lapsed")
    assert isinstance(fresh.sign(last), Signed)


@pytest.mark.parametrize("how", ["none", "unverified", "elsewhere", "lapsed", "wrong kind"])
def test_nobody_signs_without_a_licence_verified_and_in_force_here(db, how):
    d = ready_desk()
    page = d.page()
    licences = Licence.objects.filter(practitioner=d.people.clinician.practitioner_id)
    change = {
        "none": {"practitioner": d.people.stranger.practitioner_id}, "unverified": {"verified_on": None}, "elsewhere": {"jurisdiction": "US-NV"},
        "lapsed": {"expires_on": TODAY - timedelta(days=1)}, "wrong kind": {"kind": "pharmacist"},
    }[how]  # fmt: skip
    licences.update(**change)
    answer = sign_prescription(d.chart(), d.draft_id, page.shown, lambda _: d.proof(page.shown))
    assert isinstance(answer, Refused) and answer.code in (
        "no-licence", "licence-not-verified", "licence-elsewhere", "licence-lapsed",
    )  # fmt: skip
    assert Prescription.objects.count() == 0


def test_an_unreadable_signing_key_signs_nothing_and_leaves_the_draft_open(db, settings):
    d = ready_desk()
    keys = settings.STATE / "keys"
    keys.mkdir(mode=0o700)
    (keys / "prescriptions.json").write_text("{")
    refused(d, "signer-unavailable")


@pytest.mark.parametrize("field", ["address", "birth_date"])
def test_what_the_law_asks_for_and_is_missing_is_named_before_anybody_signs(db, field):
    d = desk()
    Patient.objects.filter(pk=d.people.patient.patient_id).update(**{field: "" if field == "address" else None})
    answer = check_and_answer(d)
    assert isinstance(answer, Refused)
    assert answer.code in ("content-incomplete", "stopped")


def check_and_answer(d):
    d.answer_warnings()
    return signable(d.chart(), d.draft_id)


def test_the_database_lets_nobody_rewrite_what_was_signed(db):
    d = ready_desk()
    d.sign()
    for change in ({"payload": b"x"}, {"code": "0"}, {"valid_until": date(2030, 1, 1)}):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Prescription.objects.update(**change)


# Cancelling


def test_what_was_signed_can_be_cancelled_until_it_is_dispensed(db):
    d = ready_desk()
    signed = d.sign()
    assert isinstance(cancel_prescription(d.chart(), signed.prescription_id, why="Wrong strength"), Cancelled)
    slip = open_slip(signed.code, by=d.people.pharmacist, at=AT)
    assert examined(slip).verdict is Verdict.CANCELLED
    assert prescriptions(d.chart())[0].cancelled_why == "Wrong strength"
    again = cancel_prescription(d.chart(), signed.prescription_id, why="again")
    assert isinstance(again, Refused) and again.code == "not-open"


def test_what_was_dispensed_is_not_cancelled(db):
    from serein.care.prescribing.actions.dispensing import Dispensed, dispense

    d = ready_desk()
    page = d.page()
    signed = d.sign()
    slip = open_slip(signed.code, by=d.people.pharmacist, at=AT)
    assert isinstance(dispense(slip, identity_checked=True, quantity=page.content.content.quantity), Dispensed)
    assert isinstance(cancel_prescription(d.chart(), signed.prescription_id, why="too late"), Refused)


@pytest.mark.parametrize("why", ["", "  ", "nul\0", "\ud800", "x" * 301])
def test_cancelling_needs_a_reason_in_plain_words(db, why):
    d = ready_desk()
    signed = d.sign()
    assert isinstance(cancel_prescription(d.chart(), signed.prescription_id, why=why), Mistaken)


# Races


def test_two_tabs_that_sign_at_once_sign_once(committed):
    with transaction.atomic():
        d = ready_desk()
        shown = d.page().shown
    proofs = []
    for step in range(4):
        with transaction.atomic():
            proofs.append(d.proof(shown, AT + timedelta(seconds=30 * step)))
    barrier, answers = Barrier(4), []

    def tab(proof):
        try:
            barrier.wait()
            with transaction.atomic():
                answers.append(d.sign(AT + timedelta(seconds=90), shown, proof))
        finally:
            connection.close()

    threads = [Thread(target=tab, args=[p]) for p in proofs]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(type(a).__name__ for a in answers) == ["Refused"] * 3 + ["Signed"]
    with transaction.atomic():
        d.chart(AT + timedelta(seconds=90))
        assert Prescription.objects.count() == 1
        assert TrailRow.objects.filter(deed="sign_prescription", outcome="refused").count() == 3


def test_a_fact_that_is_written_while_somebody_signs_waits_for_the_signature(committed):
    """Between the last look and the commit nobody adds to the record: whoever tries comes after."""
    with transaction.atomic():
        d = ready_desk()
        shown = d.page().shown
        proof = d.proof(shown)
    done = []

    def write():
        try:
            with transaction.atomic():
                d.learn(allergy())
            done.append("written")
        finally:
            connection.close()

    writer = Thread(target=write)
    with transaction.atomic():
        assert isinstance(d.sign(AT, shown, proof), Signed)
        writer.start()
        writer.join(1.5)
        assert not done, "a fact came into the record between the last look and the signature"
    writer.join()
    assert done == ["written"]


def test_an_account_that_was_closed_signs_nothing(db):
    d = ready_desk()
    shown = d.page().shown
    Account.objects.filter(pk=d.people.clinician.account_id).update(is_active=False)
    from serein.foundation.people.factors import prove

    assert isinstance(prove(d.people.clinician.account_id, "x", "000000", AT, digest=shown.sha256), Refused)


def test_the_statement_that_was_shown_is_part_of_what_is_signed(db):
    assert ready_desk().page().content.content.statement == payload.statement_sha256()


@pytest.mark.parametrize("written", ["٢١", "2e1", " 21", "21.", "+21", "21_0", "１", "1.2345"])
def test_a_number_is_what_anybody_would_read(db, written):
    d = desk()
    order = draft(d.chart(), d.draft_id).order
    answer = change_draft(d.chart(), d.draft_id, 1, replace(order, quantity=written))
    assert isinstance(answer, Mistaken) and "quantity" in dict(answer.by_field)
    answer = change_draft(d.chart(), d.draft_id, 1, replace(order, doses=(PlannedDose("night", written),)))
    assert isinstance(answer, Mistaken) and "night" in dict(answer.by_field)
