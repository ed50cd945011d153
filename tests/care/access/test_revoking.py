"""Whoever may sign no more is out at once: sessions, rights, drafts that were ready; and somebody is asked to look after each patient."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.mfa.models import Authenticator

from serein.care.access import actions as access
from serein.care.access.actions.rechecking import licence_round
from serein.care.access.actions.revoking import COVER_TASK, NOBODY_TASK, one_business_day
from serein.care.access.reads import patients_affected, signing_grants
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.keys import OpenList, Refused, open_job, open_list
from serein.foundation.people.models import Account, CareTeam, Invitation, Licence
from serein.foundation.people.persons import Person, person, record_number
from serein.foundation.tasks.desk import desk_tasks
from serein.foundation.tasks.models import Task
from serein.foundation.tasks.reads import tasks_of_patient
from serein.interfaces.cli.last_officer import reopen
from tests.care.devices import set_up_codes
from tests.care.prescribed import ready_desk
from tests.people import AT, FourPeople, four_people, given, open_for
from tests.web import client_of

pytestmark = pytest.mark.django_db
WAYS = ("suspended", "ended", "left", "lost", "lost, by compliance", "lapsed")


@pytest.fixture(autouse=True)
def at_the_tests_hour(settings) -> None:
    settings.SEREIN_CLOCK = "tests.people.clock"


def rights(who: Person, at: datetime = AT) -> OpenList:
    return given(open_list(who, purpose="right to sign", at=at))


def affected(people: FourPeople, at: datetime = AT):
    return patients_affected(
        given(open_list(people.clinic.officer, purpose="patients affected", at=at)), people.clinician.account_id
    )


def stop(people: FourPeople, how: str) -> datetime:
    """Do one of the deeds after which Ada may sign no more; the instant at which it was done."""
    ada, clinic = people.clinician, people.clinic
    licence = Licence.objects.get(practitioner=ada.practitioner_id)
    match how:
        case "suspended":
            given(access.suspend_licence(clinic.people(), licence.id, "board order"))
        case "ended":
            given(access.end_licence(clinic.people(), licence.id, "surrendered"))
        case "left":
            given(access.end_access(clinic.people(), ada.account_id, "moved away"))
        case "lost":
            given(access.report_lost(rights(ada), ada.account_id))
        case "lost, by compliance":
            given(access.report_lost(clinic.people(), ada.account_id))
        case "lapsed":
            Licence.objects.exclude(pk=licence.id).update(expires_on=licence.expires_on + timedelta(days=365))
            at = datetime.combine(licence.expires_on + timedelta(days=1), AT.timetz())
            licence_round(open_job(clinic.id, purpose="due tasks", at=at))
            return at
    return AT


@pytest.mark.parametrize("how", WAYS)
def test_every_way_ends_sessions_right_and_readiness_at_once_and_asks_a_colleague(how: str):
    desk = ready_desk()
    people, shown = desk.people, desk.page().shown
    ada, sam, patient = people.clinician, people.stranger, people.patient.patient_id
    CareTeam(clinic_id=people.clinic.id, patient_id=patient, account_id=sam.account_id, since=AT).save(force_insert=True)
    hers, his = client_of(ada), client_of(sam)
    at = stop(people, how)
    assert hers.get("/clinic/").status_code == 302 and his.get("/clinic/").status_code == 200
    assert all(g.state == "ended" for g in signing_grants(people.clinic.people(at)) if g.account_id == ada.account_id)
    if how in ("suspended", "ended"):  # the others hold no key any more, or their plan ended long ago
        assert isinstance(desk.sign(at, shown=shown), Refused)
    task = next(t for t in tasks_of_patient(open_for(sam, patient, at)) if t.kind == COVER_TASK)
    assert Task.objects.get(pk=task.id).owner_id == sam.account_id
    line = next(x for x in affected(people, at))
    assert (line.record, line.colleagues) == (record_number(patient), ("Sam Stranger (may not sign)",))


def test_where_nobody_else_cares_for_a_patient_compliance_is_asked():
    people = four_people()
    stop(people, "suspended")
    tasks = desk_tasks(people.clinic.people())
    assert [(t.kind, t.tier, t.owner) for t in tasks] == [("patients-without-signer", "now", "Olive Officer")]
    assert affected(people)[0].colleagues == ()


@pytest.mark.parametrize("how", ["a colleague came", "the right came back"])
def test_what_compliance_was_asked_ends_when_the_patients_are_cared_for_again(how: str):
    people = four_people()
    ada, clinic, later = people.clinician, people.clinic, AT + timedelta(days=1)
    clinic.grant(people.stranger, by=ada)
    stop(people, "suspended")

    def kinds(at: datetime) -> list[str]:
        licence_round(open_job(clinic.id, purpose="due tasks", at=at))
        return [t.kind for t in desk_tasks(clinic.people(at))]

    assert NOBODY_TASK in kinds(AT)
    if how == "a colleague came":
        team = CareTeam(
            clinic_id=clinic.id, patient_id=people.patient.patient_id, account_id=people.stranger.account_id, since=AT
        )
        team.save(force_insert=True)
    else:
        clinic.license(ada, "prescriber")
        clinic.grant(ada, by=people.stranger, at=later)
    assert NOBODY_TASK not in kinds(later)


def test_a_second_licence_that_runs_on_keeps_the_right():
    people = four_people()
    people.clinic.license(people.clinician, "prescriber")
    first = Licence.objects.filter(practitioner=people.clinician.practitioner_id).order_by("id")[0]
    client = client_of(people.clinician)
    given(access.suspend_licence(people.clinic.people(), first.id, "the old one"))
    assert client.get("/clinic/").status_code == 200
    assert any(g.state == "in force" for g in signing_grants(people.clinic.people()))


def test_a_lost_token_closes_the_account_until_compliance_knows_who_is_asking():
    people = four_people()
    ada, clinic = people.clinician, people.clinic
    set_up_codes(ada)
    given(access.report_lost(rights(ada), ada.account_id))
    assert person(ada.account_id, at=AT) is None and not Authenticator.objects.filter(user_id=ada.account_id).exists()
    kinds = [t.kind for t in desk_tasks(clinic.people())]
    assert kinds.count("report-lost-token") == 1
    assert isinstance(access.reopen_account(clinic.people(), ada.account_id, " "), Refused)
    given(access.reopen_account(clinic.people(), ada.account_id, "came in with her passport"))
    assert person(ada.account_id, at=AT) is not None
    assert "report-lost-token" not in [t.kind for t in desk_tasks(clinic.people())]
    assert isinstance(access.reopen_account(clinic.people(), ada.account_id, "again"), Refused)


def test_the_only_officer_is_let_in_again_on_the_console_and_nobody_else_is(capsys):
    people = four_people()
    officer, clinic = people.clinic.officer, people.clinic

    def asked(email: str, why: str = "stood before me with her passport") -> int:
        return reopen(email, lambda _: why, lambda: AT)

    assert asked(officer.email) == 1, "an open account is not opened"
    given(access.report_lost(clinic.people(), officer.account_id))
    assert person(officer.account_id, at=AT) is None
    assert asked(people.clinician.email) == asked("nobody@example.test") == asked(officer.email, " ") == 1
    assert person(officer.account_id, at=AT) is None
    assert asked(f" {officer.email.upper()} ") == 0 and person(officer.account_id, at=AT) is not None
    second = clinic.staff("Olga Second", "compliance")
    given(access.report_lost(clinic.people(), officer.account_id))
    assert asked(officer.email) == 1 and "Another compliance officer" in capsys.readouterr().err
    given(open_list(second, purpose="trail", at=AT))
    rows = TrailRow.objects.filter(deed="reopen_account").order_by("id").values_list("outcome", "why", "by")
    assert list(rows) == [
        ("refused", "not-closed", None), ("refused", "not-closed", None), ("refused", "why-missing", None), ("done", "", None),
        ("refused", "other-officers", None),
    ]  # fmt: skip


def test_nobody_reports_for_a_colleague_but_compliance_and_a_leaver_is_not_let_in_again():
    people = four_people()
    refused = access.report_lost(rights(people.stranger), people.clinician.account_id)
    assert isinstance(refused, Refused) and refused.code == "wrong-key"
    stop(people, "left")
    assert isinstance(access.reopen_account(people.clinic.people(), people.clinician.account_id, "back"), Refused)
    assert not Account.objects.get(pk=people.clinician.account_id).is_active


def test_what_a_thief_sent_to_future_colleagues_counts_no_more():
    people = four_people()
    second = people.clinic.staff("Nell Second", "compliance")
    key = given(open_list(second, purpose="people and licences", at=AT))
    invited = given(access.invite_staff(key, access.NewStaff("Mal", "mal@example.test", "clinician")))
    given(access.report_lost(people.clinic.people(), second.account_id))
    assert Invitation.objects.get(pk=invited.invitation_id).expires_at == AT


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (datetime(2026, 11, 23, 17, tzinfo=UTC), date(2026, 11, 24)),  # a Monday
        (datetime(2026, 11, 28, 7, 59, tzinfo=UTC), date(2026, 11, 30)),  # still Friday in Los Angeles
        (datetime(2026, 11, 28, 17, tzinfo=UTC), date(2026, 11, 30)),  # a Saturday
        (datetime(2026, 11, 26, 17, tzinfo=UTC), date(2026, 11, 27)),  # Thanksgiving: never later than the law's day
    ],
)
def test_a_loss_is_reported_within_one_business_day(at: datetime, due: date):
    deadline = one_business_day(at, "America/Los_Angeles")
    assert deadline.astimezone(ZoneInfo("America/Los_Angeles")).date() == due and deadline > at


def test_a_pharmacists_lapse_ends_the_session_and_is_compliances_task_once_until_a_new_licence_counts():
    people = four_people()
    grace, clinic = people.pharmacist, people.clinic
    licence = Licence.objects.get(practitioner=grace.practitioner_id)
    Licence.objects.update(recheck_on=None)
    Licence.objects.exclude(pk=licence.id).update(expires_on=date(2029, 1, 1))
    client, at = client_of(grace), datetime.combine(licence.expires_on + timedelta(days=1), AT.timetz())
    assert client.get("/pharmacy/").status_code == 200
    licence_round(open_job(clinic.id, purpose="due tasks", at=at - timedelta(days=1)))
    assert client.get("/pharmacy/").status_code == 200 and desk_tasks(clinic.people(at)) == [], "its last day counts whole"
    licence_round(open_job(clinic.id, purpose="due tasks", at=at))
    assert client.get("/pharmacy/")["Location"].startswith("/accounts/login/")
    (task,) = desk_tasks(clinic.people(at))
    assert (task.kind, task.subject_id, task.owner) == ("licence-lapsed", licence.id, clinic.officer.name)
    back = client_of(grace)
    licence_round(open_job(clinic.id, purpose="due tasks", at=at + timedelta(hours=1)))
    assert back.get("/pharmacy/").status_code == 200, "whoever comes back to read is not thrown out with every round"
    assert len(desk_tasks(clinic.people(at))) == 1
    clinic.license(grace, "pharmacist", expires_on=date(2029, 1, 1))
    licence_round(open_job(clinic.id, purpose="due tasks", at=at + timedelta(hours=2)))
    assert desk_tasks(clinic.people(at)) == []


def test_a_lapsed_licence_that_is_ended_asks_nobody_any_more():
    people = four_people()
    licence = Licence.objects.get(practitioner=people.pharmacist.practitioner_id)
    Licence.objects.update(recheck_on=None)
    at = datetime.combine(licence.expires_on + timedelta(days=1), AT.timetz())
    licence_round(open_job(people.clinic.id, purpose="due tasks", at=at))
    assert licence.id in {t.subject_id for t in desk_tasks(people.clinic.people(at))}
    given(access.end_licence(people.clinic.people(at), licence.id, "retired"))
    assert licence.id not in {t.subject_id for t in desk_tasks(people.clinic.people(at))}


def test_a_look_at_the_register_is_a_task_two_weeks_and_three_days_ahead_and_when_it_is_overdue():
    people = four_people()
    licence = Licence.objects.get(practitioner=people.clinician.practitioner_id)
    Licence.objects.filter(pk=licence.id).update(recheck_on=date(2026, 12, 31))
    others = Licence.objects.exclude(pk=licence.id)
    others.update(recheck_on=None)
    seen = []
    for day in (
        date(2026, 12, 16),
        date(2026, 12, 17),
        date(2026, 12, 18),
        date(2026, 12, 28),
        date(2026, 12, 31),
        date(2027, 1, 1),
    ):
        at = datetime.combine(day, AT.timetz())
        for _ in range(2):  # doing it twice is doing it once
            licence_round(open_job(people.clinic.id, purpose="due tasks", at=at))
        seen.append([(t.kind, t.tier) for t in desk_tasks(people.clinic.people(at))])
    kind = "recheck-licence"
    assert seen == [[], [(kind, "week")], [(kind, "week")], [(kind, "today")], [(kind, "today")], [(kind, "now")]]
    given(access.recheck_licence(people.clinic.people(at), licence.id, "register: current", date(2027, 6, 1)))
    assert desk_tasks(people.clinic.people(at)) == []
