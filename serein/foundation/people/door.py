"""Who came in, who left, who was turned away: rows about people who hold no key yet. The web calls these; the answers it gives say nothing."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction

from serein.foundation.audit.trail import Entry

from .keys import note_at_the_door
from .models import Account, Clinic
from .persons import Person


def _note(account_id: UUID, at: datetime, deed: str, why: str = "", facts: dict[str, str] | None = None) -> None:
    clinic_id = Account.objects.values_list("clinic_id", flat=True).get(pk=account_id)
    note_at_the_door(Entry(clinic_id, at, account_id, deed, why=why).about(None, "account", account_id), facts=facts)


def close_sessions(account_id: UUID, *, but: str | None = None) -> int:
    """End every open session of an account, but for the one with that key; how many. What such a session sends after this commit meets nobody.

    A session's owner stands inside its signed contents, so all are looked through: they live half an hour, so there are never many.
    """
    mine = [s.session_key for s in Session.objects.iterator() if s.get_decoded().get("_auth_user_id") == str(account_id)]
    mine = [key for key in mine if key != but]
    return Session.objects.filter(pk__in=mine).delete()[0]


@dataclass(frozen=True)
class OpenSession:
    """One open session of an account. `id` names it and opens nothing; `marks` is what its sign-in and its pages left in it."""

    id: str
    here: bool
    marks: Mapping[str, object]


def sessions_of(account_id: UUID, *, here: str | None) -> tuple[OpenSession, ...]:
    """Every session that is kept for an account; `here` is the key of the one that asks."""
    kept = ((s.session_key, s.get_decoded()) for s in Session.objects.iterator())
    return tuple(
        OpenSession(_named(key), key == here, marks) for key, marks in kept if marks.get("_auth_user_id") == str(account_id)
    )


def end_session(account_id: UUID, which: str, *, at: datetime) -> bool:
    """Whoever it belongs to ends one of their own, on the trail; whether it was there."""
    for session in Session.objects.iterator():
        if _named(session.session_key) == which and session.get_decoded().get("_auth_user_id") == str(account_id):
            with transaction.atomic():
                session.delete()
                _note(account_id, at, "sign_out", "ended-from-elsewhere")
            return True
    return False


def _named(key: str) -> str:
    return hashlib.sha256(f"serein.session\0{key}".encode()).hexdigest()[:20]


def hold_account(account_id: UUID) -> None:
    """Make whoever signs with this account and whoever ends what it may wait for each other, until the transaction ends.

    Both take this one row first, and only then what they change: two transactions that took several rows in different orders would stop each
    other, and PostgreSQL would undo one of them, which may be the revocation.
    """
    list(Account.objects.select_for_update(no_key=True).filter(pk=account_id).values_list("pk"))


def signed_in(account_id: UUID, *, at: datetime, shown: str = "") -> None:
    """Call when every step of signing in is done. `shown`: which factors, as codes, so that a used recovery code can be seen."""
    with transaction.atomic():
        _note(account_id, at, "sign_in", facts={"shown": shown} if shown else None)


def signed_out(account_id: UUID, *, at: datetime, why: str = "") -> None:
    """Left by themselves, or (with a reason) by the limits of a session."""
    with transaction.atomic():
        _note(account_id, at, "sign_out", why)


def page_refused(who: Person, *, at: datetime, why: str, facts: Mapping[str, str]) -> None:
    """A page that this person may not open, or asked for too often."""
    with transaction.atomic():
        entry = Entry(who.clinic_id, at, who.account_id, "open_page", outcome="refused", why=why, subject_type="page")
        note_at_the_door(entry, facts=dict(facts))


def sign_in_refused(email: str, *, at: datetime) -> None:
    """A wrong password, or an address that nobody here has. The row says which; the page must not.

    An unknown address belongs to no clinic. The oldest one gets the row all the same: somebody should see that addresses are tried, and a row
    for known addresses alone would take a little longer, which can be measured.
    """
    # A string that PostgreSQL cannot hold is nobody's address.
    readable = "\x00" not in email and not any("\ud800" <= ch <= "\udfff" for ch in email)
    account = Account.objects.filter(email__iexact=email.strip()).first() if readable else None
    with transaction.atomic():
        if account is not None:
            why = "wrong-password" if account.is_active else "access-ended"
            entry = Entry(account.clinic_id, at, None, "sign_in", outcome="refused", why=why)
            note_at_the_door(entry.about(None, "account", account.id))
            return
        oldest = Clinic.objects.order_by("id").values_list("id", flat=True).first()
        if oldest is not None:
            note_at_the_door(Entry(oldest, at, None, "sign_in", outcome="refused", why="unknown-address"))
