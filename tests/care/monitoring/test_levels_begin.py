"""Where the level estimate begins: from what is known of the time before, said in words, and with nothing in the body where nothing is known."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from serein.care.evaluation.actions import NewEntry, Recorded, record_entry
from serein.care.monitoring import reads
from serein.care.monitoring.reads.before import _daily, before
from serein.care.tapering import actions as tapering
from serein.clinical.case import ATC, Coding, Concept, Dosage, Medicine, Timing
from serein.clinical.kinetics import NotValid
from serein.clinical.quantities import Amount, Interval, Unit
from tests.care.evaluation.filling import fill_and_send
from tests.care.plans import TODAY, agreed
from tests.care.tapers import noon, running
from tests.care.tapers_supplied import supply
from tests.people import AT, four_people, given, open_for, own_chart

DAY = timedelta(days=1)


@pytest.fixture
def people(db):
    return four_people()


def ours(people, at=AT):
    return open_for(people.clinician, people.patient, at)


def recorded(people, mg="10", begins=None, times="1", replaces=None, **more):
    dose = Amount(Decimal(mg), Unit.MG)
    value = Medicine(
        reference="statement from Elm Clinic", medicine=Concept((Coding(ATC, "N05BA01", "diazepam"),), "diazepam 5 mg tablet"),
        dosages=(Dosage(low=dose, high=dose, timing=Timing(times=Decimal(times), per=Interval(Decimal(24))), **more),), starts=begins,
    )  # fmt: skip
    answer = record_entry(ours(people), NewEntry(value, "diazepam", replaces=replaces))
    assert isinstance(answer, Recorded), answer
    return answer.entry_id


def first_day(people, of="diazepam", at=AT):
    chart = ours(people, at)
    found = reads.estimate(chart, reads.dose_history(chart), of)
    assert not isinstance(found, NotValid), found
    return found.days[0], found.begins


def test_nobody_asked_so_it_begins_with_nothing_and_says_so(people):
    agreed(people.clinician, people.patient)
    day, words = first_day(people)
    assert day.low == 0 and words.startswith("What was taken before 23-Nov-2026 is not known: it starts with nothing in the body")


def test_a_prescription_from_elsewhere_begins_at_its_steady_state_and_says_so(people):
    agreed(people.clinician, people.patient)
    recorded(people)
    day, words = first_day(people)
    assert day.low > 50 and day.metabolite_low > 50
    assert words == (
        "Before 23-Nov-2026: 10 mg a day, as statement from Elm Clinic says, assumed taken as written and long enough to have levelled off "
        "(steady state)."
    )


def test_one_that_began_days_ago_has_not_levelled_off(people):
    agreed(people.clinician, people.patient)
    entry = recorded(people, begins=TODAY - 5 * DAY)
    short, words = first_day(people)
    assert words.endswith("assumed taken as written for 5 days.")
    assert before(ours(people), TODAY + 70 * DAY, None).days is None
    recorded(people, replaces=entry)
    assert 0 < short.metabolite_low < 0.75 * first_day(people)[0].metabolite_low


@pytest.mark.parametrize("more", [{"as_needed": True}, {"most_days_a_week": Decimal(3)}])
def test_what_is_not_taken_every_day_is_not_guessed(people, more):
    agreed(people.clinician, people.patient)
    recorded(people, **more)
    assert "is not known" in first_day(people)[1]


@pytest.mark.parametrize(
    ("said", "mg"),
    [("10 mg", "10"), ("two 5 mg tablets", "10"), ("2.5mg a day", "2.5"), ("3 2 mg tablets daily", "6"), ("one 10 mg tablet per day", "10"),
     ("5 mg, sometimes 10 mg", None), ("about 10 mg", None), ("10 mg twice a day", None), ("10", None), ("", None), ("½ 5 mg tablet", None),
     ("٣ 5 mg", None), ("10 mg a week", None)],
)  # fmt: skip
def test_an_answer_in_words_counts_only_when_the_whole_of_it_is_a_dose(said, mg):
    assert _daily(said) == (None if mg is None else Decimal(mg))


USE = {
    "benzo_use": {"choice": "now"}, "benzo_what": {"choices": ["diazepam"], "dose": "two 5 mg tablets"},
    "benzo_long": {"choice": "years", "number": "2"}, "benzo_days": {"choice": "7"}, "benzo_need": {"choice": "yes"},
    "benzo_stop": {"choices": ["never"]},
}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "level", "words"),
    [
        (USE, True, "10 mg a day, as told at intake (“two 5 mg tablets”), assumed taken every day and long enough"),
        (USE | {"benzo_long": {"choice": "weeks", "number": "2"}}, True, "assumed taken every day for 14 days."),
        (USE | {"benzo_days": {"choice": "3"}}, False, "The patient's words: “two 5 mg tablets”"),
        (USE | {"benzo_what": {"choices": ["diazepam", "alprazolam"], "dose": "10 mg"}}, False, "is not known"),
        ({"benzo_use": {"choice": "never"}}, False, "The patient told of no such medicine before"),
    ],
)
def test_what_was_told_at_intake(people, answers, level, words):
    given(fill_and_send(own_chart(people.patient), **answers))
    agreed(people.clinician, people.patient)
    day, said = first_day(people)
    assert (day.metabolite_low > 20) is level and words in said


def test_the_band_is_about_the_one_substance_asked_for_and_holds_the_typical_level(people):
    agreed(people.clinician, people.patient)
    recorded(people)
    parent, other = first_day(people)[0], first_day(people, "nordiazepam")[0]
    assert parent.band_low < parent.low and parent.band_high > parent.low
    assert other.band_low < other.metabolite_low < other.band_high and parent.band_high != other.band_high


def test_an_unconfirmed_change_stands_in_the_history_until_it_is_confirmed(people):
    card = running(people)
    step, after = card.steps[0], card.steps[1]
    at = noon(step.from_on + 3 * DAY)
    history = reads.dose_history(ours(people, at))
    assert history.unconfirmed is not None and (history.unconfirmed.first, history.unconfirmed.last) == (
        step.from_on,
        after.from_on - DAY,
    )
    assert [bool(history.open_change(step.from_on + n * DAY)) for n in (-1, 0, 3, 13, 14)] == [False, True, True, True, False]
    assert (history.unconfirmed.change.before, history.unconfirmed.change.after) == ("7.5", "7")
    tapering.confirm_step(own_chart(people.patient, at), step.id)
    assert reads.dose_history(ours(people, at)).unconfirmed is None


def test_unknown_days_of_an_unconfirmed_change_reach_up_to_the_earlier_dose(people):
    card = running(people)
    supply(people, card.steps[0], AT)
    at = noon(card.steps[0].from_on + 10 * DAY)
    chart = ours(people, at)
    history = reads.dose_history(chart)
    open_change, closed = (
        reads.estimate(chart, h) for h in (history, reads.DoseHistory(**{**vars(history), "unconfirmed": None}))
    )
    assert open_change.days[17].metabolite_high > closed.days[17].metabolite_high
    assert open_change.days[17].metabolite_low == closed.days[17].metabolite_low
    assert date(2026, 12, 10) == history.days[17].day


@pytest.mark.parametrize("supplied", [True, False])
def test_the_days_since_an_unconfirmed_change_have_the_dose_in_force_not_the_calendars(people, supplied):
    card = running(people)
    step = card.steps[0]
    if supplied:
        supply(people, step, AT)
    at = noon(step.from_on + 3 * DAY)
    days = reads.planned(ours(people, at), step.from_on - DAY, step.from_on + 4 * DAY)
    told = step.daily_mg if supplied else Decimal("7.5")
    assert [d.mg for d in days] == [Decimal("7.5"), told, told, told, told, step.daily_mg]
    tapering.confirm_step(own_chart(people.patient, at), step.id)
    assert reads.planned_on(ours(people, at), step.from_on).mg == step.daily_mg
