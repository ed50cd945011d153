"""Who works here in which role, for whoever runs the system: no address, no licence, no patient."""

from dataclasses import dataclass

from django.db.models import Count

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenList
from serein.foundation.people.models import Role, RoleGrant

OUTSIDE = (Role.PATIENT, Role.CAREGIVER)


@dataclass(frozen=True)
class Worker:
    name: str
    roles: tuple[str, ...]


@shown
def accounts_by_role(listing: OpenList) -> tuple[tuple[str, int], ...]:
    """How many accounts that may sign in hold each role now, in the order of the roles."""
    held = RoleGrant.objects.filter(clinic=listing.clinic_id, revoked_at=None, account__is_active=True)
    counts = dict(held.values_list("role").annotate(Count("account", distinct=True)))
    return tuple((str(role), counts.get(str(role), 0)) for role in Role)


@shown
def who_works_here(listing: OpenList) -> tuple[Worker, ...]:
    """Staff whose account is open, by name, with the roles in force. Patients and helpers are counted, never named."""
    held = RoleGrant.objects.filter(clinic=listing.clinic_id, revoked_at=None, account__is_active=True).exclude(role__in=OUTSIDE)
    found: dict[tuple[str, str], list[str]] = {}
    for account_id, name, role in held.order_by("account__name", "account_id", "role").values_list(
        "account_id", "account__name", "role"
    ):
        found.setdefault((name, str(account_id)), []).append(role)
    return tuple(Worker(name, tuple(roles)) for (name, _), roles in found.items())
