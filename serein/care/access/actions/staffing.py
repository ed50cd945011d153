"""When somebody leaves: every way in closes in one step."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.door import hold_account
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenList, Refused, refuse_on_record
from serein.foundation.people.models import Account, CareTeam, Licence, Role, RoleGrant

from .inviting import NOT_HERE, WRONG_KEY
from .revoking import stop_signing


@dataclass(frozen=True)
class AccessEnded:
    account_id: UUID


@deed
def end_access(listing: OpenList, account_id: UUID, why: str) -> AccessEnded | Refused:
    """End the account, its roles, its places in care teams and its licences here. The next request of an open session is refused: every
    page asks who somebody is anew. Nobody ends their own access, so one officer always remains."""
    with transaction.atomic():
        hold_account(account_id)
        refused = WRONG_KEY if listing.purpose != "people and licences" else None
        if account_id == listing.by.account_id:
            refused = refused or Refused("own-access", "Nobody ends their own access. Ask another compliance officer.")
        if not why.strip():
            refused = refused or Refused("why-missing", "Say why this person's access ends.")
        staff = RoleGrant.objects.filter(account=account_id, clinic=listing.clinic_id, revoked_at=None).exclude(role=Role.PATIENT)
        if refused is None and not staff.exists():
            refused = NOT_HERE
        if refused is not None:
            return refuse_on_record(listing, "end_access", refused, subject=("account", account_id))
        stop_signing(
            listing, account_id, "access-ended"
        )  # before the care teams end: they say whose patients a colleague must see
        _close_every_way(account_id, listing, why.strip())
        record(Entry(listing.clinic_id, listing.at, listing.by.account_id, "end_access").about(None, "account", account_id))
        return AccessEnded(account_id)


def _close_every_way(account_id: UUID, listing: OpenList, why: str) -> None:
    at = listing.at
    RoleGrant.objects.filter(account=account_id, clinic=listing.clinic_id, revoked_at=None).update(revoked_at=at)
    CareTeam.objects.filter(account=account_id, clinic=listing.clinic_id, until=None).update(until=at)
    Licence.objects.filter(practitioner__account=account_id, ended_at=None).update(ended_at=at, ended_why=why)
    Account.objects.filter(pk=account_id).update(is_active=False)
