"""A switch to diazepam from the look to the last step: what is refused, what is kept, who agrees, and what may be prescribed on the way."""

from datetime import timedelta
from decimal import Decimal

import pytest

from serein.care.evaluation.actions.record import NewEntry, record_entry
from serein.care.evaluation.reads import case_of
from serein.care.planning.reads import plan
from serein.care.planning.text import Mistaken
from serein.care.prescribing.actions.signing import Signed
from serein.care.prescribing.reads.drafts import draft
from serein.care.prescribing.reads.examination import examine, signable
from serein.care.tapering import actions as tapering
from serein.care.tapering import switching
from serein.care.tapering.models import TaperCourse
from serein.care.tapering.reads import dose_in_force, running_taper, taper_draft, tapers
from serein.care.tapering.reads.taken import taken_now
from serein.care.tapering.switching import Looked, NoSwitch, table_rows
from serein.clinical.case import Concept, Condition, Medicine
from serein.clinical.findings import Purpose
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import Refused
from tests.care import plans
from tests.care.devices import set_up_codes
from tests.care.prescribed import Desk
from tests.care.switches import FIRST, PLAN, kept, running, switch_text, takes
from tests.care.tapers import noon, taper_text
from tests.people import AT, four_people, open_for, own_chart


@pytest.fixture
def people(db):
    return four_people()


def staff(people, at=AT):
    return open_for(people.clinician, people.patient, at)


def look(age=40, liver=False, **changes):
    """Without a record: what the engine is asked is all there is."""
    return switching.look(switch_text(**changes), switching.Person(age, liver, "Ada Okafor"), on=AT.date(), jurisdiction="US-CA")


def test_a_look_says_every_day_in_tablets_of_both_medicines():
    found = look()
    assert isinstance(found, Looked)
    told = [[(d.at, d.substance, d.mg) for d in s.doses] for s in found.switch.steps]
    assert told == [
        [("morning", "alprazolam", 1), ("night", "diazepam", 10)],
        [("morning", "diazepam", 10), ("night", "diazepam", 10)],
    ]
    assert found.after is not None and found.after.steps[0].from_ == FIRST + timedelta(days=7 + 14)
    assert found.for_plan is not None and found.for_plan[0].id == "diazepam-tablet-10"


def test_the_tables_are_shown_side_by_side_each_with_its_source():
    rows = table_rows("alprazolam", Decimal(2))
    assert [(r.name, r.mg, r.today_mg) for r in rows] == [
        ("VA/DoD 2021", "1", "20"), ("Ashton 2002", "0.5", "40"), ("NHS Scotland 2024", "0.5", "40"),
    ]  # fmt: skip
    assert all(r.title and r.where and r.confidence in "ABD" for r in rows)


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"chosen_mg": "2"}, "equivalence-out-of-range"), ({"every_days": 2}, "switch-too-fast")],
)
def test_what_no_switch_can_meet_gets_the_reason_and_the_nearest(changes, code):
    found = look(**changes)
    assert isinstance(found, NoSwitch) and found.code == code and found.nearest is not None
    near = found.nearest
    assert isinstance(look(chosen_mg=near.chosen_mg, every_days=near.every_days), Looked)


@pytest.mark.parametrize(("age", "liver"), [(40, True), (65, False)])
def test_where_a_switch_is_not_advised_a_straight_reduction_is_shown_instead(age, liver):
    found = look(age, liver)
    assert isinstance(found, NoSwitch) and found.code == "switch-not-advised"
    assert found.straight is not None and found.straight.steps[0].daily_mg < 2 and found.straight_needs
    against = look(age, liver, despite="She cannot bear the gaps between doses")
    assert isinstance(against, Looked) and against.checks[0].code == "switch-not-advised" and not against.checks[0].ok


def test_what_the_record_does_not_say_is_said_to_be_unchecked():
    codes = {c.code for c in look(None, None).checks if not c.ok}
    assert {"age-unknown", "liver-unknown", "outside-prescription"} <= codes


