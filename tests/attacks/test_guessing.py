"""T15, T16: guessing passwords and codes, locking a victim out, finding out who has an account, using a code twice."""

from concurrent.futures import Future
from datetime import timedelta
from threading import Event, get_ident

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from serein.foundation.people.models import Account
from serein.interfaces.courier import mail
from serein.interfaces.web.shell import account_forms
from serein.interfaces.web.shell import clock as shell_clock
from tests.attacks.test_passkeys import RP, asked, handle, offer
from tests.attacks.test_passkeys import is_in as is_in_at_rp
from tests.care.devices import code_at, set_up_codes
from tests.interfaces.shell_people import clock
from tests.people import PASSWORD, four_people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("guide_urls")]
NOBODY, RESET = "nobody@example.test", "/accounts/password/reset/"


@pytest.fixture
def people(db):
    cache.clear()
    yield four_people()
    cache.clear()


def log_in(client: Client, email: str, password: str = PASSWORD, at: str = "10.0.0.1"):
    return client.post("/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=at)


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_whoever_guesses_from_everywhere_is_slowed_at_one_account(people):
    """Addresses rotate; the account does not."""
    tries = [log_in(Client(), people.patient.email, f"wrong {n}", at=f"10.{n}.0.1") for n in range(60)]
    slowed = ["Too many" in a.content.decode() for a in tries]
    assert any(slowed) and all(slowed[slowed.index(True) :])


def test_without_the_limit_nobody_is_slowed(people, settings):
    settings.ACCOUNT_RATE_LIMITS = {"login": "1000/m/ip", "login_failed": "1000/m/ip"}
    tries = [log_in(Client(), people.patient.email, f"wrong {n}", at=f"10.{n}.0.1") for n in range(20)]
    assert not any("Too many" in a.content.decode() for a in tries)


def test_the_victim_still_comes_in_from_the_browser_they_used_before(people):
    mine = Client()
    assert log_in(mine, people.patient.email, at="10.9.9.9").status_code == 302
    mine.post("/accounts/logout/")
    for n in range(60):
        log_in(Client(), people.patient.email, f"wrong {n}", at=f"10.{n}.0.1")
    assert log_in(mine, people.patient.email, at="10.9.9.9").status_code == 302 and is_in(mine)


def test_and_with_a_passkey_from_anywhere(people, settings):
    from tests.attacks.passkey import Passkey
    from tests.attacks.test_passkeys import ORIGIN, add

    settings.ALLOWED_HOSTS, settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = [RP, "testserver"], False
    key = Passkey(RP, ORIGIN)
    assert add(people.patient, key).status_code == 302
    for n in range(60):
        log_in(Client(), people.patient.email, f"wrong {n}", at=f"10.{n}.0.1")
    client = Client()
    offer(client, key.answers(asked(client), handle(people.patient)))
    assert is_in_at_rp(client)


def test_a_browser_that_was_known_once_is_slowed_as_well(people):
    mine = Client()
    log_in(mine, people.patient.email)
    mine.post("/accounts/logout/")
    tries = [log_in(mine, people.patient.email, f"wrong {n}", at=f"10.{n}.0.1") for n in range(15)]
    assert "Too many" in tries[-1].content.decode()
    # Somebody else's mark is worth nothing at this account.
    for n in range(60):
        log_in(Client(), people.pharmacist.email, f"wrong {n}", at=f"10.{n}.0.1")
    assert "Too many" in log_in(mine, people.pharmacist.email, at="10.200.0.1").content.decode()


def statements(client: Client, path: str, fields: dict[str, str]) -> list[str]:
    """The kinds of statements that an answer costs, in order, without their values."""
    with CaptureQueriesContext(
        connection,
    ) as caught:
        client.post(path, fields, REMOTE_ADDR="10.7.7.7")
    return [q["sql"].split(" WHERE ")[0][:60] for q in caught.captured_queries]


def test_a_wrong_password_costs_the_same_for_known_and_unknown_addresses(people, monkeypatch):
    from django.contrib.auth import hashers

    hashed: list[int] = []
    for name in ("encode", "verify"):
        really = getattr(hashers.ScryptPasswordHasher, name)

        def counted(self, *given, _really=really, **more):
            hashed.append(1)
            return _really(self, *given, **more)

        monkeypatch.setattr(hashers.ScryptPasswordHasher, name, counted)
    found = []
    for email in (people.patient.email, NOBODY):
        hashed.clear()
        told = statements(Client(), "/accounts/login/", {"login": email, "password": "wrong"})
        found.append((len(hashed) > 0, len([s for s in told if s.startswith(("INSERT", "UPDATE"))])))
    assert found[0] == found[1], found


@pytest.mark.parametrize("path", ["/accounts/password/reset/"])
def test_asking_for_a_new_password_tells_nobody_who_has_an_account(people, path):
    seen = set()
    for email in (people.patient.email, NOBODY, people.clinician.email):
        answer = Client().post(path, {"email": email}, REMOTE_ADDR="10.7.7.7")
        seen.add((answer.status_code, answer.get("Location"), len(answer.content)))
    assert len(seen) == 1


class Slow:
    """A mail server that answers when it is told to, and notes who waits for it."""

    def __init__(self) -> None:
        self.answers, self.waiting, self.to = Event(), set[int](), list[str]()

    def hand_over(self, name: str, message) -> None:
        self.waiting.add(get_ident())
        self.to.append(message["To"])
        assert self.answers.wait(20)


@pytest.mark.parametrize("in_the_page", [False, True])
def test_no_page_waits_for_the_mail_server_that_only_known_addresses_need(people, settings, monkeypatch, in_the_page):
    """A wait would tell who has an account. Handed over in the page itself, as it once was, it does: then this test sees it."""
    slow = Slow()
    settings.EMAIL_BACKEND = "serein.interfaces.courier.mail.Backend"
    monkeypatch.setattr(mail, "courier", lambda: slow)
    if in_the_page:
        slow.answers.set()
        monkeypatch.setattr(mail, "_hand", Here())
    answers = [Client().post(RESET, {"email": email}, REMOTE_ADDR="10.7.7.7") for email in (people.patient.email, NOBODY)]
    assert [a.status_code for a in answers] == [302, 302]
    slow.answers.set()
    mail._hand.submit(int).result(20)  # one hand: what came before is done
    assert slow.to == [people.patient.email], "and nobody else gets a letter"
    assert (get_ident() in slow.waiting) is in_the_page


class Here:
    """An executor that does at once what it is given, where it is given."""

    def submit(self, do, *given) -> Future:
        done: Future = Future()
        done.set_result(do(*given))
        return done


def test_an_answer_about_a_new_password_lasts_as_long_for_everybody(people, monkeypatch):
    slept: list[float] = []
    monkeypatch.setattr(shell_clock.time, "sleep", slept.append)
    monkeypatch.setattr(shell_clock.time, "monotonic", iter(range(100)).__next__)
    monkeypatch.setattr(account_forms, "RESET_SECONDS", 10)
    for email in (people.patient.email, NOBODY):
        Client().post(RESET, {"email": email}, REMOTE_ADDR="10.7.7.7")
    assert slept == [9, 9], "one tick of that clock was used up by the work, the rest is waited"


@pytest.mark.parametrize("token", ["x", "0" * 64, "a-b", "\u202e", "%00", "x" * 3000])
def test_a_wrong_invitation_says_the_same_whatever_it_is(people, token):
    assert Client().get(f"/invitation/{token}/").status_code in (400, 404)


def test_a_code_is_guessed_a_few_times_and_not_more(people):
    set_up_codes(people.clinician)
    client = Client()
    log_in(client, people.clinician.email)
    answers = [client.post("/accounts/2fa/authenticate/", {"code": f"{n:06}"}) for n in range(12)]
    assert "Too many" in answers[-1].content.decode() or answers[-1].status_code in (302, 429)
    right = client.post("/accounts/2fa/authenticate/", {"code": code_at(people.clinician, clock())})
    assert right.status_code != 302 or right["Location"] != "/"


@pytest.mark.parametrize(("steps", "opens"), [(0, True), (-1, False), (1, False), (-20, False), (20, False)])
def test_a_code_of_another_minute_opens_nothing(people, steps, opens):
    """Allauth allows no drift at the door; signing allows one step back (`people.factors`)."""
    set_up_codes(people.clinician)
    client = Client()
    log_in(client, people.clinician.email)
    code = code_at(people.clinician, clock() + timedelta(seconds=30 * steps))
    answer = client.post("/accounts/2fa/authenticate/", {"code": code})
    assert (answer.status_code == 302) is opens


def test_a_recovery_code_opens_once(people):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    set_up_codes(people.clinician)
    codes = RecoveryCodes.activate(Account.objects.get(pk=people.clinician.account_id)).get_unused_codes()
    opened = []
    for _ in range(2):
        client = Client()
        log_in(client, people.clinician.email)
        opened.append(client.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 302)
    assert opened == [True, False]


def test_a_new_password_by_mail_does_not_replace_the_second_factor(people):
    from allauth.account.forms import default_token_generator
    from allauth.account.utils import user_pk_to_url_str

    set_up_codes(people.clinician)
    account = Account.objects.get(pk=people.clinician.account_id)
    client, new = Client(), "four words never together"
    link = f"/accounts/password/reset/key/{user_pk_to_url_str(account)}-{default_token_generator.make_token(account)}/"
    place = client.get(link)["Location"]
    assert client.post(place, {"password1": new, "password2": new}).status_code == 302
    assert not is_in(client)
    assert log_in(client, people.clinician.email, new)["Location"] == "/accounts/2fa/authenticate/" and not is_in(client)
    assert client.get(link).status_code != 302 or "set-password" not in client.get(link)["Location"]
    assert Authenticator.objects.filter(user_id=account.pk).exists()
