"""Whatever is done in whatever order: no taper runs without the patient's agreement, one at a time, and no hold brings a lower dose nearer."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from serein.care.tapering import actions as tapering
from serein.care.tapering import reads
from serein.care.tapering.models import TaperCourse, TaperReply
from serein.foundation.people.keys import Refused
from tests.care.plans import agreed
from tests.care.tapers import noon, taper_text
from tests.people import four_people, open_for, own_chart


def planned(card: reads.TaperCard, day: date) -> Decimal:
    """The dose of a version on a day, without its holds: what the patient agreed to."""
    return next((s.daily_mg for s in reversed(card.steps) if s.from_on <= day), card.request.daily_dose_mg)


class Tapers(RuleBasedStateMachine):
    """One patient, acts of both sides in any order, days going by."""

    def __init__(self) -> None:
        super().__init__()
        self.day = date(2026, 11, 23)
        self.savepoint = transaction.savepoint()
        self.people = four_people()
        self.agreed_to: list[reads.TaperCard] = []
        self.resumed: set[object] = set()

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    def care(self):
        return open_for(self.people.clinician, self.people.patient, noon(self.day))

    def own(self):
        return own_chart(self.people.patient, noon(self.day))

    def card(self, state: str) -> reads.TaperCard | None:
        return next((t for t in reads.tapers(self.care()) if t.state == state), None)

    @initialize()
    def plan(self) -> None:
        self.plan_id = agreed(self.people.clinician, self.people.patient, noon(self.day))

    @rule(days=st.sampled_from([1, 3, 13, 14, 30]))
    def days_go_by(self, days: int) -> None:
        self.day += timedelta(days=days)

    @rule(percent=st.sampled_from(["5", "10", "25"]), wait=st.integers(0, 10))
    def propose(self, percent: str, wait: int) -> None:
        start = reads.starting_point(self.care(), self.day)
        mg = str(start.mg) if start else "7.5"
        text = taper_text(daily_mg=mg, cut_percent=percent, starts_on=self.day + timedelta(days=wait))
        tapering.propose_taper(self.care(), self.plan_id, text)

    @rule()
    def send(self) -> None:
        card = self.card("draft")
        if card is not None:
            tapering.send_taper(self.care(), card.id)

    @rule()
    def clinician_tries_to_agree(self) -> None:
        for card in reads.tapers(self.care()):
            assert isinstance(tapering.agree_taper(self.care(), card.id), Refused)

    @rule()
    def agree(self) -> None:
        card, before = self.card("sent"), self.card("running")
        if card is None or isinstance(tapering.agree_taper(self.own(), card.id), Refused):
            return
        self.agreed_to.append(card)
        if before is not None and card.id in self.resumed:
            day = self.day
            while day <= max(before.ends_on, card.ends_on):
                assert planned(card, day) >= min(planned(before, day), card.request.daily_dose_mg), day
                day += timedelta(days=1)

    @rule(wish=st.sampled_from(["wait", "slower", "pause", "back"]))
    def ask(self, wish: str) -> None:
        card = self.card("running")
        if card is not None:
            assert isinstance(tapering.ask_about_taper(self.own(), card.id, wish), tapering.Asked)
            assert self.card("running").steps == card.steps

    @rule()
    def confirm(self) -> None:
        card = self.card("running")
        for step in card.steps if card else ():
            tapering.confirm_step(self.own(), step.id)

    @precondition(lambda self: self.agreed_to)
    @rule(kind=st.sampled_from([k.value for k in tapering.WHAT_HAPPENED]), old=st.booleans(), wait=st.sampled_from([None, 5, 30]))
    def something_happens(self, kind: str, old: bool, wait: int | None) -> None:
        card, now = self.card("running"), reads.dose_in_force(self.care(), self.day)
        if card is None or now is None:
            return
        change = now.unconfirmed_change
        takes = "" if change is None else str(change.from_mg if old else change.to_mg)
        text = tapering.HappenedText(
            kind=kind, why="x", until_on=self.day + timedelta(days=wait) if wait else None, takes_mg=takes, cut_percent="5", every_days=28,
            product=card.request.products[0].id,
        )  # fmt: skip
        made = tapering.replan_taper(self.care(), card.id, text)
        after = self.card("running")
        assert after is not None and (after.id, after.version) == (card.id, card.version), (
            "what runs stands until the patient agrees"
        )
        assert [s.from_on for s in after.steps] == [s.from_on for s in card.steps]
        if isinstance(made, tapering.Replaced):
            self.resumed.add(made.course_id)

    @rule(number=st.integers(0, 3))
    def prescribe(self, number: int) -> None:
        card = self.card("running")
        if card is not None and number < len(card.steps):
            step = card.steps[number]
            drafted = tapering.draft_for_step(self.care(), step.id)
            assert step.decided or isinstance(drafted, Refused), "nothing is prescribed before a decision"

    @rule()
    def go_on(self) -> None:
        card = self.card("running")
        coming = card.coming(self.day) if card else None
        if coming is not None:
            asked = any(w.wish != "ask" for w in card.open_wishes)
            decided = tapering.go_on_with_step(self.care(), coming.id, why="x")
            assert not (asked and isinstance(decided, tapering.GoneOn)), "a wish is answered first"

    @precondition(lambda self: self.agreed_to)
    @rule(until=st.sampled_from([None, 7, 40]), new=st.booleans())
    def hold(self, until: int | None, new: bool) -> None:
        card, now = self.card("running"), reads.dose_in_force(self.care(), self.day)
        if card is None or now is None:
            return
        change = now.unconfirmed_change
        takes = "" if change is None else str(change.to_mg if new else change.from_mg)
        day = self.day + timedelta(days=until) if until is not None else None
        held = tapering.hold_taper(self.care(), card.id, tapering.HoldText(why="x", until_on=day, takes_mg=takes))
        if isinstance(held, tapering.Held):
            far = self.day + timedelta(days=900)
            assert reads.dose_in_force(self.care(), far).mg == reads.dose_in_force(self.care(), self.day).mg

    @rule(wait=st.sampled_from([0, 14, 60]), slower=st.booleans())
    def resume(self, wait: int, slower: bool) -> None:
        card = self.card("running")
        if card is None or card.hold is None:
            return
        day = max(self.day, card.hold.until_on or self.day) + timedelta(days=wait)
        every = card.request.pace.every_days + (14 if slower else 0)
        made = tapering.resume_taper(self.care(), card.id, tapering.ResumeText(resume_on=day, every_days=every))
        if isinstance(made, tapering.Proposed):
            self.resumed.add(made.course_id)
            assert self.card("draft").starts_on >= day

    @invariant()
    def one_at_a_time_and_none_without_agreement(self) -> None:
        self.care()
        mine = TaperCourse.objects.filter(patient=self.people.patient.patient_id)
        assert mine.filter(state="running").count() <= 1 and mine.filter(state="sent").count() <= 1
        for course in mine.filter(state__in=("running", "finished")):
            said = TaperReply.objects.filter(course=course, wish="agree", by=self.people.patient.account_id)
            assert course.agreed_by_id == self.people.patient.account_id and said.count() == 1

    @invariant()
    def nothing_falls_before_anything_was_agreed(self) -> None:
        if not self.agreed_to and hasattr(self, "plan_id"):
            assert reads.dose_in_force(self.care(), self.day + timedelta(days=60)).mg == Decimal("7.5")


@pytest.mark.django_db
def test_no_order_of_deeds_lowers_a_dose_without_agreement_or_sooner_than_agreed():
    quiet = settings(
        max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
    )
    run_state_machine_as_test(Tapers, settings=quiet)
