"""Handing over: the sender stays responsible until the receiver accepts, and there is never nobody and never two."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from serein.care.continuity import actions as continuity
from serein.care.continuity.models import Handover
from serein.care.continuity.reads import (
    changed_since,
    colleagues,
    handover,
    handover_facts,
    offers_to_me,
    open_handover,
    responsible,
)
from serein.care.evaluation.actions import NewEntry, record_entry
from serein.care.monitoring.actions import due_tasks
from serein.care.monitoring.reads import watched
from serein.care.planning.reads import plan_in_force, plans
from serein.care.planning.text import Mistaken
from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import dose_in_force, running_taper, running_tapers, tapers
from serein.clinical.case import Allergy, Concept
from serein.foundation.audit.models import TrailRow
from serein.foundation.outbox.models import Letter
from serein.foundation.people.keys import Refused, open_chart
from serein.foundation.people.models import CareTeam, Licence
from serein.foundation.tasks.actions import NewTask, open_task
from serein.foundation.tasks.models import Task
from serein.foundation.tasks.reads import tasks_of_patient
from serein.interfaces.translate.handover import to_document
from tests.care.handed import ELSEWHERE, Treated, settled, treated
from tests.people import given, my_patients, open_for, own_chart

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def sick() -> Treated:
    return settled()


def leads(sick, at=None):
    """Who leads the care team now, by account."""
    team = CareTeam.objects.filter(patient_id=sick.patient_id, lead=True, until=None)
    return [row.account_id for row in team]


def refused_on_trail(deed: str) -> list[str]:
    return list(TrailRow.objects.filter(deed=deed, outcome="refused").values_list("why", flat=True))


def learn(sick, at=None, words="Latex"):
    value = Allergy(reference="visit", concept=Concept(text=words))
    given(record_entry(sick.chart(at), NewEntry(value, words)))


def test_a_colleague_accepts_and_from_then_on_answers_for_the_patient(sick):
    ada, sam = sick.people.clinician, sick.people.stranger
    handover_id = sick.sent()
    assert responsible(sick.chart()).name == "Ada Okafor" and leads(sick) == [ada.account_id], "sending changes nothing"
    assert [o.by for o in offers_to_me(my_patients(sam, sick.at))] == ["Ada Okafor"]
    assert [t.kind for t in tasks_of_patient(sick.chart()) if t.subject_id == handover_id] == [continuity.WAITING_TASK]
    later = sick.at + HOUR
    chart = sick.offered(at=later)
    done = continuity.accept_handover(chart, handover_id, seen=handover_facts(chart).digest)
    assert isinstance(done, continuity.TakenOver), done
    assert leads(sick) == [sam.account_id] and offers_to_me(my_patients(sam, later)) == ()
    chart = open_for(sam, sick.people.patient, later)
    assert responsible(chart).name == "Sam Stranger" and handover(chart, handover_id).accepted_how == "signed-in"
    assert not Task.objects.filter(owner=ada.account_id, done_at=None).exists(), "open tasks go along"
    assert Task.objects.filter(owner=sam.account_id, done_at=None).exists()
    assert isinstance(open_chart(ada, sick.patient_id, purpose="care", at=later + HOUR), Refused)
    open_for(sam, sick.people.patient, later)
    assert set(Letter.objects.filter(kind__startswith="handover").values_list("kind", "to")) == {
        ("handover-waiting", sam.email), ("handover-accepted", ada.email),
    }  # fmt: skip
    deeds = TrailRow.objects.filter(subject_id=handover_id).order_by("id").values_list("deed", flat=True)
    assert [d for d in deeds if d.endswith("_handover")] == ["prepare_handover", "send_handover", "accept_handover"]


def test_accepting_twice_is_refused_and_moves_nothing(sick):
    handover_id, chart = sick.sent(), sick.offered()
    seen = handover_facts(chart).digest
    assert isinstance(continuity.accept_handover(chart, handover_id, seen=seen), continuity.TakenOver)
    again = continuity.accept_handover(chart, handover_id, seen=seen)
    assert isinstance(again, Refused) and again.code == "not-waiting"
    assert leads(sick) == [sick.people.stranger.account_id]
    assert CareTeam.objects.filter(patient_id=sick.patient_id, account=sick.people.stranger.account_id).count() == 1


def test_a_member_of_the_team_who_accepts_leads_it_with_one_place(sick):
    sam = sick.people.stranger
    CareTeam.objects.create(clinic_id=sick.people.clinic.id, patient_id=sick.patient_id, account_id=sam.account_id, since=sick.at)
    handover_id, chart = sick.sent(), sick.offered()
    assert isinstance(continuity.accept_handover(chart, handover_id, seen=handover_facts(chart).digest), continuity.TakenOver)
    assert leads(sick) == [sam.account_id]


def test_declining_leaves_everything_with_the_sender_who_gets_a_task(sick):
    handover_id = sick.sent()
    wrong = continuity.decline_handover(sick.offered(), handover_id, why=" ")
    assert isinstance(wrong, Mistaken) and wrong.by_field[0][0] == "why"
    assert isinstance(continuity.decline_handover(sick.offered(), handover_id, why="I am full"), continuity.Declined)
    assert leads(sick) == [sick.people.clinician.account_id]
    assert isinstance(open_chart(sick.people.stranger, sick.patient_id, purpose="handover", at=sick.at + HOUR), Refused), (
        "the offer is over"
    )
    chart = sick.chart(sick.at + HOUR)
    card = handover(chart, handover_id)
    assert (card.state, card.closed_why) == ("declined", "I am full")
    kinds = [t.kind for t in tasks_of_patient(chart)]
    assert continuity.DECLINED_TASK in kinds and continuity.WAITING_TASK not in kinds
    sick.sent(sick.at + HOUR)
    assert continuity.DECLINED_TASK not in [t.kind for t in tasks_of_patient(sick.chart(sick.at + HOUR))]


def test_what_was_taken_back_cannot_be_accepted(sick):
    handover_id = sick.sent()
    offered = sick.offered()
    assert isinstance(continuity.withdraw_handover(sick.chart(), handover_id, why="She stays"), continuity.TakenBack)
    late = continuity.accept_handover(offered, handover_id, seen="")
    assert isinstance(late, Refused) and late.code == "not-waiting"
    assert isinstance(continuity.withdraw_handover(sick.chart(), handover_id, why="She stays"), Refused)
    assert open_handover(sick.chart()) is None and refused_on_trail("accept_handover") == ["not-waiting"]


def test_a_record_that_changed_since_it_was_prepared_is_not_sent(sick):
    handover_id = sick.prepared()
    learn(sick)
    stale = continuity.send_handover(sick.chart(), handover_id)
    assert isinstance(stale, Refused) and stale.code == "handover-stale" and "Medicines and record" in stale.why
    assert handover(sick.chart(), handover_id).state == "prepared" and refused_on_trail("send_handover") == ["handover-stale"]


def test_a_step_whose_day_came_makes_a_prepared_handover_old_but_an_hour_does_not():
    sick = treated()
    handover_id = sick.prepared()
    card = handover(sick.chart(), handover_id)
    assert changed_since(sick.chart(sick.at + HOUR), card) == ()
    coming = card.facts.next_change.from_on - card.facts.as_of
    assert set(changed_since(sick.chart(sick.at + coming), card)) >= {"Dose in force", "Next change"}


def test_nobody_takes_over_what_they_have_not_read(sick):
    handover_id, chart = sick.sent(), sick.offered()
    seen = handover_facts(chart).digest
    learn(sick)
    chart = sick.offered()
    stale = continuity.accept_handover(chart, handover_id, seen=seen)
    assert isinstance(stale, Refused) and stale.code == "handover-stale" and leads(sick) == [sick.people.clinician.account_id]
    assert changed_since(chart, handover(chart, handover_id)) == ("Medicines and record",)
    assert isinstance(continuity.accept_handover(chart, handover_id, seen=handover_facts(chart).digest), continuity.TakenOver)


def test_another_clinics_word_is_recorded_by_the_sender_with_who_and_how(sick):
    handover_id = sick.sent(**ELSEWHERE)
    assert responsible(sick.chart()).name == "Ada Okafor"
    for new, field in (
        (continuity.NewAcceptance(by=" ", how="telephone"), "by"), (continuity.NewAcceptance(by="Dr Klein", how="signed-in"), "how"),
        (continuity.NewAcceptance(by="Dr Klein", how="pigeon"), "how"),
    ):  # fmt: skip
        wrong = continuity.record_acceptance(sick.chart(), handover_id, new)
        assert isinstance(wrong, Mistaken) and wrong.by_field[0][0] == field
    chart = sick.chart()
    told = continuity.record_acceptance(chart, handover_id, continuity.NewAcceptance(by="Dr Rosa Klein", how="telephone"))
    assert isinstance(told, continuity.TakenOver)
    again = continuity.record_acceptance(chart, handover_id, continuity.NewAcceptance(by="x", how="telephone"))
    assert isinstance(again, Refused) and again.code == "not-waiting"
    assert not tasks_of_patient(chart)
    now = responsible(own_chart(sick.people.patient, sick.at + HOUR))
    assert now.elsewhere and now.name == "Dr Rosa Klein, Hill Clinic"


def test_when_another_clinic_has_accepted_the_work_here_ends_and_the_record_stays():
    sick = treated()
    handover_id = sick.sent(**ELSEWHERE)
    chart = sick.chart()
    given(continuity.record_acceptance(chart, handover_id, continuity.NewAcceptance(by="Dr Rosa Klein", how="telephone")))
    closed = open_chart(sick.people.clinician, sick.patient_id, purpose="care", at=sick.at)
    assert isinstance(closed, Refused) and closed.code == "not-in-care-team"
    own = own_chart(sick.people.patient, sick.at + HOUR)
    assert running_taper(own) is None and plan_in_force(own) is None and dose_in_force(own, sick.at.date()) is None
    assert {p.state for p in plans(own)} == {"withdrawn"} and len(tapers(own)) == 2 and not tasks_of_patient(own)
    assert plans(own)[0].closed_why == "Care goes on at Hill Clinic"
    assert running_tapers(my_patients(sick.people.clinician, sick.at + HOUR), sick.at.date()) == ()


def test_an_acceptance_of_what_is_old_needs_that_they_were_told(sick):
    handover_id = sick.sent(**ELSEWHERE)
    learn(sick)
    new = continuity.NewAcceptance(by="Dr Rosa Klein", how="telephone")
    old = continuity.record_acceptance(sick.chart(), handover_id, new)
    assert isinstance(old, Mistaken) and old.by_field[0][0] == "told_changes"
    told = continuity.NewAcceptance(by="Dr Rosa Klein", how="telephone", told_changes=True)
    assert isinstance(continuity.record_acceptance(sick.chart(), handover_id, told), continuity.TakenOver)


def test_only_who_answers_for_the_patient_hands_over_and_one_at_a_time(sick):
    sick.prepared()
    new = continuity.NewHandover(why="Again", to_account_id=sick.people.stranger.account_id)
    again = continuity.prepare_handover(sick.chart(), new, to_document)
    assert isinstance(again, Refused) and again.code == "handover-open"
    ben = sick.people.clinic.clinician("Ben Aid")
    CareTeam.objects.create(clinic_id=sick.people.clinic.id, patient_id=sick.patient_id, account_id=ben.account_id, since=sick.at)
    theirs = continuity.prepare_handover(open_for(ben, sick.people.patient, sick.at), new, to_document)
    assert isinstance(theirs, Refused) and theirs.code == "not-responsible"
    row = Handover.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.create(
            **{
                f: getattr(row, f)
                for f in ("clinic_id", "patient_id", "state", "to_name", "to_clinic", "to_address", "why", "by_id", "at")
            }
        )


@pytest.mark.parametrize(
    ("to", "field"),
    [
        ({"why": " "}, "why"), ({"why": "x" * 301}, "why"), ({"why": "a\x00b"}, "why"), ({"to_account_id": None}, "to_name"),
        (ELSEWHERE | {"to_clinic": ""}, "to_clinic"), (ELSEWHERE | {"to_address": "y" * 300}, "to_address"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_handover_is_told_by_field(sick, to, field):
    new = continuity.NewHandover(**({"why": "I move away", "to_account_id": sick.people.stranger.account_id} | to))
    answer = continuity.prepare_handover(sick.chart(), new, to_document)
    assert isinstance(answer, Mistaken) and answer.by_field[0][0] == field


def test_a_pharmacist_oneself_and_a_stranger_are_no_receivers(sick):
    for account in (sick.people.pharmacist.account_id, sick.people.clinician.account_id, sick.people.patient.account_id):
        answer = continuity.prepare_handover(sick.chart(), continuity.NewHandover(why="x", to_account_id=account), to_document)
        assert isinstance(answer, Mistaken) and answer.by_field[0][0] == "to"
    assert [c.name for c in colleagues(sick.chart())] == ["Sam Stranger"]


def test_the_offer_opens_the_handover_and_lets_nobody_else_do_anything(sick):
    sam, ben = sick.people.stranger, sick.people.clinic.clinician("Ben Aid")
    handover_id = sick.prepared()
    assert isinstance(open_chart(sam, sick.patient_id, purpose="handover", at=sick.at), Refused), "prepared is not sent"
    continuity.send_handover(sick.chart(), handover_id)
    for who, purpose in (
        (ben, "handover"),
        (sam, "care"),
        (sick.people.pharmacist, "handover"),
        (sick.people.patient, "handover"),
    ):
        assert isinstance(open_chart(who, sick.patient_id, purpose=purpose, at=sick.at), Refused), (who.name, purpose)
    chart = sick.offered()
    assert handover_facts(chart).dose is not None and handover_facts(chart).clinician.name == "Ada Okafor"
    for answer in (
        continuity.send_handover(chart, handover_id), continuity.withdraw_handover(chart, handover_id, why="x"),
        continuity.record_acceptance(chart, handover_id, continuity.NewAcceptance(by="x", how="telephone")),
        record_entry(chart, NewEntry(Allergy(reference="v", concept=Concept(text="Nuts")), "Nuts")),
        tapering.hold_taper(chart, handover_id, tapering.HoldText(why="x")),
    ):  # fmt: skip
        assert isinstance(answer, Refused) and answer.code == "not-permitted"
    sender = continuity.accept_handover(sick.chart(), handover_id, seen=handover_facts(sick.chart()).digest)
    assert isinstance(sender, Refused) and sender.code == "not-permitted", "nobody accepts their own handover"


def test_the_database_itself_keeps_what_was_handed_over(sick):
    handover_id = sick.prepared()
    row = Handover.objects.filter(pk=handover_id)
    for change in ({"bundle": b"x"}, {"why": "another"}, {"state": "accepted", "accepted_by": "x", "accepted_at": sick.at}):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.update(**change)
    continuity.withdraw_handover(sick.chart(), handover_id, why="She stays")
    with pytest.raises(DatabaseError), transaction.atomic():
        row.update(state="sent")


def test_what_becomes_due_afterwards_is_the_receivers_to_do(sick):
    """The plan still names who wrote it; its tasks, and the licence that must not lapse, are those of whoever answers now."""
    ada, sam, later = sick.people.clinician, sick.people.stranger, sick.at + HOUR
    handover_id, chart = sick.sent(), sick.offered(at=later)
    given(continuity.accept_handover(chart, handover_id, seen=handover_facts(chart).digest))
    chart = open_for(sam, sick.people.patient, later)
    seen = watched(chart)
    sams = Licence.objects.filter(practitioner__account=sam.account_id, kind="prescriber").first()
    assert seen is not None and seen.licence_to == (sams.expires_on if sams else None)
    task_id = open_task(chart, NewTask("test", "today", "A task", "why", "a test", "nothing", later, ada.account_id))
    assert Task.objects.get(pk=task_id).owner_id == sam.account_id
    due_tasks(sick.people.clinic.id, later + timedelta(days=30))
    open_for(sam, sick.people.patient, later + timedelta(days=30))
    assert not Task.objects.filter(owner=ada.account_id, done_at=None).exists()
    assert Task.objects.filter(owner=sam.account_id, done_at=None, kind="review-due").exists()
