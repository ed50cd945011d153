"""Open, close and list what compliance must still do. Called by actions, inside their transaction."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import OpenJob, OpenList
from serein.foundation.people.models import Role, RoleGrant

from .actions import NewTask
from .models import DeskTask
from .reads import ORDER


@dataclass(frozen=True)
class DeskTaskLine:
    """One open task of the compliance desk; `subject_id` is the licence or the account that it is about."""

    id: UUID
    kind: str
    tier: str
    title: str
    why: str
    owner: str
    subject_id: UUID
    due_at: datetime


def open_desk_task(key: OpenList | OpenJob, new: NewTask, *, but: UUID | None = None) -> UUID:
    """Open a task, or return the one that is open for the same reason. Without an owner it is the officer's who acts, else the first one's.
    `but`: whose deeds or identity it is about: never theirs, even if that leaves it to any officer."""
    assert new.subject_id is not None, "a task of the compliance desk is about somebody"
    same = DeskTask.objects.filter(clinic=key.clinic_id, kind=new.kind, subject_id=new.subject_id, done_at=None).first()
    if same is not None:
        return same.id
    task = DeskTask(
        clinic_id=key.clinic_id, kind=new.kind, tier=new.tier, title=new.title, why=new.why[:300], source=new.source, due_at=new.due_at,
        finished_by=new.finished_by, owner_id=new.owner_id or _owner(key, but), subject_id=new.subject_id, opened_at=key.at,
    )  # fmt: skip
    task.save(force_insert=True)
    _note(key, "open_task", task.id, {"kind": new.kind, "tier": new.tier})
    return task.id


def _owner(key: OpenList | OpenJob, but: UUID | None) -> UUID | None:
    officers = RoleGrant.objects.filter(clinic=key.clinic_id, role=Role.COMPLIANCE, revoked_at=None, account__is_active=True)
    working = [one for one in officers.order_by("granted_at", "id").values_list("account_id", flat=True) if one != but]
    if key.by is not None and key.by.account_id in working:
        return key.by.account_id
    return working[0] if working else None


def open_tier(key: OpenList | OpenJob, kind: str, subject_id: UUID) -> str | None:
    """How pressing the open task of that kind about that subject is; None when none is open."""
    found = DeskTask.objects.filter(clinic=key.clinic_id, kind=kind, subject_id=subject_id, done_at=None)
    return found.values_list("tier", flat=True).first()


def ever_opened(key: OpenList | OpenJob, kind: str, subject_id: UUID) -> bool:
    """Whether there is or was a task of that kind about that subject."""
    return DeskTask.objects.filter(clinic=key.clinic_id, kind=kind, subject_id=subject_id).exists()


def open_subjects(key: OpenList | OpenJob, kind: str) -> list[UUID]:
    """What the open tasks of one kind are about."""
    rows = DeskTask.objects.filter(clinic=key.clinic_id, kind=kind, done_at=None)
    return list(rows.order_by("subject_id").values_list("subject_id", flat=True).distinct())


def close_desk_tasks(key: OpenList | OpenJob, *, kind: str, subject_id: UUID, why: str) -> int:
    """Close what is open of one kind about one subject. Returns how many."""
    tasks = DeskTask.objects.filter(clinic=key.clinic_id, kind=kind, subject_id=subject_id, done_at=None)
    ids = list(tasks.values_list("id", flat=True))
    by = key.by.account_id if key.by else None
    count = tasks.update(done_at=key.at, done_by=by, done_why=why)
    for one in ids:
        _note(key, "close_task", one, {"kind": kind})
    return count


def desk_tasks(listing: OpenList) -> list[DeskTaskLine]:
    """What compliance must still do, the most pressing first."""
    rows = DeskTask.objects.filter(clinic=listing.clinic_id, done_at=None).select_related("owner")
    lines = [
        DeskTaskLine(t.id, t.kind, t.tier, t.title, t.why, t.owner.name if t.owner else "Any officer", t.subject_id, t.due_at)
        for t in rows
    ]
    return sorted(lines, key=lambda t: (ORDER[t.tier], t.due_at, t.id))


def _note(key: OpenList | OpenJob, deed: str, task_id: UUID, facts: dict[str, str]) -> None:
    by = key.by.account_id if key.by else None
    record(Entry(key.clinic_id, key.at, by, deed).about(None, "desk_task", task_id), facts=facts)
