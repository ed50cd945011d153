"""The right to sign controlled medicines takes two people, one of whom holds it; nobody grants themselves, whoever races or is revoked."""

import threading
from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from serein.care.access import actions as access
from serein.care.access.humans import Traits, same_human
from serein.care.access.models import SigningGrant
from serein.care.access.reads import may_vouch, signing_grants, somebody_may_approve
from serein.care.prescribing.actions.signing import Signed
from serein.foundation.audit.reads import trail
from serein.foundation.people.factors import prove
from serein.foundation.people.keys import OpenList, Refused, open_list
from serein.foundation.people.licences import PRESCRIBER
from serein.foundation.people.models import Account, Licence, Practitioner, RoleGrant
from serein.foundation.people.persons import Person
from serein.foundation.rows import new_id
from tests.care.devices import code_at, set_up_codes
from tests.care.prescribed import ready_desk
from tests.people import AT, PASSWORD, TestClinic, approved, given, made, make_clinic

LATER = AT + timedelta(hours=1)


def rights(who: Person, at=AT) -> OpenList:
    return given(open_list(who, purpose="right to sign", at=at))


def waiting(clinic: TestClinic, who: Person) -> tuple[UUID, str]:
    """A request entered by the officer, and what an approval of it is bound to."""
    entered = given(access.enter_signing_grant(clinic.people(), who.account_id))
    return entered.grant_id, digest_of(clinic, entered.grant_id)


def digest_of(clinic: TestClinic, grant_id: UUID) -> str:
    return next(g.digest for g in signing_grants(clinic.people()) if g.id == grant_id)


def approve(by: Person, grant_id: UUID, shown: str, at=AT, *, password: str = PASSWORD, code: str = ""):
    set_up_codes(by)
    typed = code or code_at(by, at)
    return access.approve_signing_grant(
        rights(by, at), grant_id, shown, lambda digest: prove(by.account_id, password, typed, at, digest=digest)
    )


def code_of(answer: object) -> str:
    return answer.code if isinstance(answer, Refused) else type(answer).__name__


@pytest.mark.django_db
def test_nobody_signs_without_the_right_and_a_draft_from_before_it_is_looked_through_again():
    desk = ready_desk()
    shown = desk.page().shown
    clinic, ada = desk.people.clinic, desk.people.clinician
    held = next(g for g in signing_grants(clinic.people()) if g.account_id == ada.account_id)
    given(access.end_signing_grant(clinic.people(), held.id, "on leave"))
    assert code_of(desk.sign(shown=shown)) == "no-right-to-sign"
    assert isinstance(first(clinic, ada, clinic.officer, LATER), access.Granted)
    assert code_of(desk.sign(LATER, shown=shown)) == "draft-before-right"


@pytest.mark.django_db
def test_the_licence_covers_the_schedule_of_what_is_signed():
    desk = ready_desk()
    shown = desk.page().shown
    Licence.objects.filter(practitioner=desk.people.clinician.practitioner_id).update(schedules="V")
    assert code_of(desk.sign(shown=shown)) == "schedule-not-covered"
    Licence.objects.filter(practitioner=desk.people.clinician.practitioner_id).update(schedules="IV V")
    assert isinstance(desk.sign(), Signed)


@pytest.mark.django_db
def test_of_all_pairs_of_people_only_another_registrant_approves_what_another_entered():
    clinic = make_clinic()
    ada, sam = clinic.clinician(), clinic.clinician("Sam Stranger")
    rhea, tom = clinic.clinician("Rhea Third"), clinic.clinician("Tom Fourth")
    clinic.grant(rhea, by=ada, at=AT)
    grace, second = clinic.pharmacist(), clinic.staff("Nell Second", "compliance")
    everybody = (clinic.officer, second, ada, rhea, sam, tom, grace)
    registrants, officers = {ada, rhea}, {clinic.officer, second}
    at = AT
    for enters, approves in product(everybody, repeat=2):
        at += timedelta(minutes=1)
        purpose = "people and licences" if enters in officers else "right to sign"
        with transaction.atomic():
            key = open_list(enters, purpose=purpose, at=at)
            entered = key if isinstance(key, Refused) else access.enter_signing_grant(key, tom.account_id)
            may_enter = (enters in officers or enters in registrants) and enters != tom
            assert isinstance(entered, access.GrantEntered) == may_enter, (enters.name, entered)
            if not isinstance(entered, access.GrantEntered):
                continue
            shown, key = digest_of(clinic, entered.grant_id), open_list(approves, purpose="right to sign", at=at)
            set_up_codes(approves)
            answer = key if isinstance(key, Refused) else approve(approves, entered.grant_id, shown, at)
            allowed = approves in registrants and approves not in (enters, tom)
            assert isinstance(answer, access.Granted) == allowed, (enters.name, approves.name, answer)
            given(access.end_signing_grant(clinic.people(at), entered.grant_id, "the next pair"))


