"""Who the patient is, as somebody saw it; how they may be reached, as they say it; and letters that obey."""

from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from serein.care.access import actions as access
from serein.care.access.reads import contact_choice, identity_proofs
from serein.care.continuity.reads import handover_facts
from serein.care.continuity.words import responsible_lines
from serein.foundation.outbox.models import Letter
from serein.foundation.outbox.post import post
from serein.foundation.people.keys import OpenChart, Refused, open_job
from serein.foundation.people.models import Account
from serein.interfaces.courier.round import empty_outbox
from tests.interfaces.courier.test_courier import OFFICE, Hands, at
from tests.people import AT, FourPeople, four_people, given, made, open_for, own_chart

pytestmark = pytest.mark.django_db
SEEN = access.NewIdentityProof("in person", "passport", date(2026, 11, 23), " photograph\nand birth date ")
QUIET = access.NewContactChoice(
    email=False, call=True, phone="555-0777", hours="weekdays after 17:00", words="Do not say who you are"
)


@pytest.fixture
def people() -> FourPeople:
    return four_people()


def seen(chart: OpenChart, **changes):
    return access.record_identity(chart, access.NewIdentityProof(**{**SEEN.__dict__, **changes}))


def test_the_care_team_records_what_it_saw_and_everybody_there_reads_it(people):
    chart = open_for(people.clinician, people.patient)
    assert identity_proofs(chart) == ()
    assert isinstance(seen(chart), access.IdentityRecorded)
    (line,) = identity_proofs(chart)
    assert (line.how, line.document, line.note, line.by) == ("in person", "passport", "photograph and birth date", "Ada Okafor")


def test_nobody_vouches_for_themselves(people):
    assert isinstance(seen(own_chart(people.patient)), Refused)
    # A clinician of the care team whose own record this is.
    Account.objects.filter(pk=people.patient.account_id).update(patient_id=None)
    Account.objects.filter(pk=people.clinician.account_id).update(patient_id=people.patient.patient_id)
    both = made(people.clinician.account_id, AT)
    refused = seen(open_for(both, people.patient.patient_id))
    assert isinstance(refused, Refused) and refused.code == "not-your-deed"


def test_what_is_unclear_is_named_and_not_kept(people):
    chart = open_for(people.clinician, people.patient)
    for field, value in (
        ("how", "told us"), ("document", "selfie"), ("seen_on", date(2026, 11, 24)), ("seen_on", date(2025, 11, 1)), ("note", "x" * 301),
        ("note", "a\x00"),
    ):  # fmt: skip
        answer = seen(chart, **{field: value})
        assert isinstance(answer, access.Unclear) and [n for n, _ in answer.by_field] == [field]
    assert identity_proofs(chart) == ()


def test_evidence_is_never_changed(people):
    chart = open_for(people.clinician, people.patient)
    seen(chart)
    for statement in ("UPDATE access_identityproof SET how = 'x'", "DELETE FROM access_safecontact"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_the_patient_alone_says_how_they_may_be_reached_and_the_newest_counts(people):
    mine = own_chart(people.patient)
    assert contact_choice(mine) is None
    assert isinstance(access.choose_contact(open_for(people.clinician, people.patient), QUIET), Refused)
    assert isinstance(access.choose_contact(own_chart(people.patient), QUIET), access.ContactChosen)
    later = own_chart(people.patient, AT + timedelta(hours=1))
    answer = access.choose_contact(later, access.NewContactChoice(email=True, call=False, phone="555-0777", voicemail=True))
    assert isinstance(answer, access.ContactChosen)
    found = contact_choice(open_for(people.clinician, people.patient, AT + timedelta(hours=2)))
    assert found is not None and found.lines == ("Do not call", "Neutral e-mail is fine")


def test_the_words_for_a_caller_say_what_not_to_do(people):
    access.choose_contact(own_chart(people.patient), QUIET)
    found = contact_choice(own_chart(people.patient))
    assert found is not None and found.lines == (
        "Call 555-0777, weekdays after 17:00", "Leave no message", "Do not write e-mails", "Do not say who you are",
    )  # fmt: skip
    told = " ".join(responsible_lines(handover_facts(open_for(people.clinician, people.patient))))
    assert "Leave no message" in told, "whoever takes over must know it too"


def test_a_number_is_asked_for_and_hostile_text_is_named(people):
    mine = own_chart(people.patient)
    for new, field in (
        (access.NewContactChoice(email=True, call=True), "phone"), (access.NewContactChoice(email=True, call=False, words="\u202e"), "words"),
    ):  # fmt: skip
        answer = access.choose_contact(mine, new)
        assert isinstance(answer, access.Unclear) and [n for n, _ in answer.by_field] == [field]


def sent_to(people: FourPeople) -> tuple[list[str], list[str]]:
    """To whom one letter of the patient's went out, and why letters of theirs were withheld."""
    chart = open_for(people.clinician, people.patient)
    post(chart, kind="prescription-ready", to=people.patient.email, body={})
    hands = Hands()
    empty_outbox(hands, OFFICE, at())
    open_job(people.clinic.id, purpose="deliver outbox", at=AT)
    held = Letter.objects.filter(kind="prescription-ready").exclude(withheld="").values_list("withheld", flat=True)
    return [to for to in hands.to() if to == people.patient.email], list(held)


def test_letters_obey(people):
    given(access.give_consent(own_chart(people.patient), "notices"))
    assert sent_to(people)[0][-1:] == [people.patient.email]
    access.choose_contact(own_chart(people.patient), QUIET)
    assert sent_to(people) == ([], ["not-safe"])
