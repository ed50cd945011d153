"""An identity provider vouched for somebody: kept beside what was seen, compared, never written over the record."""

from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from serein.care.access import actions as access
from serein.care.access.reads import identity_proofs, patient_card, provider_proofs, staff_proofs
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import Refused
from serein.foundation.tasks.reads import tasks_of_patient
from tests.people import AT, FourPeople, four_people, given, open_for, own_chart

pytestmark = pytest.mark.django_db
TOLD = access.OutsideProof(
    "Riverside ID",
    "https://id.example.org",
    "4711",
    "urn:high",
    "card and face checked",
    AT,
    "Maria",
    "Alvarez",
    date(1984, 5, 5),
)


@pytest.fixture
def people() -> FourPeople:
    return four_people()


def told(**changes) -> access.OutsideProof:
    return access.OutsideProof(**{**TOLD.__dict__, **changes})


def as_recorded(people: FourPeople) -> access.OutsideProof:
    card = patient_card(own_chart(people.patient))
    return told(given=card.given, family=card.family, birth_date=card.birth_date)


def kinds(people: FourPeople) -> list[str]:
    return [t.kind for t in tasks_of_patient(open_for(people.clinician, people.patient)) if t.kind == access.IDENTITY_TASK]


def test_what_agrees_is_evidence_for_everybody_who_treats_and_grants_nothing(people):
    new = as_recorded(people)
    proved = given(access.prove_identity(own_chart(people.patient), new))
    assert isinstance(proved, access.IdentityProved) and (proved.differs, proved.not_compared) == ((), ())
    chart = open_for(people.clinician, people.patient)
    (line,) = provider_proofs(chart)
    assert line.agrees and (line.provider, line.level) == ("Riverside ID", "card and face checked")
    assert identity_proofs(chart) == () and kinds(people) == [], "nobody of the care team saw a document"


def test_a_difference_changes_nothing_opens_a_task_and_ends_when_somebody_saw_a_document(people):
    before = patient_card(own_chart(people.patient))
    new = as_recorded(people)
    proved = given(
        access.prove_identity(own_chart(people.patient), told(given=new.given, family="Mallory", birth_date=date(1990, 1, 1)))
    )
    assert proved.differs == ("family", "birth_date")
    assert patient_card(own_chart(people.patient)) == before
    (line,) = provider_proofs(open_for(people.clinician, people.patient))
    assert not line.agrees and line.family == "Mallory"
    assert kinds(people) == ["identity-differs"]
    given(
        access.record_identity(
            open_for(people.clinician, people.patient), access.NewIdentityProof("in person", "passport", AT.date())
        )
    )
    assert kinds(people) == []


def test_one_subject_proves_one_person_of_the_clinic(people):
    new = as_recorded(people)
    given(access.prove_identity(own_chart(people.patient), new))
    given(access.prove_identity(own_chart(people.patient, AT + timedelta(hours=1)), new))  # again for the same person
    refused = access.prove_own_identity(people.clinician, told(given="Ada", family="Okafor"), AT)
    assert isinstance(refused, Refused) and refused.code == "identity-proved-another"
    elsewhere = told(given="Ada", family="Okafor", issuer="https://other.example")
    assert isinstance(access.prove_own_identity(people.clinician, elsewhere, AT), access.IdentityProved)
    mine = told(given=new.given, family=new.family, birth_date=new.birth_date, issuer="https://other.example")
    refused = access.prove_identity(own_chart(people.patient), mine)
    assert isinstance(refused, Refused) and refused.code == "identity-proved-another"
    assert len(provider_proofs(open_for(people.clinician, people.patient))) == 2 and kinds(people) == ["identity-differs"]


def test_somebody_elses_card_shown_by_mistake_is_not_taken_from_them(people):
    new = as_recorded(people)
    assert given(access.prove_own_identity(people.clinician, new, AT)).differs == ("name",)
    assert given(access.prove_identity(own_chart(people.patient), new)).differs == ()


def test_only_the_person_themselves_is_proved(people):
    for key in (open_for(people.clinician, people.patient),):
        refused = access.prove_identity(key, TOLD)
        assert isinstance(refused, Refused) and refused.code == "not-permitted"
    refused = access.prove_own_identity(people.patient, TOLD, AT)
    assert isinstance(refused, Refused) and refused.code == "not-your-role"


@pytest.mark.parametrize(
    ("given_name", "family", "born", "differs", "unknown"),
    [
        ("MARÍA", "álvarez", date(1984, 5, 5), [], []),
        ("Maria Teresa", "Alvarez", date(1984, 5, 5), [], []),
        ("Marta", "Alvarez", date(1984, 5, 5), ["given"], []),
        ("Maria", "O’Brien", date(1984, 5, 5), ["family"], []),
        ("", "Alvarez", date(1984, 5, 5), [], ["given"]),
        ("Maria", "Alvarez", None, [], ["birth_date"]),
        ("", "", None, [], ["given", "family", "birth_date"]),
        ("Maria", "Alvarez", date(1948, 5, 5), ["birth_date"], []),
    ],
)
def test_how_names_and_birth_dates_are_compared(given_name, family, born, differs, unknown):
    from serein.care.access.actions.proving import compared

    found = compared(told(given=given_name, family=family, birth_date=born), "Maria", "Alvarez", date(1984, 5, 5))
    assert found == (differs, unknown)
    assert compared(told(family="O'Brien-Smith"), "Maria", "OBrien Smith", date(1984, 5, 5)) == ([], [])


def test_what_is_not_told_leaves_the_question_open(people):
    proved = given(access.prove_identity(own_chart(people.patient), told(given="", family="", birth_date=None)))
    assert proved.differs == () and set(proved.not_compared) == {"given", "family", "birth_date"}
    (line,) = provider_proofs(own_chart(people.patient))
    assert not line.agrees


def test_compliance_reads_what_was_proved_about_a_colleague(people):
    listing = people.clinic.people()
    given(access.prove_own_identity(people.clinician, told(given="Ada", family="Okafor"), AT))
    given(access.prove_own_identity(people.pharmacist, told(given="Somebody", family="Else", subject="4712"), AT))
    listing = people.clinic.people()
    (line,) = staff_proofs(listing, people.clinician.account_id)
    assert line.differs == () and line.birth_date is None, "no birth date of a colleague is kept"
    (line,) = staff_proofs(listing, people.pharmacist.account_id)
    assert line.differs == ("name",)


def test_a_failed_proof_stays_on_the_trail_and_names_nobody(people):
    why = Refused("assurance-not-accepted", "no")
    access.give_proof_up(own_chart(people.patient), why)
    access.give_own_proof_up(people.clinician, why, AT)
    people.clinic.people()
    given(access.prove_own_identity(people.clinician, told(given="Ada", family="Okafor", subject="a subject"), AT))
    from serein.foundation.people.keys import open_list

    given(open_list(people.clinic.officer, purpose="trail", at=AT))
    rows = list(TrailRow.objects.filter(deed="prove_identity"))
    assert sorted((r.outcome, r.why) for r in rows) == [
        ("done", ""), ("refused", "assurance-not-accepted"), ("refused", "assurance-not-accepted"),
    ]  # fmt: skip
    assert "Okafor" not in str([r.facts for r in rows]) and "a subject" not in str([r.facts for r in rows])


def test_evidence_is_never_changed_and_the_digest_names_nobody(people):
    given(access.prove_identity(own_chart(people.patient), as_recorded(people)))
    for table in ("access_providerproof", "access_staffproof", "access_provensubject"):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM access_provensubject")
        assert "4711" not in str(cursor.fetchall())
