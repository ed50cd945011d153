"""The hold reserve of a step: filled up to seven days at its dose, never piled up, never past the review, said in the directions."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from serein.care.planning.text import Mistaken
from serein.care.prescribing.actions.drafting import change_draft
from serein.care.prescribing.order import clinical_order, directions
from serein.care.prescribing.reads.drafts import draft
from serein.care.prescribing.reads.prescriptions import Supplied, supplies
from serein.care.prescribing.reads.renewal import plan_to_prescribe
from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import running_taper
from serein.care.tapering.reserve import Reserve, left_over, most_days, orders_of
from tests.care.plans import TODAY, agreed
from tests.care.tapers import noon, running, taper_text
from tests.care.tapers_supplied import supply
from tests.people import AT, four_people, given, open_for, own_chart

T2, T5 = "diazepam-tablet-2", "diazepam-tablet-5"
START = date(2027, 1, 4)


def written(product, start, days, a_day, reserve, regimen="r"):
    quantity = Decimal(a_day) * days + Decimal(reserve)
    last = start + timedelta(days=days - 1)
    return Supplied(uuid4(), product, quantity, start, last, start, regimen, Decimal(a_day), Decimal(reserve))


def test_what_is_left_of_the_reserve_is_less_by_the_days_that_were_held():
    first = written(T2, START, 14, 3, 21)
    assert left_over((first,), START + timedelta(days=14)) == {T2: 21}
    assert left_over((first,), START + timedelta(days=17)) == {T2: 12}, "three days of three tablets"
    assert left_over((first,), START + timedelta(days=60)) == {T2: 0}
    assert left_over((), START) == {}


def test_reserves_of_several_steps_and_strengths_are_counted_each_for_itself():
    steps = (written(T2, START, 14, 3, 21), written(T5, START, 14, 1, 7), written(T2, START + timedelta(days=16), 14, 2, 0))
    assert left_over(steps, START + timedelta(days=16)) == {T2: 15, T5: 5}, "two days were held"
    assert left_over(steps, START + timedelta(days=33)) == {T2: 9, T5: 5}, "only what that step is made from is taken in its hold"


@pytest.mark.django_db
@pytest.mark.parametrize("at_hand", [{}, {T2: Decimal(5)}, {T2: Decimal(100), T5: Decimal(100)}])
def test_a_reserve_never_comes_to_more_than_seven_days_with_what_is_there(four, at_hand):
    doses = running(four).steps[0].doses
    for order in orders_of(doses, START, 14, Reserve(most_days(), at_hand)):
        a_day = sum(Decimal(d.units) for d in order.doses)
        there = at_hand.get(order.product, Decimal())
        kept = Decimal(order.reserve or 0)
        assert Decimal(order.quantity) - kept == -(-a_day * 14 // 1) if "tablet" in order.product else a_day * 14
        assert kept + there >= a_day * most_days() - 1 and (kept == 0 or kept + there < a_day * most_days() + 1)


@pytest.fixture
def four():
    return four_people()


@pytest.mark.django_db
def test_a_steps_draft_carries_the_reserve_and_says_so_and_the_check_sees_what_is_taken(four):
    card = running(four, AT)
    chart = open_for(four.clinician, four.patient, AT)
    made = given(tapering.draft_for_step(chart, card.steps[0].id))
    plan = plan_to_prescribe(chart)
    for one in made.draft_ids:
        order = draft(chart, one).order
        kept = Decimal(order.reserve)
        assert kept > 0 and "reserve: take them only when your clinic tells you" in draft(chart, one).directions
        seen = clinical_order(order, plan, reference="x", prescriber="p", on=TODAY)
        assert seen.supply.quantity == Decimal(order.quantity) - kept and "reserve" not in seen.dosages[0].text
        again = directions(replace(order, reserve=""))
        assert draft(chart, one).directions.startswith(again) and "reserve" not in again
        for wrong in ("100", "seven", *(["1.5"] if "tablet" in order.product else [])):
            refused = change_draft(chart, one, 1, replace(order, reserve=wrong))
            assert isinstance(refused, Mistaken) and refused.by_field[0][0] == "reserve", wrong
        left_out = replace(order, reserve="", quantity=str(Decimal(order.quantity) - kept))
        assert not isinstance(change_draft(chart, one, 1, left_out), Mistaken)


def on_the_way(four):
    """A taper whose plan is looked at again on 10 January, in the middle of its third step."""
    plan_id = agreed(four.clinician, four.patient, reassess_on=date(2027, 1, 10), ends_on=date(2027, 3, 1))
    chart = open_for(four.clinician, four.patient, AT)
    draft = given(tapering.propose_taper(chart, plan_id, taper_text()))
    given(tapering.send_taper(chart, draft.course_id))
    given(tapering.agree_taper(own_chart(four.patient, AT), draft.course_id))
    return running_taper(open_for(four.clinician, four.patient, AT))


@pytest.mark.django_db
def test_the_next_step_adds_only_what_is_missing_and_no_reserve_reaches_past_the_review(four):
    steps = on_the_way(four).steps
    for step in steps[:3]:
        at = noon(step.from_on - timedelta(days=1))
        supply(four, step, at)
        given(tapering.confirm_step(own_chart(four.patient, noon(step.from_on)), step.id))
    mine = [[s for s in supplies(open_for(four.clinician, four.patient, at)) if s.regimen == str(step.id)] for step in steps[:3]]
    assert all(s.reserve > 0 for s in mine[0])
    for step_supplies in mine[1:2]:
        for s in step_supplies:
            there = sum(one.reserve for one in mine[0] if one.product == s.product)
            assert s.reserve == max(0, -(-(7 * s.units_a_day - there) // 1)) or s.product == "diazepam-solution-1"
    assert all(s.reserve == 0 and s.last_day == date(2027, 1, 9) for s in mine[2]), "the rest follows after the review"
