"""Two factors for one act: the password and a one-time code, asked at the moment of signing and not only at the door (21 CFR 1311.115(a)).

A proof is bound to a digest of what is signed and lasts two minutes, so it cannot be kept for another act. It is sealed, because a value that
anybody may build proves nothing. A one-time code counts once, for ever: used codes are rows with a unique constraint, not a cache that forgets.
Wrong attempts slow down this one act of this one account; sign-in and every other way stay open, so nobody can lock a clinician out by guessing.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.db import IntegrityError, transaction

from .keys import Refused
from .models import Account, FactorTry

LASTS = timedelta(minutes=2)
# RFC 6238 §5.2 recommends at most one step back for the network's delay.
PERIOD_SECONDS, STEPS_BACK = 30, 1
TRIES, WITHIN = 5, timedelta(minutes=15)
LONGEST_PASSWORD = 1024

WRONG = Refused("factors-wrong", "The password or the code is not right, or the code was used before. Wait for a new code.")
TOO_MANY = Refused("factors-too-many", "Too many wrong tries. Signing opens again in 15 minutes; everything else stays open.")
NO_CODE = Refused("no-second-factor", "Set up one-time codes for your account first.")


@dataclass(frozen=True)
class Proof:
    """Who proved both factors, for what, when. Only `prove` can seal one."""

    account_id: UUID
    digest: str
    at: datetime
    seal: str


def _seal(account_id: UUID, digest: str, at: datetime) -> str:
    message = f"serein.proof\0{account_id}\0{digest}\0{at.isoformat()}"
    return hmac.new(settings.SECRET_KEY.encode(), message.encode(), sha256).hexdigest()


def holds(proof: Proof, *, account_id: UUID, digest: str, at: datetime) -> bool:
    """Whether this proof is genuine, of that account, for exactly that content, and not older than two minutes."""
    genuine = hmac.compare_digest(proof.seal, _seal(proof.account_id, proof.digest, proof.at))
    fresh = timedelta() <= at - proof.at <= LASTS
    return genuine and fresh and proof.account_id == account_id and hmac.compare_digest(proof.digest, digest)


@transaction.atomic
def prove(account_id: UUID, password: str, code: str, at: datetime, *, digest: str) -> Proof | Refused:
    """Check both factors for the content with that digest. One answer for either being wrong: which one it was would help a thief."""
    # The lock makes guesses queue, so that many at once are counted like many in turn.
    account = Account.objects.select_for_update(no_key=True).filter(pk=account_id, is_active=True).first()
    authenticator = Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.TOTP).first()
    if account is None or authenticator is None:
        return NO_CODE
    recent = FactorTry.objects.filter(account=account_id, proved=False, at__gt=at - WITHIN, at__lte=at)
    if recent.count() >= TRIES:
        return TOO_MANY
    # Both are always checked, so that the time it takes tells nothing either.
    counter = _counter(decrypt(authenticator.data["secret"]), code, at.timestamp())
    known = _password_is(account, password)
    if counter is None or not known or not _use(account, authenticator, counter, code, at):
        FactorTry(clinic_id=account.clinic_id, account=account, at=at, proved=False).save(force_insert=True)
        return WRONG
    return Proof(account_id, digest, at, _seal(account_id, digest, at))


def _password_is(account: Account, password: str) -> bool:
    try:
        password.encode()
    except UnicodeEncodeError:
        return False
    return len(password) <= LONGEST_PASSWORD and check_password(password, account.password)


def _counter(secret: str, code: str, seconds: float) -> int | None:
    """The time step that this code belongs to, or None."""
    typed = "".join(code[:40].split())
    if not typed.isascii():
        return None
    now = int(seconds) // PERIOD_SECONDS
    steps = range(now - STEPS_BACK, now + 1)
    return next((c for c in steps if hmac.compare_digest(format_hotp_value(hotp_value(secret, c)), typed)), None)


def _use(account: Account, authenticator: Authenticator, counter: int, code: str, at: datetime) -> bool:
    """Spend the code. False when it was spent before, here or at the door (allauth keeps its own note of codes used to sign in)."""
    if not TOTP(authenticator)._mark_code_used("".join(code.split())):
        return False
    try:
        with transaction.atomic():
            FactorTry(clinic_id=account.clinic_id, account=account, at=at, proved=True, counter=counter).save(force_insert=True)
    except IntegrityError:
        return False
    return True
