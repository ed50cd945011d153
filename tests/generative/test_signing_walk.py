"""Random walks over plan, draft, check and signature: whatever people do in whatever order, nothing is signed without the patient's agreement,
a licence in force, both factors for exactly this content, an assessment without a stop, and a reason for each warning.

The obvious slow twin of the rules stands in the machine itself: what it was told happened. The walk compares each answer with it.
"""

import os
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from serein.care.planning import actions as planning
from serein.care.planning.models import Plan
from serein.care.prescribing.actions.checking import check_draft, override_warning
from serein.care.prescribing.actions.drafting import Drafted, change_draft, discard_draft, draft_prescription
from serein.care.prescribing.actions.signing import Signed, cancel_prescription, sign_prescription
from serein.care.prescribing.models import Draft, Prescription
from serein.care.prescribing.payload import read
from serein.care.prescribing.reads.drafts import draft
from serein.care.prescribing.reads.examination import Shown, Signable, signable
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.factors import Proof, prove
from serein.foundation.people.keys import Refused
from serein.foundation.people.models import Licence
from tests.care.devices import code_at, set_up_codes
from tests.care.plans import plan_text
from tests.care.prescribed import allergy, medicine, value_words
from tests.people import AT, PASSWORD, FourPeople, four_people, open_for, own_chart

MINUTES = float(os.environ.get("SEREIN_MINUTES", "0"))
NOBODY = Shown(1, "0" * 64, "0" * 64)


