"""A plan is renewed up to its review and no further; a missed review leaves a short bridge, never an abrupt stop."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from serein.care.evaluation.actions import NewEntry, record_entry
from serein.care.monitoring import actions, reads
from serein.care.monitoring.models import Bridge, Reassessment
from serein.care.planning import actions as planning
from serein.care.planning.text import Mistaken
from serein.care.prescribing.actions.checking import check_draft, override_warning
from serein.care.prescribing.actions.drafting import Drafted, change_draft, draft_prescription
from serein.care.prescribing.actions.signing import Signed
from serein.care.prescribing.reads.drafts import draft
from serein.care.prescribing.reads.examination import signable
from serein.care.prescribing.reads.prescriptions import supply_lines
from serein.clinical import knowledge
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import Refused
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.prescribed import Desk, allergy, ready_desk
from tests.people import AT, own_chart

DUE = AT + timedelta(days=14)  # 7-Dec-2026: the plan's own date
BEFORE = DUE - timedelta(days=1)


@pytest.fixture(autouse=True)
def own_state(settings, tmp_path):
    settings.STATE = tmp_path


@pytest.fixture
def signed(db):
    """A plan with one signed prescription; the next would be a renewal."""
    desk = ready_desk()
    assert isinstance(desk.sign(), Signed)
    return desk


def review(desk, at, decision="continue", days=60, **changes):
    changed = reads.what_changed(desk.chart(at))
    assert changed is not None
    new = {
        "decision": decision, "words": "Sleeps well; wants to go on.", "next_on": (at + timedelta(days=days)).date(), "seen": changed.digest
    }  # fmt: skip
    return actions.reassess(desk.chart(at), desk.plan_id, actions.NewReview(**new | changes))


def renew(desk, at):
    return draft_prescription(desk.chart(at), desk.plan_id)


def bridge(desk, at, **changes):
    new = actions.NewBridge(**{"days": 7, "reason": "no-appointment"} | changes)
    return actions.grant_bridge(desk.chart(at), desk.plan_id, new)


def sign_again(desk, at):
    drafted = renew(desk, at)
    assert isinstance(drafted, Drafted), drafted
    again = Desk(desk.people, desk.plan_id, drafted.draft_id)
    again.answer_warnings(at)
    return again, again.sign(at)


def test_before_the_review_a_plan_is_renewed_up_to_its_day(signed):
    drafted = renew(signed, BEFORE)
    assert isinstance(drafted, Drafted)
    order = draft(signed.chart(BEFORE), drafted.draft_id).order
    longer = change_draft(signed.chart(BEFORE), drafted.draft_id, 1, replace(order, days=10, quantity="15"))
    assert isinstance(longer, Mistaken) and "07-Dec-2026" in dict(longer.by_field)["days"]


def test_after_the_review_day_a_renewal_is_refused_with_the_way_to_make_one(signed):
    answer = renew(signed, DUE)
    assert isinstance(answer, Refused) and answer.code == "review-overdue"
    assert "Review the treatment first" in answer.why and "bridge" in answer.why
    assert TrailRow.objects.filter(deed="draft_prescription", outcome="refused", why="review-overdue").exists()


def test_a_first_prescription_is_no_renewal(db):
    desk = ready_desk()
    assert isinstance(desk.sign(), Signed)
    assert supply_lines(desk.chart())[0].last == date(2026, 12, 6)


def test_a_draft_from_before_the_review_day_is_not_signed_after_it(signed):
    drafted = renew(signed, BEFORE)
    assert isinstance(drafted, Drafted)
    again = Desk(signed.people, signed.plan_id, drafted.draft_id)
    order = draft(signed.chart(BEFORE), drafted.draft_id).order
    change_draft(signed.chart(BEFORE), drafted.draft_id, 1, replace(order, starts_on=DUE.date(), days=1, quantity="2"))
    checked = check_draft(again.chart(BEFORE), drafted.draft_id)
    assert not isinstance(checked, Refused)
    answer = signable(signed.chart(DUE), drafted.draft_id)
    assert isinstance(answer, Refused) and answer.code == "review-overdue"
    refused = check_draft(signed.chart(DUE), drafted.draft_id)
    assert isinstance(refused, Refused) and refused.code == "review-overdue"


def test_a_reassessment_unlocks_renewal_up_to_the_next_date_and_no_further(signed):
    assert isinstance(review(signed, DUE, days=7), actions.Reassessed)
    drafted = renew(signed, DUE)
    assert isinstance(drafted, Drafted)
    assert draft(signed.chart(DUE), drafted.draft_id).order.last_day == date(2026, 12, 13)
    assert isinstance(renew(signed, DUE + timedelta(days=7)), Refused)


def test_a_review_that_decides_to_stop_leaves_the_bridge_and_a_plan_that_reduces(signed):
    review(signed, BEFORE, decision="stop")
    answer = renew(signed, BEFORE)
    assert isinstance(answer, Refused) and answer.code == "review-decided-stop" and "never an abrupt stop" in answer.why
    assert isinstance(bridge(signed, BEFORE), actions.Bridged) and isinstance(renew(signed, BEFORE), Drafted)


def test_the_next_review_lies_ahead_and_at_most_three_months_off(signed):
    assert actions.latest_next(date(2026, 11, 30)) == date(2027, 2, 28)
    for change in ({"next_on": DUE.date()}, {"next_on": date(2027, 3, 8)}, {"decision": "wait"}, {"words": " "}, {"words": "\0"}):
        assert isinstance(review(signed, DUE, **change), Mistaken)
    assert isinstance(review(signed, DUE, next_on=date(2027, 3, 7)), actions.Reassessed)


def test_what_came_in_since_the_page_was_opened_is_read_first(signed):
    changed = reads.what_changed(signed.chart(DUE))
    assert changed is not None
    actions.log_dose(own_chart(signed.people.patient, DUE), actions.NewDose("morning"))
    answer = review(signed, DUE, seen=changed.digest)
    assert isinstance(answer, Refused) and answer.code == "changed-meanwhile" and not Reassessment.objects.exists()


def test_the_review_keeps_what_was_on_its_page_in_codes_and_no_words(signed):
    chart = own_chart(signed.people.patient, AT + timedelta(days=1))
    actions.log_dose(chart, actions.NewDose("morning"))
    actions.answer_check_in(chart, {"sleepy": {"choice": "9"}})
    record_entry(signed.chart(AT + timedelta(days=2)), NewEntry(allergy("latex"), "latex"))
    changed = reads.what_changed(signed.chart(DUE))
    assert changed is not None
    assert (changed.since, changed.taken, changed.missed, changed.sleepiness) == (date(2026, 11, 23), 1, 0, (9,))
    assert (
        changed.silent == 27
        and [e.words for e in changed.entries] == ["latex"]
        and [f.code for _, f in changed.flags] == ["very-sleepy"]
    )
    review(signed, DUE)
    seen = Reassessment.objects.get().seen
    assert seen["taken"] == 1 and "latex" not in str(seen)


def test_a_review_counts_from_the_last_review(signed):
    review(signed, BEFORE)
    changed = reads.what_changed(signed.chart(DUE))
    assert changed is not None and changed.since == BEFORE.date()


def test_a_bridge_is_short_has_a_reason_and_only_follows_a_missed_review(signed):
    early = bridge(signed, BEFORE)
    assert isinstance(early, Refused) and early.code == "bridge-not-needed"
    most = int(knowledge.load().rule("bridge-days").value)
    for change in ({"days": most + 1}, {"days": 0}, {"reason": "because"}, {"reason": "other"}):
        assert isinstance(bridge(signed, DUE, **change), Mistaken)
    assert isinstance(bridge(signed, DUE, days=most), actions.Bridged)
    assert [t.tier for t in tasks_of_patient(signed.chart(DUE)) if t.kind == "review-due"] == ["today"]


def test_one_bridge_is_one_supply_no_longer_than_its_days(signed):
    bridge(signed, DUE)
    _, answer = sign_again(signed, DUE)
    assert isinstance(answer, Signed)
    assert supply_lines(signed.chart(DUE))[-1].last == date(2026, 12, 13)
    second = renew(signed, DUE + timedelta(hours=1))
    assert isinstance(second, Refused) and second.code == "review-overdue"


def test_a_bridge_carries_a_plan_past_its_end(signed):
    late = AT + timedelta(days=29)
    ended = renew(signed, late)
    assert isinstance(ended, Refused) and ended.code == "no-agreed-plan"
    assert isinstance(bridge(signed, late), actions.Bridged)
    _, answer = sign_again(signed, late)
    assert isinstance(answer, Signed) and supply_lines(signed.chart(late))[-1].last == (late + timedelta(days=6)).date()
    assert reads.planned_on(signed.chart(late), late.date()) is not None


def test_a_review_ends_the_bridge(signed):
    bridge(signed, DUE)
    review(signed, DUE + timedelta(hours=1))
    assert reads.bridge_running(signed.chart(DUE + timedelta(hours=2)), signed.plan_id) is None


def test_a_reason_for_a_warning_stands_until_the_review_that_is_next(signed):
    review(signed, DUE, days=30)
    drafted = renew(signed, DUE)
    assert isinstance(drafted, Drafted)
    checked = check_draft(signed.chart(DUE), drafted.draft_id)
    assert not isinstance(checked, Refused)
    for finding in checked.examination.unanswered:
        override_warning(signed.chart(DUE), drafted.draft_id, finding.fingerprint, reason="managed")
    later = check_draft(signed.chart(DUE + timedelta(days=1)), drafted.draft_id)
    assert isinstance(later, Refused) or not later.examination.unanswered


def test_patients_neither_review_nor_bridge_and_a_replaced_plan_is_not_reviewed(signed):
    chart = own_chart(signed.people.patient, DUE)
    assert isinstance(actions.grant_bridge(chart, signed.plan_id, actions.NewBridge(7, "no-appointment")), Refused)
    planning.withdraw_plan(signed.chart(DUE), signed.plan_id, why="moved away")
    answer = bridge(signed, DUE)
    assert isinstance(answer, Refused) and answer.code == "no-agreed-plan"


def test_the_database_itself_changes_no_review_and_no_bridge(signed):
    review(signed, DUE)
    bridge(signed, DUE)
    for model, change in ((Reassessment, {"next_on": date(2030, 1, 1)}), (Bridge, {"days": 90})):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            model.objects.update(**change)