def test_the_record_is_asked_about_the_liver_and_a_look_stores_nothing(people):
    liver = Condition(reference="x", concept=Concept(text="Cirrhosis of the liver"))
    record_entry(staff(people), NewEntry(liver, "Cirrhosis"))
    found = tapering.previewed_switch(staff(people), switch_text())
    assert isinstance(found, NoSwitch) and found.code == "switch-not-advised"
    assert not TaperCourse.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"substance": "heroin"}, "substance"), ({"doses": ()}, "night"), ({"doses": (("night", "0"),)}, "night"),
        ({"tablets": ()}, "tablets"), ({"chosen_mg": ""}, "chosen_mg"), ({"why": " "}, "why"), ({"products": ("x",)}, "products"),
        ({"starts_on": FIRST - timedelta(days=60)}, "starts_on"), ({"every_days": 0}, "every_days"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_at_its_field(changes, field):
    found = look(**changes)
    assert isinstance(found, Mistaken) and field in dict(found.by_field)


def test_a_draft_keeps_the_choice_its_reason_and_who_chose(people):
    kept(people)
    switch = taper_draft(staff(people)).switch
    assert (switch.low_mg, switch.high_mg, switch.chosen_mg) == ("0.5", "1", "1")
    assert switch.why == "The lower end: she gets sleepy easily" and switch.by == "Ada Okafor"
    row = TrailRow.objects.filter(deed="propose_switch").latest("at")
    before = row.facts["choice"]
    assert row.facts["from"] == "alprazolam" and len(before) == 64
    tapering.propose_switch(staff(people), switch_text(why="She asked for it"))
    assert TrailRow.objects.filter(deed="propose_switch").latest("at", "id").facts["choice"] != before, (
        "another reason is another choice"
    )


def test_nothing_is_kept_without_a_plan_or_under_one_that_gives_less(people):
    assert tapering.propose_switch(staff(people), switch_text()).code == "no-plan"
    plans.agreed(people.clinician, people.patient)
    found = tapering.propose_switch(staff(people), switch_text())
    assert isinstance(found, Mistaken) and "leads to 20 mg" in found.by_field[0][1]


def test_what_was_typed_is_written_to_the_record_where_it_says_otherwise(people):
    takes(people, mg="0.5")
    plans.agreed(people.clinician, people.patient, **PLAN)
    assert isinstance(tapering.propose_switch(staff(people), switch_text()), tapering.Proposed)
    listed = [m for m in case_of(staff(people), FIRST).medicines if "alprazolam" in m.medicine.words]
    assert [m.dosages[0].text for m in listed] == ["1 mg in the morning"]
    assert taken_now(staff(people), FIRST).of("alprazolam")[0].daily_mg == 2


def test_before_it_runs_the_dose_in_force_is_what_is_taken_and_no_diazepam(people):
    kept(people)
    now = dose_in_force(staff(people), AT.date())
    assert (now.mg, now.words) == (0, "2 mg of alprazolam")


def test_it_runs_after_the_patient_agreed_and_each_step_is_confirmed(people):
    card = running(people)
    first, second = card.steps
    own = own_chart(people.patient, noon(first.from_on))
    assert dose_in_force(own, first.from_on).unconfirmed_change.to_mg == 10
    tapering.confirm_step(own, first.id)
    now = dose_in_force(own, first.from_on)
    assert now.words == "10 mg of diazepam and 1 mg of alprazolam"
    later = noon(second.from_on)
    done = tapering.confirm_step(own_chart(people.patient, later), second.id)
    assert isinstance(done, tapering.Confirmed) and not done.finished
    assert running_taper(staff(people, later)).switched_all
    assert dose_in_force(staff(people, later), second.from_on).words == "20 mg"
    assert taken_now(staff(people, later), second.from_on).of("alprazolam") == ()


def test_no_reduction_starts_in_the_middle_and_one_starts_from_its_end(people):
    card = running(people)
    plan_id, text = card.plan_id, taper_text(daily_mg="20", starts_on=FIRST + timedelta(days=30))
    assert tapering.propose_taper(staff(people), plan_id, text).code == "switch-runs"
    for step in card.steps:
        tapering.confirm_step(own_chart(people.patient, noon(step.from_on)), step.id)
    later = noon(card.steps[-1].from_on + timedelta(days=1))
    made = tapering.propose_taper(staff(people, later), plan_id, text)
    assert isinstance(made, tapering.Proposed), made
    tapering.send_taper(staff(people, later), made.course_id)
    assert isinstance(tapering.agree_taper(own_chart(people.patient, later), made.course_id), tapering.Agreed)
    states = [(t.state, t.switch is not None) for t in tapers(staff(people, later))]
    assert states == [("running", False), ("replaced", True)]
    assert taken_now(staff(people, later), FIRST).of("alprazolam") == (), "what was switched away stays away"


def test_a_switch_that_is_held_goes_on_with_what_is_left_and_never_sooner(people):
    card = running(people)
    at = noon(card.steps[0].from_on)
    tapering.confirm_step(own_chart(people.patient, at), card.steps[0].id)
    assert isinstance(tapering.hold_taper(staff(people, at), card.id, tapering.HoldText(why="Sleepy")), tapering.Held)
    assert tapering.resume_taper(staff(people, at), card.id, tapering.ResumeText(resume_on=FIRST)).code == "switch-held"
    soon = tapering.propose_switch(staff(people, at), switch_text(starts_on=FIRST + timedelta(days=1)))
    assert isinstance(soon, Mistaken) and soon.by_field[0][0] == "starts_on"
    made = tapering.propose_switch(staff(people, at), switch_text(starts_on=FIRST + timedelta(days=21)))
    assert isinstance(made, tapering.Proposed), made
    rest = taper_draft(staff(people, at))
    assert [(s.from_on, s.mg, [d.words for d in s.still]) for s in rest.steps] == [(FIRST + timedelta(days=21), "20", [])]
    assert [d.mg for d in rest.before_doses] == [10]
    assert tapering.replan_taper(staff(people, at), card.id, tapering.HappenedText(kind="wait", why="x")).code in (
        "held",
        "switch-runs",
    )


def test_nobody_but_the_care_team_keeps_one(people):
    kept(people)
    answer = tapering.propose_switch(own_chart(people.patient), switch_text())
    assert isinstance(answer, Refused)


def test_a_second_prescriber_of_the_old_medicine_is_no_part_of_the_switch(people):
    running(people)
    again = Medicine(reference="another clinic", medicine=Concept(text="alprazolam 1 mg tablet"), source="order")
    record_entry(staff(people), NewEntry(again, "alprazolam"))
    assert [e.reference for e in taken_now(staff(people), FIRST).of("alprazolam")] == ["another clinic"]


def test_each_step_is_prescribed_and_is_no_second_benzodiazepine_until_another_one_appears(people):
    card = running(people)
    set_up_codes(people.clinician)
    drafted = tapering.draft_for_step(staff(people), card.steps[0].id)
    assert isinstance(drafted, tapering.RegimenDrafted), drafted
    order = draft(staff(people), drafted.draft_ids[0]).order
    assert (order.product, order.starts_on, [d.at for d in order.doses]) == ("diazepam-tablet-10", FIRST, ["night"])
    desk = Desk(people, card.plan_id, drafted.draft_ids[0])
    found = examine(staff(people), draft(staff(people), drafted.draft_ids[0]), plan(staff(people), card.plan_id)).assessment
    assert [o.purpose for o in found.orders] == [Purpose.DECREASE], "counted with what it replaces, it starts nothing"
    assert {"benzodiazepine-duplicate", "abrupt-stop"}.isdisjoint(f.code for f in found.findings)
    desk.answer_warnings()
    assert isinstance(desk.sign(), Signed)
    again = Medicine(reference="another clinic", medicine=Concept(text="alprazolam 1 mg tablet"), source="order")
    record_entry(staff(people), NewEntry(again, "alprazolam"))
    later = noon(card.steps[1].from_on)
    tapering.confirm_step(own_chart(people.patient, later), card.steps[0].id)
    tapering.go_on_with_step(staff(people, later), card.steps[1].id, why="Well")
    second = tapering.draft_for_step(staff(people, later), card.steps[1].id)
    assert isinstance(second, tapering.RegimenDrafted), second
    then = Desk(people, card.plan_id, second.draft_ids[0])
    assert signable(then.chart(later), then.draft_id).code == "stopped"
