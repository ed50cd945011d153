"""Break-glass: one record, one hour, two factors, everybody told, reviewed by a second person or an alarm."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from serein.care.access import actions as access
from serein.care.access.actions.emergencies import emergency_round
from serein.care.access.reads import emergencies, patient_cards, told_of_emergency
from serein.care.continuity.actions import prepare_handover
from serein.care.monitoring.actions import NewContact, record_contact
from serein.care.prescribing.actions.printing import record_printing
from serein.care.prescribing.actions.signing import sign_prescription
from serein.foundation.audit.models import TrailRow
from serein.foundation.audit.reads import who_looked
from serein.foundation.audit.words import deed_words
from serein.foundation.outbox.models import Letter
from serein.foundation.people.factors import prove
from serein.foundation.people.gate import CODE
from serein.foundation.people.keys import OpenList, Refused, open_chart, open_find, open_job, open_list
from serein.foundation.people.models import BrokenGlass, Patient, RoleGrant
from serein.foundation.people.persons import person
from serein.foundation.tasks.desk import desk_tasks
from serein.foundation.tasks.reads import tasks_of_patient
from tests.care.devices import code_at, set_up_codes
from tests.people import AT, PASSWORD, four_people, given, maria, open_for, own_chart

pytestmark = pytest.mark.django_db
BORN = date(1985, 3, 27)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def people():
    return four_people()


def found(who, at=AT, family="Torres", born=BORN):
    return open_find(who, family=family, birth_date=born, at=at)


def factors(who, at, password=PASSWORD):
    set_up_codes(who)
    code = code_at(who, at)
    return lambda digest: prove(who.account_id, password, code, at, digest=digest)


def broken(people, at=AT, *, who=None, patient=None, **changes):
    who, patient = who or people.stranger, patient or people.patient
    asked = access.Emergency(
        patient.patient_id, changes.get("reason", "danger"), changes.get("words", "Found unconscious on the bus")
    )
    return access.break_glass(given(found(who, at)), asked, changes.get("prove") or factors(who, at))


def emergency_key(people, at=AT):
    return open_chart(people.stranger, people.patient.patient_id, purpose="emergency", at=at)


def review_list(officer, at=AT) -> OpenList:
    return given(open_list(officer, purpose="emergencies", at=at))


def test_a_licensed_clinician_finds_by_exact_name_and_birth_date_and_sees_nobody_else(people):
    people.clinic.patient(of=people.clinician, new=maria(given="Ana", family="Torrez"))
    people.clinic.patient(of=people.clinician, new=maria(given="Eva", birth_date=date(1990, 1, 1)))
    listing = given(found(people.stranger, family="  torres "))
    assert [c.name for c in patient_cards(listing)] == ["Maria Torres"]
    assert set(Patient.objects.values_list("birth_date", flat=True)) == {BORN}, "PostgreSQL shows that birth date and no other"
    assert given(found(people.stranger, family="Torre")).patients == ()
    given(open_list(people.clinic.officer, purpose="trail", at=AT))
    looks = list(TrailRow.objects.filter(purpose="find for an emergency", outcome="looked").order_by("id"))
    assert [r.facts["count"] for r in looks] == [1, 0] and len(looks[0].facts["digest"]) == 64


def test_nobody_else_finds_and_the_refusal_stays(people):
    unlicensed = people.clinic.clinician("Nils Newcomer", licensed=False)
    for who, code in ((people.pharmacist, "not-your-role"), (people.clinic.officer, "not-your-role"), (unlicensed, "no-licence")):
        answer = found(who)
        assert isinstance(answer, Refused) and answer.code == code
    given(open_list(people.clinic.officer, purpose="trail", at=AT))
    assert TrailRow.objects.filter(purpose="find for an emergency", outcome="refused").count() == 3


def test_ten_people_an_hour_and_three_answers_are_all(people):
    for n in range(10):
        given(found(people.stranger, family=f"Name{n}"))
    given(found(people.stranger, family="Name3"))
    answer = found(people.stranger, family="Name10")
    assert isinstance(answer, Refused) and answer.code == "too-many-finds"
    assert isinstance(found(people.stranger, AT + HOUR + MINUTE, family="Name10"), OpenList)
    for n in range(3):
        people.clinic.patient(of=people.clinician, new=maria(given=f"Twin{n}"))
    answer = found(people.stranger, AT + HOUR + MINUTE)
    assert isinstance(answer, Refused) and answer.code == "too-many-found"


def test_what_is_refused_before_any_record_opens(people):
    wrong = {
        "reason-missing": {"reason": "curious"}, "words-missing": {"words": "  "},
        "factors-wrong": {"prove": factors(people.stranger, AT, "wrong")},
        "factors-missing": {"prove": lambda digest: prove(people.stranger.account_id, PASSWORD, code_at(people.stranger, AT), AT, digest="x")},
        "in-care-team": {"who": people.clinician},
    }  # fmt: skip
    for code, changes in wrong.items():
        answer = broken(people, **changes)
        assert isinstance(answer, Refused) and answer.code == code
    other = access.Emergency(people.clinic.officer.account_id, "danger", "words")
    answer = access.break_glass(given(found(people.stranger)), other, factors(people.stranger, AT))
    assert isinstance(answer, Refused) and answer.code == "not-found"
    assert not BrokenGlass.objects.exists()
    assert isinstance(emergency_key(people), Refused)


def test_it_opens_one_record_for_an_hour_at_most_and_an_ended_one_opens_nothing(people):
    second = people.clinic.patient(of=people.clinician, new=maria(given="Second"))
    done = given(broken(people))
    assert done.until == AT + HOUR
    assert isinstance(emergency_key(people, AT + HOUR), Refused) and not isinstance(
        emergency_key(people, AT + HOUR - MINUTE), Refused
    )
    assert isinstance(open_chart(people.stranger, second.patient_id, purpose="emergency", at=AT), Refused)
    answer = broken(people, AT + MINUTE, patient=second)
    assert isinstance(answer, Refused) and answer.code == "one-at-a-time"
    given(access.close_emergency(given(emergency_key(people, AT + 2 * MINUTE))))
    assert isinstance(emergency_key(people, AT + 2 * MINUTE), Refused)
    given(broken(people, AT + 3 * MINUTE, patient=second))


def test_it_reads_and_notes_and_neither_signs_nor_exports(people):
    given(broken(people))
    key = given(emergency_key(people))
    given(found(people.stranger))  # another key takes the wall: the older one shows nothing any more
    key = given(emergency_key(people))
    for deed in (sign_prescription, record_printing, prepare_handover):
        answer = deed(key, None)
        assert isinstance(answer, Refused) and answer.code == CODE, deed.__name__
    assert {str(r) for r in key.may} == {"note"}


def test_compliance_and_the_lead_are_told_at_once_and_the_patient_reads_who_and_that_it_is_reviewed(people):
    given(broken(people))
    given(open_list(people.clinic.officer, purpose="people and licences", at=AT))
    letters = list(Letter.objects.filter(kind="emergency"))
    assert {x.to for x in letters} == {people.clinic.officer.email, people.clinician.email}
    assert all(x.body == {} and x.patient_id is None for x in letters), "neutral: nobody is named"
    assert [(t.kind, t.tier) for t in desk_tasks(people.clinic.people())] == [("review-emergency", "today")]
    lead = open_for(people.clinician, people.patient)
    told = [t for t in tasks_of_patient(lead) if t.kind == "emergency-opened"]
    assert [t.title for t in told] == ["Sam Stranger opened this record for an emergency"]
    assert [(e.who, e.words) for e in told_of_emergency(lead)] == [("Sam Stranger", "Found unconscious on the bus")]
    said = [(x.who, deed_words(x)) for x in who_looked(own_chart(people.patient))]
    assert ("Sam Stranger", "opened the record, for an emergency") in said
    assert any(who == "Sam Stranger" and "somebody else reviews it" in words for who, words in said)


def test_whoever_opened_it_does_not_take_the_notice_off_the_leads_list(people):
    given(broken(people))
    answer = record_contact(given(emergency_key(people)), NewContact("emergency-opened", "phone", "All well"))
    assert isinstance(answer, Refused) and answer.code == "own-emergency"
    assert [t.kind for t in tasks_of_patient(open_for(people.clinician, people.patient))].count("emergency-opened") == 1


def test_a_second_person_reviews_once_and_never_their_own(people):
    done = given(broken(people))
    second = people.clinic.staff("Otto Officer", "compliance")
    line = emergencies(review_list(second))[0]
    assert (line.who, line.words, line.verdict, line.overdue) == ("Sam Stranger", "Found unconscious on the bus", "", False)
    assert people.patient.name not in repr(line)
    answer = access.review_emergency(review_list(second), done.glass_id, "perhaps")
    assert isinstance(answer, Refused) and answer.code == "verdict-missing"
    given(access.review_emergency(review_list(second), done.glass_id, "not justified"))
    assert isinstance(emergency_key(people), Refused), "what was not justified closes at once"
    again = access.review_emergency(review_list(people.clinic.officer), done.glass_id, "justified")
    assert isinstance(again, Refused) and again.code == "reviewed-before"
    assert desk_tasks(people.clinic.people()) == []


def test_an_officer_who_opened_it_does_not_review_it(people):
    RoleGrant(clinic_id=people.clinic.id, account_id=people.stranger.account_id, role="compliance", granted_at=AT - HOUR).save(
        force_insert=True
    )
    both = person(people.stranger.account_id, at=AT)
    done = given(broken(people, who=both))
    answer = access.review_emergency(review_list(both), done.glass_id, "justified")
    assert isinstance(answer, Refused) and answer.code == "own-emergency"
    with pytest.raises(IntegrityError), transaction.atomic():
        BrokenGlass.objects.filter(pk=done.glass_id).update(reviewed_by=both.account_id)


def test_what_nobody_reviewed_in_72_hours_is_an_alarm_once(people):
    given(broken(people))
    second = people.clinic.staff("Otto Officer", "compliance")

    def alarms(at):
        return emergency_round(open_job(people.clinic.id, purpose="due tasks", at=at))

    assert alarms(AT + timedelta(hours=71)) == 0
    late = AT + timedelta(hours=72)
    assert alarms(late) == 1 and alarms(late + HOUR) == 0
    assert [(t.kind, t.tier) for t in desk_tasks(people.clinic.people(late))] == [("review-emergency", "now")]
    written = Letter.objects.filter(kind="emergency", written_at=late).values_list("to", flat=True)
    assert set(written) == {people.clinic.officer.email, second.email}


def test_the_fourth_within_seven_days_is_an_alarm(people):
    for day in range(4):
        at = AT + timedelta(days=day)
        tasks = [t.kind for t in desk_tasks(people.clinic.people(at))]
        assert "emergency-often" not in tasks
        given(broken(people, at))
    at = AT + timedelta(days=4)
    assert ("emergency-often", "now") in [(t.kind, t.tier) for t in desk_tasks(people.clinic.people(at))]


def test_postgresql_holds_the_hour_and_lets_nobody_make_it_longer(people):
    with pytest.raises(IntegrityError), transaction.atomic():
        BrokenGlass(
            clinic_id=people.clinic.id, patient_id=people.patient.patient_id, account_id=people.stranger.account_id, reason="danger", since=AT,
            until=AT + HOUR + timedelta(microseconds=1),
        ).save(force_insert=True)  # fmt: skip
    done = given(broken(people))
    with pytest.raises(ProgrammingError), transaction.atomic():
        BrokenGlass.objects.filter(pk=done.glass_id).update(until=AT + HOUR)
