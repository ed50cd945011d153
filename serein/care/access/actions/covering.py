"""Hours on the rota: compliance makes them for a clinician, with the rights that count for those hours, and ends them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenList, Refused, refuse_on_record
from serein.foundation.people.models import Account, Role, Rota
from serein.foundation.people.permissions import ON_ROTA
from serein.foundation.people.persons import person

from .inviting import NOT_HERE, WRONG_KEY

MAKE, END = "make_rota", "end_rota"
# A rota that nobody looks at again would be a care team that nobody chose.
LONGEST = timedelta(days=7)
NOT_CLINICIAN = Refused("not-a-clinician", "Only a clinician of this clinic can be on the rota.")
OWN = Refused("own-rota", "Nobody puts themselves on the rota. Ask another compliance officer.")
HOURS = Refused("hours-wrong", f"The hours must end after they begin, later than now, and last at most {LONGEST.days} days.")
RIGHTS = Refused("rights-wrong", "Choose among: prepare, decide, sign. Reading and noting are always there.")
TOGETHER = Refused("hours-together", "This person has hours on the rota at that time. End those first.")
OVER = Refused("rota-over", "These hours are over, or were ended before.")


@dataclass(frozen=True)
class NewRota:
    account_id: UUID
    since: datetime
    until: datetime
    rights: tuple[str, ...]


@dataclass(frozen=True)
class RotaMade:
    rota_id: UUID


@dataclass(frozen=True)
class RotaEnded:
    rota_id: UUID


@deed
def make_rota(listing: OpenList, new: NewRota) -> RotaMade | Refused:
    """Put a clinician on the rota: for these hours they are care team for every patient here, with these rights. A signature still asks for
    the licence and the right to sign itself."""
    with transaction.atomic():
        Account.objects.select_for_update(no_key=True).filter(pk=new.account_id, clinic=listing.clinic_id).first()
        refused = _refused(listing, new)
        if refused is not None:
            return refuse_on_record(listing, MAKE, refused, subject=("account", new.account_id))
        rota = Rota(
            clinic_id=listing.clinic_id, account_id=new.account_id, since=new.since, until=new.until, rights=sorted(new.rights),
            made_by_id=listing.by.account_id, made_at=listing.at,
        )  # fmt: skip
        rota.save(force_insert=True)
        entry = Entry(listing.clinic_id, listing.at, listing.by.account_id, MAKE).about(None, "rota", rota.id)
        record(entry, facts={"account": str(new.account_id), "rights": sorted(new.rights)})
        return RotaMade(rota.id)


def _refused(listing: OpenList, new: NewRota) -> Refused | None:
    if listing.purpose != "people and licences":
        return WRONG_KEY
    who = person(new.account_id, at=listing.at)
    if who is None or who.clinic_id != listing.clinic_id or not who.has(Role.CLINICIAN):
        return NOT_CLINICIAN
    if new.account_id == listing.by.account_id:
        return OWN
    if not (new.since < new.until <= new.since + LONGEST and new.until > listing.at):
        return HOURS
    if not set(new.rights) <= {str(r) for r in ON_ROTA}:
        return RIGHTS
    others = Rota.objects.filter(account=new.account_id, ended_at=None, since__lt=new.until, until__gt=new.since)
    return TOGETHER if others.exists() else None


@deed
def end_rota(listing: OpenList, rota_id: UUID) -> RotaEnded | Refused:
    """End hours that run or are to come; from this instant they open nothing."""
    with transaction.atomic():
        rota = Rota.objects.filter(pk=rota_id, clinic=listing.clinic_id).first()
        refused = WRONG_KEY if listing.purpose != "people and licences" else NOT_HERE if rota is None else None
        standing = Rota.objects.filter(Q(until__gt=listing.at), pk=rota_id, ended_at=None)
        if refused is None and not standing.update(ended_at=listing.at):
            refused = OVER
        if refused is not None:
            return refuse_on_record(listing, END, refused, subject=("rota", rota_id))
        record(Entry(listing.clinic_id, listing.at, listing.by.account_id, END).about(None, "rota", rota_id))
        return RotaEnded(rota_id)
