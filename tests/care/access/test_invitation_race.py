"""Twelve hands on one link: one account."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection, transaction

from serein.care.access import actions as access
from serein.foundation.people.invitations import NOT_USABLE
from serein.foundation.people.models import Account, RoleGrant
from tests.people import AT, PASSWORD, given, make_clinic

HANDS = 12


def test_one_link_makes_one_account_whoever_races(committed: str):
    with transaction.atomic():
        clinic = make_clinic()
        invited = given(access.invite_staff(clinic.people(), access.NewStaff("Ada", "ada@example.test", "clinician")))
    start = Barrier(HANDS)

    def accept(_: int) -> object:
        start.wait()
        try:
            return access.accept_invitation(invited.token, PASSWORD, AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as hands:
        answers = list(hands.map(accept, range(HANDS)))
    assert [isinstance(a, access.Accepted) for a in answers].count(True) == 1
    assert answers.count(NOT_USABLE) == HANDS - 1
    ada = Account.objects.get(email="ada@example.test")
    assert RoleGrant.objects.filter(account=ada).count() == 1


def test_two_links_for_one_address_make_one_account(committed: str):
    """Two clinics invite the same person at the same time: the unique address decides, and the loser's link stays unused."""
    with transaction.atomic():
        new = access.NewStaff("Ada", "ada@example.test", "clinician")
        tokens = [given(access.invite_staff(make_clinic(name=f"Clinic {i}").people(), new)).token for i in range(2)]
    start = Barrier(2)

    def accept(token: str) -> object:
        start.wait()
        try:
            return access.accept_invitation(token, PASSWORD, AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(accept, tokens))
    assert sorted(isinstance(a, access.Accepted) for a in answers) == [False, True]
    assert Account.objects.filter(email="ada@example.test").count() == 1
