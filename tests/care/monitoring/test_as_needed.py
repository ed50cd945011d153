"""As needed: a day's and a week's maximum, counted by the patient's own days; what goes beyond is kept, answered and made a task."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serein.care.monitoring import reads
from serein.care.monitoring.actions import Logged, NewDose, log_dose, undo_dose
from serein.care.monitoring.days import AS_NEEDED, beyond, dose_day
from serein.care.monitoring.reads.diary import most_days_with_use
from serein.care.planning.reads import plan_in_force
from serein.care.planning.text import PlannedDose, most_units
from serein.care.prescribing import order as orders
from serein.care.prescribing.reads.examination import _used_on
from serein.clinical import knowledge
from serein.clinical.assess import assess
from serein.clinical.case import Case
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.plans import TODAY, agreed
from tests.people import AT, four_people, open_for, own_chart

EXTRA = PlannedDose("as_needed", "0.5", "2", "4")
DAYS = timedelta(days=1)


@pytest.fixture
def people(db):
    found = four_people()
    agreed(found.clinician, found.patient, doses=(EXTRA,))
    return found


def use(people, at):
    answer = log_dose(own_chart(people.patient, at), NewDose(AS_NEEDED, reason="Fear on the bus"))
    assert isinstance(answer, Logged), answer
    return answer


def open_kinds(people, at):
    return [t.kind for t in tasks_of_patient(open_for(people.clinician, people.patient, at))]


def test_the_fifth_use_in_seven_days_is_stored_answered_and_made_a_task(people):
    answers = [use(people, AT + n * DAYS) for n in (0, 1, 2, 3, 6)]
    assert [a.advice for a in answers] == ["", "", "", "", "above-week"]
    found = reads.as_needed(own_chart(people.patient, AT + 6 * DAYS))
    assert (found.uses_in_week, found.days_in_week, found.most_a_week, found.left_today) == (5, 5, 4, 0)
    assert "above-maximum" in open_kinds(people, AT + 6 * DAYS)


def test_the_week_is_any_seven_days_not_one_of_the_calendar(people):
    for n in (5, 5, 6, 6):  # Saturday and Sunday
        assert use(people, AT + n * DAYS).advice == ""
    assert use(people, AT + 7 * DAYS).advice == "above-week"


def test_taking_the_use_back_closes_the_task(people):
    answers = [use(people, AT + n * DAYS) for n in (0, 1, 2, 3, 4)]
    undo_dose(own_chart(people.patient, AT + 4 * DAYS), answers[0].entry_id)
    assert "above-maximum" not in open_kinds(people, AT + 4 * DAYS)


def test_an_order_beyond_the_agreed_week_needs_a_new_plan(people):
    plan = plan_in_force(open_for(people.clinician, people.patient))
    order = orders.prefilled(plan, TODAY)
    assert order.quantity == "4"  # 14 days, 4 uses a week, half a tablet each
    assert "at most 1 tablet (5 mg) in any 24 hours and 2 tablets (10 mg) in any 7 days" in orders.directions(order)
    more = orders.OrderText(
        product=order.product, doses=(PlannedDose("as_needed", "0.5", "2", "5"),), starts_on=TODAY, days=14, quantity="5"
    )
    assert orders.beyond(order, plan) is None
    assert dict(orders.beyond(more, plan).by_field)["doses"].startswith("The patient agreed to 10 mg in any 7 days")


@pytest.mark.parametrize("days", [1, 3, 7, 10, 14, 28])
def test_assess_reads_days_a_week_and_takes_the_quantity_for_what_it_is(people, days):
    plan = plan_in_force(open_for(people.clinician, people.patient))
    text = orders.prefilled(plan, TODAY, TODAY + (days - 1) * DAYS)
    order = orders.clinical_order(text, plan, reference="Draft/1", prescriber="", on=TODAY)
    assert [d.most_days_a_week for d in order.dosages] == [4]
    found = assess(Case(), (order,), knowledge.load(), TODAY)
    assert "quantity-mismatch" not in {f.code for f in found.findings} and found.orders[0].daily_dose_mg == 5


def test_use_on_more_days_than_agreed_is_what_assess_gets(people):
    for n in (0, 1, 2, 3, 4, 5):
        use(people, AT + n * DAYS)
    assert most_days_with_use(open_for(people.clinician, people.patient, AT + 5 * DAYS)) == 6
    plan = plan_in_force(open_for(people.clinician, people.patient))
    [dosage] = orders.clinical_order(orders.prefilled(plan, TODAY), plan, reference="Draft/1", prescriber="", on=TODAY).dosages
    assert _used_on(dosage, Decimal(6)).most_days_a_week == 6
    assert _used_on(dosage, Decimal(2)).most_days_a_week == 4


# The week of the clock change in Los Angeles and in London, autumn and spring, and one without.
FIRSTS = st.sampled_from([date(2026, 10, 30), date(2027, 3, 12), date(2027, 3, 26), date(2026, 6, 1)])
ZONES = st.sampled_from(["America/Los_Angeles", "Europe/London", "Asia/Kolkata", "Pacific/Apia"])
USES = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 23), st.integers(0, 59)), max_size=14)


@given(FIRSTS, ZONES, USES, st.integers(1, 3), st.data())
def test_a_use_is_beyond_exactly_when_its_day_or_some_week_around_it_holds_too_many(first, zone, uses, day_most, data):
    week_most = data.draw(st.integers(day_most, 7 * day_most))
    taken = [datetime.combine(first + n * DAYS, time(hour, minute), ZoneInfo(zone)).astimezone(UTC) for n, hour, minute in uses]
    on = [dose_day(at, zone, AS_NEEDED) for at in taken]
    # An hour that the clocks skip moves on by the skipped hour and may cross midnight; every other use stays on the day of its wall clock.
    assert all(d - (first + n * DAYS) in (0 * DAYS, DAYS) for d, (n, _, _) in zip(on, uses, strict=True))
    for day in set(on):
        # The slow twin: every window of seven calendar days in the patient's zone, counted from the list.
        fullest = max(sum(start <= d < start + 7 * DAYS for d in on) for start in (day - n * DAYS for n in range(7)))
        expected = "day" if on.count(day) > day_most else "week" if fullest > week_most else ""
        assert beyond(Counter(on), day, most_a_day=day_most, most_a_week=week_most) == expected


@given(st.integers(1, 3), st.integers(1, 60), st.data())
def test_no_way_of_taking_it_within_both_limits_needs_more_than_the_supply(day_most, days, data):
    week_most = data.draw(st.integers(day_most, 7 * day_most))
    dose = PlannedDose("as_needed", "1", str(day_most), str(week_most))
    taken: list[int] = []
    for _ in range(days):  # greedy: as much as early as possible is the most
        taken.append(min(day_most, week_most - sum(taken[-6:])))
    assert most_units((dose,), days) == sum(taken)
    wanted = data.draw(st.lists(st.integers(0, day_most), min_size=days, max_size=days))
    kept: list[int] = []
    for n in wanted:
        kept.append(min(n, week_most - sum(kept[-6:])))
    assert sum(kept) <= most_units((dose,), days)
