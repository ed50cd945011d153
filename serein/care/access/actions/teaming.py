"""The care team: whoever answers for the patient takes a colleague or a trainee in, and lets them go."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record
from serein.foundation.people.models import CareTeam, Patient, Role
from serein.foundation.people.persons import lead_of, person, still_cares
from serein.foundation.tasks.actions import pass_tasks

ADD, REMOVE = "add_to_team", "remove_from_team"
ROLES = frozenset({Role.CLINICIAN, Role.TRAINEE})
NOT_LEAD = Refused("not-the-lead", "Only the clinician who answers for this patient changes the care team.")
NOT_CARING = Refused("not-a-caring-role", "Only a clinician or a trainee of this clinic can be in a care team.")
HERE = Refused("in-the-team", "They are in the care team already.")
NOT_IN_TEAM = Refused("not-in-the-team", "They are not in the care team.")
LEADS = Refused("leads-the-team", "Whoever answers for the patient stays in the team. Hand the patient over first.")


@dataclass(frozen=True)
class TeamChanged:
    """`passed`: how many of their open tasks whoever answers for the patient has now."""

    account_id: UUID
    passed: int = 0


@deed
def add_to_team(chart: OpenChart, account_id: UUID) -> TeamChanged | Refused:
    """From now on they see this record, and do in it what their role allows: a trainee prepares and notes."""
    with transaction.atomic():
        refused = _not_lead(chart) or _cannot_join(chart, account_id)
        if refused is not None:
            return refuse_on_record(chart, ADD, refused, subject=("account", account_id))
        lead = chart.by.account_id if chart.by else None
        CareTeam(clinic_id=chart.clinic_id, patient_id=chart.patient_id, account_id=account_id, since=chart.at).save(
            force_insert=True
        )
        record(Entry(chart.clinic_id, chart.at, lead, ADD).about(chart.patient_id, "account", account_id))
        return TeamChanged(account_id)


@deed
def remove_from_team(chart: OpenChart, account_id: UUID) -> TeamChanged | Refused:
    """From now on the record is closed to them; what was theirs to do is the lead's."""
    with transaction.atomic():
        refused = _not_lead(chart)
        lead = lead_of(chart.patient_id, at=chart.at)
        if refused is None and lead is not None and lead.account_id == account_id:
            refused = LEADS
        mine = CareTeam.objects.filter(clinic=chart.clinic_id, patient_id=chart.patient_id, account=account_id, until=None)
        if refused is None and not mine.update(until=chart.at):
            refused = NOT_IN_TEAM
        if refused is not None or lead is None:
            return refuse_on_record(chart, REMOVE, refused or NOT_LEAD, subject=("account", account_id))
        passed = pass_tasks(chart, from_id=account_id, to_id=lead.account_id)
        record(Entry(chart.clinic_id, chart.at, lead.account_id, REMOVE).about(chart.patient_id, "account", account_id))
        return TeamChanged(account_id, passed)


def _not_lead(chart: OpenChart) -> Refused | None:
    # In turn: two pages that change one team wait for each other.
    Patient.objects.select_for_update(no_key=True).get(pk=chart.patient_id)
    lead = lead_of(chart.patient_id, at=chart.at)
    return None if chart.by is not None and lead is not None and lead.account_id == chart.by.account_id else NOT_LEAD


def _cannot_join(chart: OpenChart, account_id: UUID) -> Refused | None:
    who = person(account_id, at=chart.at)
    if who is None or who.clinic_id != chart.clinic_id or not who.roles & ROLES or who.patient_id == chart.patient_id:
        return NOT_CARING
    return HERE if still_cares(account_id, chart.patient_id, at=chart.at) else None