@pytest.mark.django_db
def test_each_refusal_says_why_and_stays_on_the_trail():
    clinic = make_clinic()
    ada, sam, tom = clinic.clinician(), clinic.clinician("Sam Stranger"), clinic.clinician("Tom Fourth")
    grant, shown = waiting(clinic, sam)
    assert code_of(access.enter_signing_grant(rights(ada), ada.account_id)) == "own-grant"
    assert code_of(approve(sam, grant, shown)) == "own-grant"
    assert code_of(approve(tom, grant, shown)) == "not-a-registrant"
    own = given(access.enter_signing_grant(rights(ada), tom.account_id)).grant_id
    assert code_of(approve(ada, own, digest_of(clinic, own))) == "own-request"
    assert code_of(approve(ada, grant, "0" * 64)) == "request-changed"
    assert code_of(approve(ada, grant, shown, password="wrong")) == "factors-wrong"
    assert code_of(access.enter_signing_grant(clinic.people(), sam.account_id)) == "grant-here"
    assert code_of(access.enter_signing_grant(clinic.people(), new_id())) == "not-here"
    assert code_of(access.approve_signing_grant(clinic.people(), grant, shown, lambda digest: NOT_ASKED)) == "wrong-key"
    later = AT + timedelta(minutes=2)
    assert isinstance(approve(ada, grant, shown, later), access.Granted)
    assert code_of(approve(ada, grant, shown, later + timedelta(minutes=2))) == "request-not-waiting"
    lines = trail(given(open_list(clinic.officer, purpose="trail", at=later)))
    refused = {line.why for line in lines if line.deed == "approve_signing_grant"}
    assert {"own-grant", "not-a-registrant", "own-request", "request-changed", "factors-wrong", "wrong-key"} <= refused


NOT_ASKED = Refused("asked", "the factors were asked for although the request was refused before")


@pytest.mark.django_db
def test_a_proof_for_one_request_does_not_approve_another():
    clinic = make_clinic()
    ada, sam, tom = clinic.clinician(), clinic.clinician("Sam Stranger"), clinic.clinician("Tom Fourth")
    (first, shown), (second, other) = waiting(clinic, sam), waiting(clinic, tom)
    set_up_codes(ada)
    proof = given(prove(ada.account_id, PASSWORD, code_at(ada, AT), AT, digest=shown))
    assert code_of(access.approve_signing_grant(rights(ada), second, other, lambda digest: proof)) == "factors-missing"
    assert isinstance(access.approve_signing_grant(rights(ada), first, shown, lambda digest: proof), access.Granted)


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["right", "role", "licence", "lapse", "account"])
def test_an_approver_who_was_revoked_between_the_two_steps_is_refused(how: str):
    clinic = make_clinic()
    ada, sam = clinic.clinician(), clinic.clinician("Sam Stranger")
    grant, shown = waiting(clinic, sam)
    key, at = rights(ada), AT
    set_up_codes(ada)
    mine = Licence.objects.filter(practitioner=ada.practitioner_id)
    match how:
        case "right":
            held = next(g for g in signing_grants(clinic.people()) if g.account_id == ada.account_id)
            given(access.end_signing_grant(clinic.people(), held.id, "token lost"))
        case "role":
            RoleGrant.objects.filter(account=ada.account_id).update(revoked_at=AT)
        case "licence":
            mine.update(suspended_at=AT, suspended_why="board")
        case "lapse":
            mine.update(expires_on=AT.date() - timedelta(days=1))
        case "account":
            Account.objects.filter(pk=ada.account_id).update(is_active=False)
    factors = lambda digest: prove(ada.account_id, PASSWORD, code_at(ada, at), at, digest=digest)  # noqa: E731
    assert isinstance(access.approve_signing_grant(key, grant, shown, factors), Refused)
    assert SigningGrant.objects.get(pk=grant).approved_at is None


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["npi", "dea", "mailbox", "name"])
def test_one_human_with_two_accounts_is_not_two_people(how: str):
    clinic = make_clinic()
    ada, sam = clinic.clinician(), clinic.clinician("Sam Stranger")
    grant, shown = waiting(clinic, sam)
    match how:
        case "npi" | "dea":
            number = Practitioner.objects.values_list(how, flat=True).get(account=ada.account_id)
            Practitioner.objects.filter(account=sam.account_id).update(**{how: number})
        case "mailbox":
            local, _, host = ada.email.partition("@")
            Account.objects.filter(pk=sam.account_id).update(email=f"{local}+rx@{host}")
        case "name":
            Account.objects.filter(pk=sam.account_id).update(
                name=f" {ada.name.upper()}", email=f"{ada.email.partition('@')[0]}@else.test"
            )
    assert code_of(approve(ada, grant, digest_of(clinic, grant))) == "same-human"
    assert code_of(approve(ada, grant, shown)) == "request-changed"


