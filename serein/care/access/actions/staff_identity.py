"""Recording who somebody is who works here, by a compliance officer who saw it: beside the licence, and never about oneself."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from serein.care.access.humans import same_human, traits_of
from serein.care.access.models import StaffIdentity
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenList, Refused, refuse_on_record
from serein.foundation.people.models import RoleGrant
from serein.foundation.people.persons import clinic_day
from serein.foundation.tasks.desk import close_desk_tasks

from .identity import NewIdentityProof, unclear_in
from .inviting import NOT_HERE, WRONG_KEY
from .proving import STAFF_IDENTITY_TASK, WORKING_HERE
from .sharing import Unclear

RECORD = "record_staff_identity"
OWN = Refused("own-identity", "Nobody vouches for themselves. Ask another compliance officer.")


@dataclass(frozen=True)
class StaffIdentityRecorded:
    id: UUID


@deed
@transaction.atomic
def record_staff_identity(
    listing: OpenList, account_id: UUID, new: NewIdentityProof
) -> StaffIdentityRecorded | Unclear | Refused:
    """Keep that a document was seen. What an identity provider said otherwise about this person is settled by it; it grants nothing."""
    refused = _refused(listing, account_id)
    if refused is not None:
        return refuse_on_record(listing, RECORD, refused, subject=("account", account_id))
    wrong = unclear_in(new, clinic_day(listing.clinic_id, listing.at))
    if wrong:
        return Unclear(tuple(wrong))
    row = StaffIdentity(
        clinic_id=listing.clinic_id, account_id=account_id, how=new.how, document=new.document, note=" ".join(new.note.split()),
        seen_on=new.seen_on, by_id=listing.by.account_id, at=listing.at,
    )  # fmt: skip
    row.save(force_insert=True)
    entry = Entry(listing.clinic_id, listing.at, listing.by.account_id, RECORD).about(None, "account", account_id)
    record(entry, facts={"how": new.how, "document": new.document})
    close_desk_tasks(listing, kind=STAFF_IDENTITY_TASK, subject_id=account_id, why="compliance saw a document")
    return StaffIdentityRecorded(row.id)


def _refused(listing: OpenList, account_id: UUID) -> Refused | None:
    if listing.purpose != "people and licences":
        return WRONG_KEY
    works = RoleGrant.objects.filter(account=account_id, clinic=listing.clinic_id, revoked_at=None, role__in=WORKING_HERE)
    if not works.exists():
        return NOT_HERE
    return OWN if same_human(traits_of(account_id), traits_of(listing.by.account_id)) else None
