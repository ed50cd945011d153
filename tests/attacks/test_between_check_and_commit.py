"""T13: what is taken away between the look and the commit is away. Every interleaving reads as if one came wholly before the other."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connection, transaction

from serein.care.access import actions as access
from serein.care.access.models import SigningGrant
from serein.care.prescribing.actions import signing
from serein.care.prescribing.actions.signing import Signed
from serein.care.prescribing.models import Prescription
from serein.foundation.people.keys import Refused, open_chart
from serein.foundation.people.models import Account, CareTeam, Licence, RoleGrant
from tests.care.prescribed import Desk, ready_desk
from tests.people import AT, given

ENOUGH_SECONDS = 30


def leaves(d: Desk) -> None:
    given(access.end_access(d.people.clinic.people(), d.people.clinician.account_id, "moved away"))


def licence_ends(d: Desk) -> None:
    licence = Licence.objects.get(practitioner=d.people.clinician.practitioner_id)
    given(access.end_licence(d.people.clinic.people(), licence.id, "surrendered"))


def licence_suspended(d: Desk) -> None:
    licence = Licence.objects.get(practitioner=d.people.clinician.practitioner_id)
    given(access.suspend_licence(d.people.clinic.people(), licence.id, "board order"))


def grant_ends(d: Desk) -> None:
    grant = SigningGrant.objects.get(account=d.people.clinician.account_id, ended_at=None)
    given(access.end_signing_grant(d.people.clinic.people(), grant.id, "no longer needed"))


def token_lost(d: Desk) -> None:
    given(access.report_lost(d.people.clinic.people(), d.people.clinician.account_id))


def care_ends(d: Desk) -> None:
    CareTeam.objects.filter(account=d.people.clinician.account_id).update(until=AT)


def role_ends(d: Desk) -> None:
    RoleGrant.objects.filter(account=d.people.clinician.account_id).update(revoked_at=AT)


WAYS = (leaves, licence_ends, licence_suspended, grant_ends, token_lost, care_ends, role_ends)


@pytest.fixture
def d(committed, settings, tmp_path) -> Desk:
    settings.STATE = tmp_path
    with transaction.atomic():
        return ready_desk()


class Pause:
    """A point at which one thread stands still until the other has done its part."""

    def __init__(self) -> None:
        self.reached, self.go = threading.Event(), threading.Event()

    def here(self) -> None:
        self.reached.set()
        assert self.go.wait(ENOUGH_SECONDS)


def sign_in_a_thread(d: Desk, found: list[object]) -> threading.Thread:
    with transaction.atomic():
        shown = d.page().shown
        proof = d.proof(shown)

    def run() -> None:
        try:
            with transaction.atomic():
                found.append(d.sign(AT, shown, proof))
        except BaseException as error:
            found.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def signed(d: Desk) -> int:
    with transaction.atomic():
        given(open_chart(d.people.patient, d.people.patient.patient_id, purpose="own record", at=AT))
        return Prescription.objects.count()


def with_revocation(d: Desk, pause: Pause, way: Callable[[Desk], None]) -> object:
    found: list[object] = []
    thread = sign_in_a_thread(d, found)
    assert pause.reached.wait(ENOUGH_SECONDS)
    try:
        with transaction.atomic():
            way(d)
    finally:
        pause.go.set()
        thread.join(ENOUGH_SECONDS)
    return found[0]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_ends_after_the_key_was_made_and_before_the_last_look_stops_the_signature(d, monkeypatch, way):
    pause, hold = Pause(), signing._hold_still
    monkeypatch.setattr(signing, "_hold_still", lambda *given: (pause.here(), hold(*given)))
    answer = with_revocation(d, pause, way)
    assert isinstance(answer, Refused), answer
    assert signed(d) == 0


@pytest.mark.parametrize("way", WAYS[:6], ids=lambda way: way.__name__)
def test_what_ends_after_the_last_look_waits_for_the_signature(d, monkeypatch, way):
    """The lock is asked for with a limit, so that the test need not wait: whoever revokes cannot come in between."""
    pause, really = Pause(), signing._sign
    monkeypatch.setattr(signing, "_sign", lambda *given: (pause.here(), really(*given))[1])
    found: list[object] = []
    thread = sign_in_a_thread(d, found)
    assert pause.reached.wait(ENOUGH_SECONDS)
    try:
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '150ms'")
            way(d)
    finally:
        pause.go.set()
        thread.join(ENOUGH_SECONDS)
    assert isinstance(found[0], Signed) and signed(d) == 1
    with transaction.atomic():
        way(d)


@pytest.mark.parametrize("way", [leaves, token_lost, licence_ends], ids=lambda way: way.__name__)
def test_a_signature_and_a_revocation_at_once_never_stop_each_other(d, monkeypatch, way):
    """Both run into each other: one waits, none is undone by the database as a deadlock."""
    pause, really = Pause(), signing._still_treats
    monkeypatch.setattr(signing, "_still_treats", lambda chart: (pause.here(), really(chart))[1])
    found: list[object] = []
    thread = sign_in_a_thread(d, found)
    assert pause.reached.wait(ENOUGH_SECONDS)
    errors: list[BaseException] = []

    def revoke() -> None:
        try:
            with transaction.atomic():
                way(d)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=revoke)
    other.start()
    pause.go.set()
    thread.join(ENOUGH_SECONDS)
    other.join(ENOUGH_SECONDS)
    assert errors == [] and isinstance(found[0], Signed), (errors, found)
    assert not SigningGrant.objects.filter(account=d.people.clinician.account_id, ended_at=None).exists()


@pytest.mark.parametrize("way", [licence_ends, care_ends], ids=lambda way: way.__name__)
def test_a_signature_that_does_not_look_again_signs_without_permission(d, monkeypatch, way):
    """The control: the page's look is believed, nothing is held and nothing asked anew."""
    pause, look = Pause(), signing.signable

    def looked(*given: object) -> object:
        found = look(*given)
        pause.here()
        return found

    monkeypatch.setattr(signing, "_hold_still", lambda *_: None)
    monkeypatch.setattr(signing, "_still_treats", lambda *_: True)
    monkeypatch.setattr(signing, "signable", looked)
    assert isinstance(with_revocation(d, pause, way), Signed)
    assert signed(d) == 1


def test_whoever_was_revoked_begins_nothing_afterwards(d):
    with transaction.atomic():
        leaves(d)
    assert not Account.objects.get(pk=d.people.clinician.account_id).is_active
    with transaction.atomic():
        answer = open_chart(d.people.clinician, d.people.patient.patient_id, purpose="care", at=AT)
    assert isinstance(answer, Refused)
