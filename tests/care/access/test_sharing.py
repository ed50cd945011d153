"""Somebody who helps: invited by the patient, scope by scope, with an end; nothing that is kept from them shows, in words or by its absence."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from serein.care.access import actions as access
from serein.care.access.reads.sharing import helpers
from serein.care.monitoring import actions as monitoring
from serein.care.monitoring import reads
from serein.foundation.audit.reads import who_looked
from serein.foundation.outbox.models import Letter
from serein.foundation.people.gate import NotShown
from serein.foundation.people.keys import OpenChart, Refused, open_chart, open_job
from serein.foundation.people.models import Caregiving, Invitation
from serein.foundation.people.persons import Person
from serein.foundation.people.sharing import offered_to, shared_with
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.plans import TODAY, agreed
from tests.people import AT, PASSWORD, FourPeople, four_people, given, made, maria, open_for, own_chart

DAY = timedelta(days=1)
ALL = ("plan", "diary", "check-ins")
NINETY = date(2026, 11, 23) + timedelta(days=90)


@pytest.fixture
def people(db) -> FourPeople:
    found = four_people()
    agreed(found.clinician, found.patient)
    return found


def invited(people: FourPeople, scopes=ALL, until: date = NINETY, email: str = "hana@example.test", name: str = "Hana Torres"):
    return access.invite_helper(own_chart(people.patient), access.NewHelper(name, email, access.Sharing(tuple(scopes), until)))


def helper(people: FourPeople, scopes=ALL, until: date = NINETY) -> Person:
    invitation = invited(people, scopes, until)
    assert isinstance(invitation, access.HelperInvited)
    return made(given(access.accept_invitation(invitation.token, PASSWORD, AT)).account_id, AT)


def helping(who: Person, people: FourPeople, at=AT) -> OpenChart | Refused:
    assert people.patient.patient_id is not None
    return open_chart(who, people.patient.patient_id, purpose="caregiving", at=at)


def sharing_id(people: FourPeople):
    return helpers(own_chart(people.patient))[0].id


def test_an_invitation_makes_an_account_of_its_own_and_shares_only_what_was_chosen(people):
    hana = helper(people, ("check-ins",))
    assert hana.roles == {"caregiver"} and hana.patient_id is None
    key = given(helping(hana, people))
    assert reads.check_ins(key) == ()
    for read in (lambda: reads.diary(key, TODAY, TODAY), lambda: reads.planned(key, TODAY, TODAY)):
        with pytest.raises(NotShown):
            read()
    assert [(h.name, h.scopes, h.waiting) for h in helpers(own_chart(people.patient))] == [("Hana Torres", ("check-ins",), False)]


@pytest.mark.parametrize(
    ("until", "scopes"),
    [(date(2026, 11, 22), ALL), (date(2027, 11, 24), ALL), (NINETY, ()), (NINETY, ("plan", "record"))],
)
def test_an_end_within_a_year_and_known_scopes_are_asked_for(people, until, scopes):
    assert isinstance(invited(people, scopes, until), access.Unclear)
    assert not Invitation.objects.filter(role="caregiver").exists()


def test_one_year_is_not_too_long_and_the_last_day_counts_whole_at_home(people):
    hana = helper(people, ALL, date(2027, 11, 23))
    row = Caregiving.objects.get()
    assert row.until.isoformat() == "2027-11-24T08:00:00+00:00"
    assert not isinstance(helping(hana, people, row.until - timedelta(seconds=1)), Refused)
    assert isinstance(helping(hana, people, row.until), Refused)


def test_ending_works_at_once_in_silence_and_looks_like_never(people):
    hana = helper(people)
    letters = len(open_job(people.clinic.id, purpose="deliver outbox", at=AT) and Letter.objects.all())
    ended = access.end_sharing(own_chart(people.patient, AT + DAY), sharing_id(people))
    assert isinstance(ended, access.SharingEnded)
    after, never = helping(hana, people, AT + DAY), helping(people.stranger, people, AT + DAY)
    assert after == never and isinstance(after, Refused)
    assert shared_with(hana, at=AT + DAY) == ()
    open_job(people.clinic.id, purpose="deliver outbox", at=AT)
    assert Letter.objects.count() == letters


def test_sharing_is_changed_scope_by_scope(people):
    hana = helper(people)
    changed = access.change_sharing(own_chart(people.patient), sharing_id(people), access.Sharing(("plan",), NINETY))
    assert isinstance(changed, access.SharingChanged)
    key = given(helping(hana, people))
    assert reads.planned(key, TODAY, TODAY)
    with pytest.raises(NotShown):
        reads.diary(key, TODAY, TODAY)


def test_only_the_patient_chooses(people):
    hana = helper(people)
    one = sharing_id(people)
    for key in (given(helping(hana, people)), open_for(people.clinician, people.patient)):
        new = access.NewHelper("Eve", "eve@example.test", access.Sharing(ALL, NINETY))
        assert isinstance(access.invite_helper(key, new), Refused)
        assert isinstance(access.change_sharing(key, one, access.Sharing(ALL, NINETY)), Refused)
        assert isinstance(access.end_sharing(key, one), Refused)


def test_one_caregiver_helps_several_patients_and_neither_learns_of_the_other(people):
    hana = helper(people)
    ben = people.clinic.patient(of=people.clinician, new=maria(given="Ben"))
    new = access.NewHelper("Hana", "HANA@example.test", access.Sharing(("plan",), NINETY))
    answer = access.invite_helper(own_chart(ben), new)
    assert isinstance(answer, access.HelperInvited)
    assert shared_with(hana, at=AT)[0].name == "Maria Torres" and len(shared_with(hana, at=AT)) == 1
    (offer,) = offered_to(hana, at=AT)
    assert [h.waiting for h in helpers(own_chart(ben))] == [True]
    given(access.accept_sharing(hana, offer.invitation_id, AT))
    assert {s.patient_id for s in shared_with(hana, at=AT)} == {people.patient.patient_id, ben.patient_id}
    assert isinstance(access.accept_sharing(hana, offer.invitation_id, AT), Refused)


def test_an_invitation_is_accepted_only_by_its_own_address_and_never_for_ones_own_record(people):
    invited(people, email=people.stranger.email)
    (offer,) = offered_to(people.stranger, at=AT)
    assert isinstance(access.accept_sharing(people.pharmacist, offer.invitation_id, AT), Refused)
    assert isinstance(invited(people, email=people.patient.email), access.Unclear)
    given(access.accept_sharing(people.stranger, offer.invitation_id, AT))
    again = made(people.stranger.account_id, AT)
    assert "caregiver" in again.roles and not isinstance(helping(again, people), Refused)


def test_a_helper_writes_in_the_diary_in_their_own_name(people):
    hana = helper(people)
    logged = monitoring.log_dose(given(helping(hana, people)), monitoring.NewDose("morning", day=TODAY))
    assert isinstance(logged, monitoring.Logged)
    line = reads.diary(own_chart(people.patient), TODAY, TODAY)[0].line("morning")
    assert line is not None and line.recorded_by == hana.account_id
    looked = [(x.by_id, x.deed) for x in who_looked(own_chart(people.patient))]
    assert (hana.account_id, "log_dose") in looked and (hana.account_id, "open") in looked


def test_without_the_diary_nobody_writes_there_and_only_the_patient_takes_back(people):
    hana = helper(people, ("plan", "check-ins"))
    assert isinstance(monitoring.log_dose(given(helping(hana, people)), monitoring.NewDose("morning")), Refused)
    access.change_sharing(own_chart(people.patient), sharing_id(people), access.Sharing(ALL, NINETY))
    logged = monitoring.log_dose(given(helping(hana, people)), monitoring.NewDose("morning"))
    assert isinstance(logged, monitoring.Logged)
    assert isinstance(monitoring.undo_dose(given(helping(hana, people)), logged.entry_id), Refused)


def test_a_line_kept_before_or_after_is_not_there_for_a_helper_and_stands_for_everybody_else(people):
    hana = helper(people)
    before = monitoring.log_dose(own_chart(people.patient), monitoring.NewDose("morning", private=True))
    assert isinstance(before, monitoring.Logged)
    assert reads.diary(given(helping(hana, people)), TODAY, TODAY)[0].lines == ()
    assert len(reads.diary(open_for(people.clinician, people.patient), TODAY, TODAY)[0].lines) == 1
    given(monitoring.keep_from_helpers(own_chart(people.patient), before.entry_id, private=False))
    assert len(reads.diary(given(helping(hana, people)), TODAY, TODAY)[0].lines) == 1
    given(monitoring.keep_from_helpers(own_chart(people.patient), before.entry_id, private=True))
    assert reads.diary(given(helping(hana, people)), TODAY, TODAY)[0].lines == ()


def test_what_is_kept_cannot_be_felt_by_writing_there(people):
    """The same refusal for a dose with a line that is kept, with another answer, and without a plan."""
    hana = helper(people)
    own = own_chart(people.patient)
    monitoring.log_dose(own, monitoring.NewDose("morning", private=True))
    kept = monitoring.log_dose(given(helping(hana, people)), monitoring.NewDose("morning"))
    unplanned = monitoring.log_dose(given(helping(hana, people)), monitoring.NewDose("noon"))
    assert isinstance(kept, Refused) and kept == unplanned
    assert len(reads.diary(own_chart(people.patient), TODAY, TODAY)[0].lines) == 1


def test_a_helper_keeps_nothing_from_anybody(people):
    hana = helper(people)
    logged = monitoring.log_dose(given(helping(hana, people)), monitoring.NewDose("morning", private=True))
    assert isinstance(logged, monitoring.Logged)
    assert reads.diary(given(helping(hana, people)), TODAY, TODAY)[0].lines
    assert isinstance(monitoring.keep_from_helpers(given(helping(hana, people)), logged.entry_id, private=True), Refused)


def test_the_clinic_is_told_by_the_whole_diary_the_helper_by_what_they_see(people):
    hana = helper(people)
    for days in (2, 1):
        for slot in ("morning", "night"):
            day = TODAY - days * DAY
            monitoring.log_dose(own_chart(people.patient), monitoring.NewDose(slot, "missed", day, private=True))
    at = AT + 14 * timedelta(hours=1)
    key = given(helping(hana, people, at))
    said = monitoring.log_dose(key, monitoring.NewDose("morning", "missed", TODAY))
    assert isinstance(said, monitoring.Logged) and said.advice == "missed"
    assert reads.diary(key, TODAY, TODAY)[0].lines, "the key opens what it opened before"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('serein.scope'), current_setting('serein.sees')")
        scope, sees = cursor.fetchone()
    assert scope == "chart" and ",private," not in sees


def test_an_address_that_two_people_use_is_told_to_the_clinician_alone(people):
    before = [t.kind for t in tasks_of_patient(open_for(people.clinician, people.patient))]
    ben = people.clinic.patient(of=people.clinician, new=maria(given="Ben", phone="555-030-3303"))
    assert access.SHARED_TASK not in before
    carl = people.clinic.patient(of=people.clinician, new=maria(given="Carl", phone="(555) 030 3303"))
    for who in (ben, carl):
        found = [t for t in tasks_of_patient(open_for(people.clinician, who)) if t.kind == access.SHARED_TASK]
        assert len(found) == 1 and "Ben" not in found[0].why and "Carl" not in found[0].why
    assert [t.kind for t in tasks_of_patient(open_for(people.clinician, people.patient))] == before


def test_a_telephone_that_the_whole_clinic_bears_costs_the_next_patient_no_more_than_the_third(people):
    """A clinic that writes its own number for everybody without a telephone would else wait longer for each next patient."""
    asked = []
    for _ in range(6):
        with CaptureQueriesContext(connection) as seen:
            people.clinic.invited_patient(people.clinician, maria(phone="555-030-3303"))
        asked.append(len(seen))
    assert asked[5] == asked[2]


def test_a_helper_with_another_patients_address_is_told_to_the_clinician_and_the_patient_sees_nothing_else(people):
    ben = people.clinic.patient(of=people.clinician, new=maria(given="Ben", email="ben@example.test"))
    shared = invited(people, email="ben@example.test")
    plain = invited(people, email="nobody@example.test")
    assert type(shared) is type(plain) is access.HelperInvited
    for who in (ben, people.patient):
        assert access.SHARED_TASK in [t.kind for t in tasks_of_patient(open_for(people.clinician, who))]


def test_the_database_alone_hides_what_is_kept(people):
    hana = helper(people)
    monitoring.log_dose(own_chart(people.patient), monitoring.NewDose("morning", private=True))
    with transaction.atomic():
        given(helping(hana, people))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM monitoring_doseentry")
            assert cursor.fetchone() == (0,)
            cursor.execute("SELECT count(*) FROM evaluation_recordentry")
            assert cursor.fetchone() == (0,)


def test_a_check_in_is_kept_with_every_wording_of_it_before_and_after_it_was_sent(people):
    hana = helper(people)
    first = given(monitoring.answer_check_in(own_chart(people.patient), {"sleepy": {"choice": "10"}}))
    assert isinstance(first, monitoring.Answered) and first.raised, "a flag: its correction is a row of its own"
    given(monitoring.keep_from_helpers(own_chart(people.patient), first.check_in_id, private=True))
    second = given(monitoring.answer_check_in(own_chart(people.patient), {"sleepy": {"choice": "0"}}))
    assert isinstance(second, monitoring.Answered) and second.check_in_id != first.check_in_id
    assert reads.check_ins(given(helping(hana, people))) == ()
    assert len(reads.check_ins(open_for(people.clinician, people.patient))) == 2
    given(monitoring.keep_from_helpers(own_chart(people.patient), first.check_in_id, private=False))
    assert len(reads.check_ins(given(helping(hana, people)))) == 2
