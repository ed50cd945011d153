"""The authenticator app in a person's pocket, for tests: codes by the test's own clock."""

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt

from serein.foundation.people.models import Account
from serein.foundation.people.persons import Person


def set_up_codes(who: Person) -> None:
    if not Authenticator.objects.filter(user_id=who.account_id, type="totp").exists():
        TOTP.activate(Account.objects.get(pk=who.account_id), generate_totp_secret())


def code_at(who: Person, at: datetime) -> str:
    secret = decrypt(Authenticator.objects.get(user_id=who.account_id, type="totp").data["secret"])
    return str(format_hotp_value(hotp_value(secret, int(at.timestamp()) // 30)))
