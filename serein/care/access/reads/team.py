"""Who is in one patient's care team, and who could be."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.models import CareTeam, RoleGrant

ROLES = {"clinician": "clinician", "trainee": "trainee: prepares, a clinician signs"}


@dataclass(frozen=True)
class Member:
    account_id: UUID
    name: str
    role: str
    since: datetime | None
    lead: bool


def _roles(chart: OpenChart) -> dict[UUID, tuple[str, str]]:
    """Name and role of everybody here who may be in a care team."""
    grants = RoleGrant.objects.filter(clinic=chart.clinic_id, role__in=list(ROLES), revoked_at=None, account__is_active=True)
    rows = grants.order_by("account__name", "account_id", "-role").values_list("account_id", "account__name", "role")
    return {account_id: (name, ROLES[role]) for account_id, name, role in rows}


@shown
def care_team(chart: OpenChart) -> tuple[Member, ...]:
    """Who is in it now, the lead first."""
    rows = CareTeam.objects.filter(patient_id=chart.patient_id, since__lte=chart.at).exclude(until__lte=chart.at)
    roles = _roles(chart)
    return tuple(
        Member(m.account_id, m.account.name, roles.get(m.account_id, ("", "no longer here"))[1], m.since, m.lead)
        for m in rows.select_related("account").order_by("-lead", "since", "id")
    )


@shown
def could_join(chart: OpenChart) -> tuple[Member, ...]:
    """Clinicians and trainees of the clinic who are not in it."""
    within = {m.account_id for m in care_team(chart)}
    return tuple(Member(a, name, role, None, False) for a, (name, role) in _roles(chart).items() if a not in within)
