"""Any order of cancelling, waiting, dispensing, declining and licences: a twenty-line model and the real thing agree about every answer."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from serein.care.prescribing.actions.dispensing import Dispensed, TooLate, decline_to_dispense
from serein.care.prescribing.models import Dispensing
from serein.care.prescribing.reads.slips import Verdict, examined
from serein.foundation.people.keys import Refused

from .signed import AT, TODAY, cancel_one, dispense_one, sign_one, small_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_keys(settings, tmp_path):
    settings.STATE = tmp_path


class Desk(RuleBasedStateMachine):
    """The model: what became of each prescription, which day it is, until when the pharmacist's licence runs."""

    ones = Bundle("ones")
    place = None

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.day, self.became, self.first, self.licensed_until = 0, {}, {}, 200
        self.all = []

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @property
    def at(self):
        return AT + timedelta(days=self.day)

    def verdict(self, one):
        if one.id in self.became:
            return self.became[one.id]
        today = TODAY + timedelta(days=self.day)
        if today < one.content.valid_from:
            return Verdict.TOO_EARLY
        return Verdict.EXPIRED if today > one.content.valid_until else Verdict.GENUINE

    @rule(target=ones, start=st.integers(0, 3), length=st.integers(0, 3))
    def sign(self, start, length):
        today = TODAY + timedelta(days=self.day)
        first = today + timedelta(days=start)
        one = sign_one(self.place, at=self.at, issued_on=today, valid_from=first, valid_until=first + timedelta(days=length))
        self.all.append(one)
        return one

    @rule(days=st.integers(1, 2))
    def wait(self, days):
        self.day += days
        for one in self.all:
            self.look(one, True)

    @rule(left=st.integers(-2, 2))
    def renew_or_lapse(self, left):
        self.licensed_until = self.day + left
        licence = self.place.licence(self.place.pharmacist)
        licence.expires_on = TODAY + timedelta(days=self.licensed_until)
        licence.save()

    @rule(one=ones)
    def cancel(self, one):
        answer = cancel_one(self.place, one, at=self.at)
        assert isinstance(answer, Refused) == (one.id in self.became)
        self.became.setdefault(one.id, Verdict.CANCELLED)

    @rule(one=ones)
    def decline(self, one):
        assert not isinstance(
            decline_to_dispense(self.place.slip(one, by=self.place.pharmacist, at=self.at), reason="stock"), Refused
        )

    @rule(
        one=ones, extra=st.sampled_from([0, 0, 0, 1, -1]), checked=st.sampled_from([True, True, True, False]), late=st.booleans()
    )
    def dispense(self, one, extra, checked, late):
        by = self.late if late else self.place.pharmacist
        quantity = one.content.quantity + Decimal(extra)
        answer = dispense_one(self.place, one, by=by, at=self.at, identity_checked=checked, quantity=quantity)
        licensed = late or self.licensed_until >= self.day
        if self.verdict(one) is Verdict.GENUINE and checked and not extra and licensed:
            assert isinstance(answer, Dispensed)
            self.became[one.id], self.first[one.id] = Verdict.DISPENSED, (by.name, self.at)
        elif one.id in self.first:
            assert isinstance(answer, TooLate) and (answer.first.by, answer.first.at) == self.first[one.id]
        else:
            assert isinstance(answer, Refused)

    @rule(one=ones, known=st.booleans())
    def look_again(self, one, known):
        self.look(one, known)

    def look(self, one, known):
        seen = examined(self.place.slip(one, by=self.place.pharmacist if known else None, at=self.at))
        assert seen.verdict is self.verdict(one) and (seen.content is not None) == known

    @invariant()
    def each_is_dispensed_at_most_once(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('serein.scope', 'job', true), set_config('serein.clinic', %s, true)",
                [str(self.place.clinic.id)],
            )
        assert set(Dispensing.objects.values_list("prescription_id", flat=True)) == set(self.first)
        assert Dispensing.objects.count() == len(self.first)


def test_any_story_at_the_desk():
    place = small_clinic()
    late = place.clinic.pharmacist("Bea Late")

    class Here(Desk):
        pass

    Here.place, Here.late = place, late
    # Not shrunk: each step asks a database, and a story of 20 steps can be read as it is.
    quiet = settings(
        max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
    )
    run_state_machine_as_test(Here, settings=quiet)
