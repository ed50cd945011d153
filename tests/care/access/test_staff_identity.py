"""Who works here: what compliance saw, and what happens when an identity provider tells another name."""

import re
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from serein.care.access import actions as access
from serein.care.access.models import StaffIdentity
from serein.care.access.reads import staff_identities
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import Refused, open_list
from serein.foundation.tasks.desk import desk_tasks
from tests.care.access.test_proving import told
from tests.people import AT, FourPeople, four_people, given
from tests.web import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_the_tests_hour")]
PASSPORT = access.NewIdentityProof("in person", "passport", AT.date(), "name and photograph")


@pytest.fixture
def people() -> FourPeople:
    return four_people()


def asked(people: FourPeople) -> list[tuple[object, str]]:
    """About whom compliance has to find out who they are, and whose task it is."""
    tasks = desk_tasks(people.clinic.people())
    return [(t.subject_id, t.owner) for t in tasks if t.kind == access.STAFF_IDENTITY_TASK]


def test_another_name_is_a_task_of_compliance_once_and_a_document_seen_finishes_it(people):
    me = people.clinician.account_id
    given(access.prove_own_identity(people.clinician, told(given="Mallory", family="Else"), AT))
    given(access.prove_own_identity(people.clinician, told(given="Mallory", family="Else"), AT + timedelta(minutes=5)))
    assert asked(people) == [(me, people.clinic.officer.name)]
    given(access.prove_own_identity(people.clinician, told(given="Ada", family="Okafor"), AT + timedelta(hours=1)))
    assert asked(people), "the person themselves does not settle it"
    given(access.record_staff_identity(people.clinic.people(), me, PASSPORT))
    assert asked(people) == []
    (line,) = staff_identities(people.clinic.people(), me)
    assert (line.how, line.document, line.by) == ("in person", "passport", people.clinic.officer.name)


def test_an_identity_that_proved_a_colleague_is_refused_and_a_task(people):
    given(access.prove_own_identity(people.clinician, told(given="Ada", family="Okafor"), AT))
    refused = access.prove_own_identity(people.pharmacist, told(given="Grace", family="Lee"), AT)
    assert isinstance(refused, Refused) and refused.code == "identity-proved-another"
    assert asked(people) == [(people.pharmacist.account_id, people.clinic.officer.name)]


def test_what_agrees_asks_nobody(people):
    given(access.prove_own_identity(people.clinician, told(given="Ada", family="Okafor"), AT))
    assert asked(people) == []


def test_nobody_vouches_for_themselves_nor_gets_the_task(people):
    officer = people.clinic.officer
    given(access.prove_own_identity(officer, told(given="Mallory", family="Else"), AT))
    assert asked(people) == [(officer.account_id, "Any officer")]
    refused = access.record_staff_identity(people.clinic.people(), officer.account_id, PASSPORT)
    assert isinstance(refused, Refused) and refused.code == "own-identity" and asked(people)
    second = people.clinic.staff("Olga Second", "compliance", AT - timedelta(hours=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffIdentity(
            clinic_id=people.clinic.id, account_id=second.account_id, by_id=second.account_id, how="video", document="passport",
            seen_on=AT.date(), at=AT,
        ).save(force_insert=True)  # fmt: skip
    theirs = given(open_list(second, purpose="people and licences", at=AT))
    given(access.record_staff_identity(theirs, officer.account_id, PASSPORT))
    assert asked(people) == []


def test_who_may_not_record_it_and_what_cannot_be_kept(people):
    me = people.clinician.account_id
    rights = given(open_list(people.clinician, purpose="right to sign", at=AT))
    refused = access.record_staff_identity(rights, people.pharmacist.account_id, PASSPORT)
    assert isinstance(refused, Refused) and refused.code == "not-permitted"
    for account in (people.patient.account_id, people.clinic.id):
        refused = access.record_staff_identity(people.clinic.people(), account, PASSPORT)
        assert isinstance(refused, Refused) and refused.code == "not-here"
    for wrong, field in (
        (access.NewIdentityProof("by telephone", "passport", AT.date()), "how"),
        (access.NewIdentityProof("video", "letter", AT.date()), "document"),
        (access.NewIdentityProof("video", "passport", date(2026, 11, 30)), "seen_on"),
        (access.NewIdentityProof("video", "passport", AT.date(), "x" * 301), "note"),
    ):  # fmt: skip
        unclear = access.record_staff_identity(people.clinic.people(), me, wrong)
        assert isinstance(unclear, access.Unclear) and [f for f, _ in unclear.by_field] == [field]
    assert staff_identities(people.clinic.people(), me) == ()
    given(open_list(people.clinic.officer, purpose="trail", at=AT))
    assert TrailRow.objects.filter(deed="record_staff_identity", outcome="refused").count() == 3


def test_evidence_is_never_changed(people):
    given(access.record_staff_identity(people.clinic.people(), people.clinician.account_id, PASSPORT))
    for statement in ("DELETE FROM access_staffidentity", "UPDATE access_staffidentity SET how = 'video'"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_compliance_records_it_on_a_page_that_the_persons_own_page_offers_and_shows(people):
    client, person = client_of(people.clinic.officer), f"/compliance/people/{people.clinician.account_id}/"
    before = client.get(person).content.decode()
    assert "Nobody has recorded a document yet." in before and f'href="{person}identity/"' in before
    own = client.get(f"/compliance/people/{people.clinic.officer.account_id}/").content.decode()
    assert "Record that you saw a document" not in own
    form = client.get(f"{person}identity/").content.decode()
    once = re.search(r'name="once" value="([^"]+)"', form)
    assert once and "Do not copy the document" in form and "Who Ada Okafor is" in form
    typed = {
        "once": once[1], "how": "video", "document": "passport", "seen_on_0": "23", "seen_on_1": "11", "seen_on_2": "2026",
        "note": "name <b>and</b> photograph",
    }  # fmt: skip
    sent = client.post(f"{person}identity/", typed | {"seen_on": "2026-11-23"})
    assert sent.status_code == 302, sent.content.decode()[:2000]
    after = client.get(person).content.decode()
    assert (
        "Passport: seen on video, with the document held up" in after
        and "Compared: name &lt;b&gt;and&lt;/b&gt; photograph" in after
    )
    for who in (people.clinician, people.pharmacist, people.patient):
        assert client_of(who).get(f"{person}identity/").status_code == 403