class Walk(RuleBasedStateMachine):
    """One patient, one clinician, a few days. `self.agreed` is the plan that the patient last agreed to, while nobody withdrew it."""

    people: FourPeople

    def __init__(self):
        super().__init__()
        self.at = AT
        self.agreed = self.waiting = self.draft = self.draft_plan = None
        self.licensed, self.allergic, self.reasons_missing = True, False, True
        self.page = self.page_of = None
        self.facts = self.shown_facts = 0
        self.signed = []

    def chart(self):
        return open_for(self.people.clinician, self.people.patient, self.at)

    def tick(self):
        """Time goes on: half a minute at least, so that there is a new code."""
        self.at += timedelta(seconds=30)

    @initialize(begun=st.sampled_from([3, 3, 2, 1, 0]))
    def begin(self, begun):
        """Most walks begin with something done already: the interesting mistakes lie close to the signature."""
        if begun:
            self.write_and_send("less fear")
            self.agree(True)
        if begun > 1:
            self.open_draft(False)
        if begun > 2:
            self.give_reasons()

    # Plan

    @rule(goal=st.sampled_from(["less fear", "sleep", "work"]))
    def write_and_send(self, goal):
        self.tick()
        written = planning.write_plan(self.chart(), plan_text(goal=goal))
        assert isinstance(written, planning.Written), written
        assert isinstance(planning.send_plan(self.chart(), written.plan_id), planning.Sent)
        self.waiting = written.plan_id

    @precondition(lambda self: self.waiting)
    @rule(by_patient=st.booleans())
    def agree(self, by_patient):
        self.tick()
        chart = own_chart(self.people.patient, self.at) if by_patient else self.chart()
        answer = planning.reply_to_plan(chart, self.waiting, "agree")
        assert isinstance(answer, planning.Replied) == by_patient
        if by_patient:
            self.agreed, self.waiting = self.waiting, None

    @precondition(lambda self: self.waiting)
    @rule()
    def ask(self):
        self.tick()
        assert isinstance(
            planning.reply_to_plan(own_chart(self.people.patient, self.at), self.waiting, "ask", "Why?"), planning.Replied
        )

    @precondition(lambda self: self.agreed)
    @rule()
    def withdraw(self):
        self.tick()
        assert isinstance(planning.withdraw_plan(self.chart(), self.agreed, why="changed"), planning.Withdrawn)
        self.agreed = None

    # Draft

    @precondition(lambda self: self.agreed or self.waiting)
    @rule(of_waiting=st.booleans())
    def open_draft(self, of_waiting):
        self.tick()
        plan = self.waiting if of_waiting and self.waiting else self.agreed or self.waiting
        answer = draft_prescription(self.chart(), plan)
        assert isinstance(answer, Drafted) == (plan is not None and plan == self.agreed), answer
        if isinstance(answer, Drafted):
            self.draft, self.draft_plan = answer.draft_id, plan

    @precondition(lambda self: self.draft)
    @rule(days=st.integers(1, 14))
    def change(self, days):
        self.tick()
        seen = draft(self.chart(), self.draft)
        order = replace(seen.order, days=days, quantity=str(-(-15 * days // 10)))
        change_draft(self.chart(), self.draft, seen.version, order)

    @precondition(lambda self: self.draft)
    @rule()
    def discard(self):
        self.tick()
        discard_draft(self.chart(), self.draft)

    # Check

    @precondition(lambda self: self.draft)
    @rule()
    def give_reasons(self):
        self.tick()
        checked = check_draft(self.chart(), self.draft)
        if isinstance(checked, Refused):
            return
        for finding in checked.examination.unanswered:
            override_warning(self.chart(), self.draft, finding.fingerprint, reason="managed")

    @rule(what=st.sampled_from([allergy("penicillin"), medicine("oxycodone"), medicine("omeprazole")]))
    def learn(self, what):
        from serein.care.evaluation.actions import NewEntry, record_entry

        self.tick()
        record_entry(self.chart(), NewEntry(what, value_words(what)))
        self.facts += 1

    @rule(really=st.sampled_from([False, False, True]))
    def learn_a_stop(self, really):
        from serein.care.evaluation.actions import NewEntry, record_entry

        self.tick()
        if really and not self.allergic:
            record_entry(self.chart(), NewEntry(allergy(), "diazepam"))
            self.allergic, self.facts = True, self.facts + 1

    @rule(on=st.sampled_from([True, True, False]))
    def licence(self, on):
        self.tick()
        self.chart()
        day = AT.date() + timedelta(days=300) if on else AT.date() - timedelta(days=1)
        Licence.objects.filter(practitioner=self.people.clinician.practitioner_id).update(expires_on=day)
        self.licensed = on

    # Sign

    @precondition(lambda self: self.draft)
    @rule()
    def look_at_the_sign_page(self):
        self.tick()
        ready = signable(self.chart(), self.draft)
        if isinstance(ready, Signable):
            assert self.agreed == self.draft_plan and self.licensed and not self.allergic
            assert not ready.examination.unanswered and ready.examination.assessment.may_sign
            self.page, self.page_of, self.shown_facts = ready, self.draft, self.facts

    @precondition(lambda self: self.draft)
    @rule()
    def look_and_sign(self):
        """What a careful clinician does."""
        self.look_at_the_sign_page()
        self.sign(PASSWORD, True, True)

    @precondition(lambda self: self.draft)
    @rule(
        password=st.sampled_from([PASSWORD, PASSWORD, "wrong"]),
        fresh_code=st.sampled_from([True, True, False]),
        of_page=st.booleans(),
    )
    def sign(self, password, fresh_code, of_page):
        self.tick()
        shown = self.page.shown if self.page and of_page else NOBODY
        code = code_at(self.people.clinician, self.at if fresh_code else self.at - timedelta(minutes=10))

        def factors(digest):
            return prove(self.people.clinician.account_id, password, code, self.at, digest=digest)

        answer = sign_prescription(self.chart(), self.draft, shown, factors)
        if isinstance(answer, Signed):
            assert self.agreed == self.draft_plan, "signed without the patient's agreement"
            assert self.licensed, "signed without a licence"
            assert not self.allergic, "signed in spite of a stop"
            assert (password, fresh_code) == (PASSWORD, True), "signed without both factors"
            assert of_page and self.page_of == self.draft, "signed what was not shown"
            assert self.facts == self.shown_facts, "signed on a record that had changed"
            row = Prescription.objects.get(pk=answer.prescription_id)
            assert bytes(row.payload) == self.page.content.canonical, "signed other bytes than were shown"
            self.signed.append(answer.prescription_id)
            # A new medicine is on record now.
            self.facts += 1
        else:
            last = (
                TrailRow.objects.filter(deed="sign_prescription", patient_id=self.people.patient.patient_id).order_by("id").last()
            )
            assert last.outcome == "refused" and last.why == answer.code

    @rule(digest=st.sampled_from(["0" * 64, "f" * 64]))
    def a_proof_for_something_else(self, digest):
        """A proof that somebody got for other content signs nothing, on whatever page."""
        self.tick()
        proof = prove(self.people.clinician.account_id, PASSWORD, code_at(self.people.clinician, self.at), self.at, digest=digest)
        if self.draft and self.page and isinstance(proof, Proof):
            assert isinstance(sign_prescription(self.chart(), self.draft, self.page.shown, lambda _: proof), Refused)

    @precondition(lambda self: self.signed)
    @rule()
    def cancel(self):
        self.tick()
        cancel_prescription(self.chart(), self.signed[-1], why="changed")
        self.facts += 1

    @invariant()
    def every_prescription_stands_on_one_signed_draft_and_an_agreement(self):
        self.chart()
        rows = list(Prescription.objects.filter(patient=self.people.patient.patient_id))
        assert {row.id for row in rows} == set(self.signed)
        for row in rows:
            assert Draft.objects.get(pk=row.draft_id).state == "signed"
            content = read(bytes(row.payload))
            assert content.draft_id == row.draft_id and content.prescriber.id == row.prescriber_id
        assert Plan.objects.filter(patient=self.people.patient.patient_id, state="agreed").count() == (1 if self.agreed else 0)


def test_no_path_leads_to_a_signature_without_everything_that_it_needs(db, settings, tmp_path):
    walk(settings, tmp_path, examples=20, steps=20)


@pytest.mark.long
@pytest.mark.timeout(1500)
def test_no_long_path_leads_to_a_signature_without_everything_that_it_needs(db, settings, tmp_path):
    walk(settings, tmp_path, examples=int(20 + MINUTES * 4), steps=60)


def walk(site, tmp_path, *, examples, steps):
    site.STATE = tmp_path
    signed = []
    everybody = four_people()
    set_up_codes(everybody.clinician)

    class Rolled(Walk):
        """Each walk in a savepoint of its own, rolled back at its end, among the same people."""

        people = everybody

        def __init__(self):
            self._point = transaction.savepoint()
            super().__init__()

        def teardown(self):
            signed.extend(self.signed)
            transaction.savepoint_rollback(self._point)

    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
    run_state_machine_as_test(
        Rolled,
        settings=hypothesis_settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=checks, derandomize=True
        ),
    )
    assert signed, "no walk ever reached a signature: the machine tests nothing"
