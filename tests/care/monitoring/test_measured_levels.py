"""Measured levels: units, doubts that wait for a clinician's word, a band that narrows, and levels that were entered in error."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given as examples
from hypothesis import strategies as st

from serein.care.evaluation.actions import NewEntry, record_entry
from serein.care.monitoring import actions, reads
from serein.care.monitoring.measured import UNITS, ng_per_ml, value_problem
from serein.care.monitoring.models import MeasuredLevel
from serein.care.planning.text import Mistaken
from serein.clinical.case import Coding, Concept, Condition, Medicine, Observation
from serein.clinical.kinetics import NotValid
from serein.foundation.people.keys import Refused
from tests.care.plans import agreed
from tests.people import AT, four_people, given, open_for, own_chart
from tests.planted import planted

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = AT + 9 * DAY


@pytest.fixture
def people(db):
    """Nine days of treatment, every dose told."""
    return planted("nine days, every dose told", lambda four: four.clinic.id, nine_days)


def nine_days():
    found = four_people()
    agreed(found.clinician, found.patient)
    for n in range(9):
        for slot, later in (("morning", timedelta(0)), ("night", timedelta(hours=14))):
            at = AT + n * DAY + later
            given(actions.log_dose(own_chart(found.patient, at), actions.NewDose(slot, day=date(2026, 11, 23) + n * DAY)))
    return found


def chart(people, at=NOW):
    return open_for(people.clinician, people.patient, at)


def level(value="150", unit="ng/mL", **more):
    return actions.NewLevel(**{"substance": "diazepam", "value": Decimal(value), "unit": unit, "drawn_at": NOW - HOUR, **more})


def enter(people, *args, **more):
    return given(actions.record_level(chart(people), level(*args, **more))).level_id


def seen(people, at=NOW):
    key = chart(people, at)
    found = reads.estimate(key, reads.dose_history(key))
    assert not isinstance(found, NotValid)
    return found


def width(found):
    last = found.days[-14]
    return last.band_high - last.band_low


@examples(st.decimals("0.0001", "1000", places=4), st.sampled_from(list(UNITS)))
def test_a_unit_changes_the_number_only_by_its_factor(value, unit):
    assert ng_per_ml(value, unit) == value * UNITS[unit]
    assert (value_problem(value, unit) == "") == (ng_per_ml(value, unit) <= 100_000)


@examples(st.one_of(st.decimals(allow_nan=True), st.integers(-5, 0).map(Decimal)), st.text(max_size=8))
def test_what_is_no_level_or_no_unit_is_refused_in_words(value, unit):
    words = value_problem(value, unit)
    assert words or (unit in UNITS and value > 0)
    assert value_problem(Decimal(300), "nmol/L").startswith("Choose the unit")


def test_one_level_narrows_the_band_and_the_estimate_says_so(people):
    before = seen(people)
    middle = (before.days[9].low + before.days[9].high) / 2
    enter(people, f"{middle:.0f}")
    after = seen(people)
    assert after.fit.used == 1 and after.fit.found is not None and after.fit.found.effective_draws >= 4000
    assert width(after) < 0.9 * width(before)


def test_a_level_moves_the_curve_towards_itself(people):
    before = seen(people)
    enter(people, f"{before.days[9].high * 1.4:.0f}")
    assert seen(people).days[9].high > before.days[9].high * 1.02


def test_a_slip_of_the_unit_is_not_used_until_a_clinician_says_that_it_is_right(people):
    before = seen(people)
    level_id = enter(people, "20", "mg/L")
    waiting = seen(people)
    (one,) = waiting.fit.doubtful
    assert waiting.fit.used == 0 and waiting.days == before.days
    assert "fewer than 1 in 100" in one.reasons[0] and not any("not taken" in r for r in one.reasons)
    assert isinstance(actions.vouch_for_level(chart(people), level_id, why="  "), Mistaken)
    given(actions.vouch_for_level(chart(people), level_id, why="Asked the laboratory twice."))
    assert seen(people).fit.used == 1
    again = actions.vouch_for_level(chart(people), level_id, why="x")
    assert isinstance(again, Refused) and again.code == "changed-meanwhile"


def test_a_low_level_is_never_read_as_doses_not_taken(people):
    enter(people, "0.5")
    (one,) = seen(people).fit.doubtful
    assert "as low as this" in one.reasons[0]
    assert all("missed" not in r and "did not take" not in r for r in one.reasons)


def test_another_last_dose_than_the_diarys_is_a_doubt_with_both_times(people):
    middle = seen(people).days[9].low
    enter(people, f"{middle:.0f}", last_dose_at=NOW - 20 * HOUR)
    (one,) = seen(people).fit.doubtful
    assert "the diary has the last dose before the blood at" in one.reasons[0] and "was told" in one.reasons[0]


def test_what_was_entered_in_error_stays_marked_and_counts_for_nothing(people):
    before = seen(people)
    level_id = enter(people, "150")
    given(actions.mark_level_wrong(chart(people), level_id, why="Another patient's report."))
    after = seen(people)
    assert after.days == before.days and after.fit.weighed[0].standing == "error"
    assert reads.measured_levels(chart(people))[0].error_why == "Another patient's report."
    for deed in (actions.mark_level_wrong, actions.vouch_for_level):
        assert isinstance(deed(chart(people), level_id, why="again"), Refused)


def test_the_database_keeps_a_level_from_being_rewritten_or_deleted(people):
    level_id = enter(people, "150")
    chart(people)
    for change in (
        lambda: MeasuredLevel.objects.filter(pk=level_id).update(value=1),
        lambda: MeasuredLevel.objects.filter(pk=level_id).delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"substance": "oxazepam"}, "substance"),
        ({"value": Decimal(0)}, "value"),
        ({"value": Decimal("NaN")}, "value"),
        ({"value": Decimal("1.23456")}, "value"),
        ({"unit": "nmol/L"}, "unit"),
        ({"drawn_at": NOW + HOUR}, "drawn_on"),
        ({"drawn_at": NOW - 500 * DAY}, "drawn_on"),
        ({"last_dose_at": NOW}, "dose_on"),
    ],
)
def test_a_level_that_cannot_be_is_refused_at_its_field(people, changes, field):
    answer = actions.record_level(chart(people), replace(level(), **changes))
    assert isinstance(answer, Mistaken) and [f for f, _ in answer.by_field] == [field]
    assert reads.measured_levels(chart(people)) == ()


def test_the_patient_enters_no_level_and_chooses_no_picture(people):
    own = own_chart(people.patient, NOW)
    for answer in (actions.record_level(own, level()), actions.choose_picture(own, "picture", why="I wish")):
        assert isinstance(answer, Refused) and answer.code == "not-permitted"


def test_no_picture_until_one_is_chosen_and_the_newest_choice_counts(people):
    assert reads.picture_choice(chart(people)) is None
    given(actions.choose_picture(chart(people), "picture", why="Asked for it."))
    given(actions.choose_picture(chart(people, NOW + HOUR), "nothing", why="It frightened."))
    found = reads.picture_choice(chart(people, NOW + HOUR))
    assert found is not None and (found.shows, found.why) == ("nothing", "It frightened.")


def test_what_if_changes_only_tomorrow_and_later_and_stores_nothing(people):
    key = chart(people)
    history = reads.dose_history(key)
    base = reads.estimate(key, history)
    same, double, none = (reads.what_if(key, history, Decimal(mg), base.fit) for mg in ("7.5", "15", "0"))
    assert same.first == history.today + DAY and same.plan_mg == Decimal("7.5")
    by_day = {d.day: d for d in base.days}
    assert same.days[0].high == pytest.approx(by_day[same.first].high)
    assert none.instead.high < same.instead.high < double.instead.high and none.planned == same.planned
    assert same.settles_in_days == double.settles_in_days and same.settles_in_days > 0
    assert isinstance(reads.what_if(key, history, Decimal(500), base.fit), NotValid)
    assert reads.estimate(key, reads.dose_history(key)).days == base.days


def medicine(words, **more):
    return Medicine(reference=f"MedicationStatement/{words}", medicine=Concept(text=words), source="statement", **more)


def test_an_inhibitor_slows_the_clearance_only_from_its_first_day_and_is_marked(people):
    before = seen(people)
    begun = date(2026, 11, 28)
    given(record_entry(chart(people), NewEntry(medicine("fluvoxamine", starts=begun), "fluvoxamine")))
    after = seen(people)
    assert [(m.day, m.words, m.estimated) for m in after.marks] == [(begun, "fluvoxamine begun", True)]
    assert after.days[4].high == pytest.approx(before.days[4].high)
    assert after.days[9].high > before.days[9].high * 1.05


def liver(words="", code="", **more):
    codings = (Coding("http://hl7.org/fhir/sid/icd-10-cm", code),) if code else ()
    return Condition(reference="liver", concept=Concept(codings, words), **more)


@pytest.mark.parametrize(
    ("condition", "higher", "said"),
    [
        (liver("Cirrhosis of the liver"), True, False),
        (liver(code="K74.60"), True, False),
        (liver(code="k7460"), True, False),
        (liver("Cirrhosis of the liver", verification="refuted"), False, False),
        (liver("Cirrhosis of the liver", status="resolved"), False, False),
        (liver("Fatty liver", "K76.0"), False, True),
    ],
)
def test_cirrhosis_counts_by_words_or_code_while_it_is_there_and_other_liver_disease_is_not_known(
    people, condition, higher, said
):
    before = seen(people)
    given(record_entry(chart(people), NewEntry(condition, "liver")))
    after = seen(people)
    assert (after.days[9].high > before.days[9].high * 1.05) == higher
    assert higher or [d.high for d in after.days] == [d.high for d in before.days]
    assert any("liver disease without cirrhosis" in u for u in after.unknown) == said


@pytest.mark.parametrize(("answer", "higher", "said"), [("Poor metabolizer", True, False), ("Rapid metabolizer", False, True)])
def test_a_genotype_on_record_counts_in_the_estimate_as_in_the_checks(people, answer, higher, said):
    before = seen(people)
    genotype = Observation(reference="ob1", concept=Concept(text="CYP2C19 phenotype"), answer=Concept(text=answer))
    given(record_entry(chart(people), NewEntry(genotype, "genotype")))
    after = seen(people)
    assert (after.days[9].high > before.days[9].high * 1.05) == higher
    assert any("CYP2C19 rapid" in u for u in after.unknown) == said


def test_a_medicine_whose_effect_nobody_measured_is_a_mark_and_nothing_more(people):
    before = seen(people)
    given(record_entry(chart(people), NewEntry(medicine("clarithromycin", starts=date(2026, 11, 28)), "clarithromycin")))
    after = seen(people)
    assert [m.words for m in after.marks] == ["clarithromycin begun, effect not estimated"]
    assert [d.high for d in after.days] == [d.high for d in before.days]
