"""Is this practitioner's licence in force on that day? Asked at the moment of each signature and each dispensing, never remembered."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from .models import Clinic, Licence
from .persons import Person, clinic_day

PRESCRIBER, PHARMACIST = "prescriber", "pharmacist"


@dataclass(frozen=True)
class LicenceInForce:
    id: UUID
    kind: str
    number: str
    jurisdiction: str
    expires_on: date


@dataclass(frozen=True)
class NoLicence:
    """Why nobody may sign: a stable code and a sentence for the screen."""

    code: str
    why: str


def licence_in_force(
    practitioner_id: UUID | None, *, kind: str, jurisdiction: str, on: date, schedule: str = ""
) -> LicenceInForce | NoLicence:
    """The licence of `kind` that covers `jurisdiction` on that day (its last day included), and with `schedule` the medicines of that
    schedule ("IV"); or the nearest reason why there is none."""
    if practitioner_id is None:
        return NoLicence("not-a-practitioner", "You are not recorded as a practitioner of this clinic.")
    licences = list(Licence.objects.filter(practitioner=practitioner_id, kind=kind).order_by("-expires_on"))
    if not licences:
        return NoLicence("no-licence", f"No {kind} licence is recorded for you.")
    here = [one for one in licences if one.jurisdiction == jurisdiction]
    if not here:
        return NoLicence("licence-elsewhere", f"Your licence does not cover {jurisdiction}.")
    standing = [one for one in here if one.ended_at is None]
    if not standing:
        return NoLicence("licence-ended", f"Your licence was ended: {here[0].ended_why or 'no reason recorded'}.")
    running = [one for one in standing if one.suspended_at is None]
    if not running:
        return NoLicence("licence-suspended", f"Your licence is suspended: {standing[0].suspended_why}.")
    verified = [one for one in running if one.verified_on is not None and one.verified_on <= on]
    if not verified:
        return NoLicence("licence-not-verified", "Your licence is recorded but nobody has verified it yet.")
    covering = [one for one in verified if not schedule or schedule in one.schedules.split()]
    if not covering:
        return NoLicence(
            "schedule-not-covered", f"Your licence is not recorded as covering schedule {schedule}; compliance records it."
        )
    best = covering[0]
    if best.expires_on < on:
        return NoLicence("licence-lapsed", f"Your licence lapsed on {best.expires_on:%d-%b-%Y}.")
    return LicenceInForce(best.id, best.kind, best.number, best.jurisdiction, best.expires_on)


def may_practise(who: Person, *, kind: str, at: datetime, schedule: str = "") -> LicenceInForce | NoLicence:
    """The licence that lets this person sign (prescriber) or dispense (pharmacist) at this instant, in the jurisdiction of the clinic.
    Its last day counts to the last minute at the clinic, whatever the day is in UTC."""
    jurisdiction = Clinic.objects.values_list("jurisdiction", flat=True).get(pk=who.clinic_id)
    return licence_in_force(
        who.practitioner_id, kind=kind, jurisdiction=jurisdiction, on=clinic_day(who.clinic_id, at), schedule=schedule
    )
