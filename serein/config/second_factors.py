"""The second factor of an account that a program sets up: the demonstration's people, and those of the tests. Everybody else does it by hand."""

from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt


def give_authenticator_app(account_id: UUID, secret: str, *, at: datetime) -> None:
    """`secret` is base32, as an authenticator app keeps it. An older app of the account no longer counts."""
    Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.TOTP).delete()
    Authenticator.objects.create(
        user_id=account_id, type=Authenticator.Type.TOTP, data={"secret": encrypt(secret)}, created_at=at
    )