def test_a_name_alone_makes_nobody_the_same_human():
    one = Traits(new_id(), "Ada Okafor", "ada@a.test", "", "")
    assert same_human(one, Traits(new_id(), "Ada Okafor", "a.okafor@b.test")) == ""
    assert same_human(one, Traits(new_id(), "Ada  OKAFOR", "ADA@b.test"))


def test_of_two_approvers_at_once_one_wins(committed):
    with transaction.atomic():
        clinic = make_clinic()
        ada, rhea, sam = clinic.clinician(), clinic.clinician("Rhea Third"), clinic.clinician("Sam Stranger")
        clinic.grant(rhea, by=ada)
        grant, shown = waiting(clinic, sam)
        set_up_codes(rhea)
    at, answers, start = AT + timedelta(minutes=5), [], threading.Barrier(2)

    def run(by: Person) -> None:
        code = code_at(by, at)
        start.wait()
        with transaction.atomic():
            answers.append(access.approve_signing_grant(
                rights(by, at), grant, shown, lambda digest: prove(by.account_id, PASSWORD, code, at, digest=digest)
            ))  # fmt: skip
        connections.close_all()

    both = [threading.Thread(target=run, args=(by,)) for by in (ada, rhea)]
    [one.start() for one in both]
    [one.join(30) for one in both]
    assert sorted(map(code_of, answers)) == ["Granted", "request-not-waiting"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "wall"),
    [
        ({"entered_by": "sam"}, "nobody_enters_their_own"),
        ({"approved_by": "sam"}, "nobody_approves_their_own"),
        ({"approved_by": "officer"}, "two_people_grant"),
        ({"entered_by": None}, "only_the_console_enters_alone"),
        ({"on_console": True}, "only_the_console_enters_alone"),
    ],
)
def test_the_database_itself_refuses_one_person_in_two_places(changes, wall):
    clinic = make_clinic()
    people = {"ada": clinic.clinician(), "sam": clinic.clinician("Sam Stranger"), "officer": clinic.officer}
    fields = {"entered_by": "officer", "approved_by": "ada", "on_console": False, **changes}
    row = SigningGrant(
        clinic_id=clinic.id, practitioner_id=people["sam"].practitioner_id, account_id=people["sam"].account_id, entered_at=AT,
        approved_at=AT, on_console=fields["on_console"],
        **{f"{who}_id": people[fields[who]].account_id if fields[who] else None for who in ("entered_by", "approved_by")},
    )  # fmt: skip
    with pytest.raises(IntegrityError, match=wall), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db
def test_the_app_cannot_rewrite_who_asked_for_whom():
    clinic = make_clinic()
    clinic.clinician()
    for column in ("account_id", "entered_by_id", "practitioner_id", "on_console", "clinic_id"):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE access_signinggrant SET {column} = {column}")


def first(clinic: TestClinic, who: Person, officer: Person, at=AT):
    set_up_codes(officer)
    return access.grant_first_registrant(
        who.email, officer.email, lambda id, digest: prove(id, PASSWORD, code_at(officer, at), at, digest=digest), at
    )


@pytest.mark.django_db
def test_the_console_grants_the_first_registrant_and_nobody_after_that():
    clinic = make_clinic()
    ada = clinic.clinician(licensed=False)
    assert code_of(first(clinic, ada, clinic.officer)) == "no-licence"
    clinic.license(ada, PRESCRIBER)
    assert not somebody_may_approve(clinic.people())
    assert code_of(first(clinic, ada, ada)) == "not-an-officer"
    assert isinstance(first(clinic, ada, clinic.officer), access.Granted)
    assert somebody_may_approve(clinic.people()) and may_vouch(rights(ada))
    sam = clinic.clinician("Sam Stranger")
    assert code_of(first(clinic, sam, clinic.officer)) == "registrant-here"
    approved(ada, waiting(clinic, sam)[0], AT)
    lines = trail(given(open_list(clinic.officer, purpose="trail", at=AT)))
    assert [x.outcome for x in lines if x.deed == "grant_first_registrant"].count("done") == 1


@pytest.mark.django_db
def test_a_one_person_clinic_is_told_what_it_cannot_do():
    clinic = make_clinic()
    olive = clinic.officer
    practitioner = Practitioner(clinic_id=clinic.id, account_id=olive.account_id, npi="1245319599", dea="AB1234563")
    practitioner.save(force_insert=True)
    RoleGrant(clinic_id=clinic.id, account_id=olive.account_id, role="clinician", granted_at=AT).save(force_insert=True)
    answer = first(clinic, olive, olive)
    assert code_of(answer) == "one-person-clinic" and "one person cannot sign" in answer.why
    clinic.clinician(licensed=False)
    assert code_of(first(clinic, made(olive.account_id, AT), olive)) == "own-grant"
