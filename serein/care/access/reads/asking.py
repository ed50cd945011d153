"""For whom the right to sign could be asked."""

from dataclasses import dataclass
from uuid import UUID

from serein.care.access.granted import not_eligible
from serein.care.access.models import SigningGrant
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenList
from serein.foundation.people.models import RoleGrant
from serein.foundation.people.persons import person


@dataclass(frozen=True)
class Candidate:
    """A clinician of the clinic for whom nothing is asked yet. `lacking`: why it cannot be asked now; empty when it can."""

    account_id: UUID
    name: str
    lacking: str


@shown
def could_be_given_the_right(listing: OpenList) -> list[Candidate]:
    """Everybody but whoever holds the key, by name. The action asks all of this again."""
    here = RoleGrant.objects.filter(clinic=listing.clinic_id, role="clinician", revoked_at=None, account__is_active=True)
    asked = SigningGrant.objects.filter(clinic=listing.clinic_id, ended_at=None).values("account_id")
    rows = here.exclude(account__in=asked).exclude(account=listing.by.account_id).order_by("account__name", "account_id")
    found = []
    for account_id, name in rows.values_list("account_id", "account__name"):
        lacking = not_eligible(person(account_id, at=listing.at), listing.at)
        found.append(Candidate(account_id, name, lacking.why if lacking else ""))
    return found
