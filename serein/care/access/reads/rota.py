"""Who is on the rota, when, and with which rights."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenList
from serein.foundation.people.models import RoleGrant, Rota


@dataclass(frozen=True)
class RotaLine:
    """Hours that run or are to come. `rights` beside reading and noting, in the order of the work."""

    id: UUID
    who: str
    since: datetime
    until: datetime
    rights: tuple[str, ...]
    made_by: str
    running: bool


ORDER = ("prepare", "decide", "sign")


@shown
def rotas(listing: OpenList) -> list[RotaLine]:
    """Hours that are not over, the next first."""
    rows = Rota.objects.filter(clinic=listing.clinic_id, ended_at=None, until__gt=listing.at).select_related("account", "made_by")
    return [
        RotaLine(r.id, r.account.name, r.since, r.until, tuple(x for x in ORDER if x in r.rights), r.made_by.name, r.since <= listing.at)
        for r in rows.order_by("since", "id")
    ]  # fmt: skip


@shown
def could_be_on_rota(listing: OpenList) -> list[tuple[UUID, str]]:
    """Account and name of the clinicians whom whoever holds the key may put on the rota."""
    grants = RoleGrant.objects.filter(clinic=listing.clinic_id, role="clinician", revoked_at=None, account__is_active=True)
    rows = grants.exclude(account=listing.by.account_id).order_by("account__name", "account_id")
    return list(rows.values_list("account_id", "account__name"))
