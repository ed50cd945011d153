"""Bringing in a register's file on the operator's console, and looking a licence up in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from serein.care.access.models import LicenceLook, RegistryEntry, RegistryFile, RegistryRefusal
from serein.care.access.registers import DEACTIVATED, Asked, PrimarySource, Seen, is_deactivated
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import OpenJob, OpenList, Refused, open_job, refuse_on_record
from serein.foundation.people.models import Clinic, Licence, Practitioner
from serein.foundation.tasks.actions import NewTask
from serein.foundation.tasks.desk import close_desk_tasks, open_desk_task

from .inviting import NOT_HERE, WRONG_KEY

LOOK, IMPORT, GONE_TASK = "look_up_licence", "import_registry", "npi-deactivated"
TEXTS = ("npi", "entity_type", "family", "given", "middle", "organization", "credential", "state")
FIELDS = (*TEXTS, "licences", "deactivated_on", "reactivated_on", "on", "file_id")


@dataclass(frozen=True)
class Provider:
    """One provider of a file. `licences` are [taxonomy, number, state, primary]."""

    line: int
    npi: str
    entity_type: str
    family: str
    given: str
    middle: str
    organization: str
    credential: str
    state: str
    licences: tuple[tuple[str, str, str, bool], ...]
    deactivated_on: date | None
    reactivated_on: date | None

    def too_long(self) -> str:
        """The first text that is longer than it can be kept, or ""."""
        for name in TEXTS:
            longest = getattr(RegistryEntry._meta.get_field(name), "max_length", 0)
            if len(getattr(self, name)) > longest:
                return name
        return ""


@dataclass(frozen=True)
class NotKept:
    line: int
    why: str


@dataclass(frozen=True)
class FileBegun:
    """`lines`: how many lines of this very file were kept before; `finished`: whether it was read to its end."""

    file_id: UUID
    lines: int
    finished: bool


@dataclass(frozen=True)
class FileFinished:
    providers: int
    refused: int
    deactivated: int


@dataclass(frozen=True)
class Looked:
    look_id: UUID
    seen: Seen


def begin_file(digest: str, name: str, on: date, at: datetime) -> FileBegun:
    """Take up a file, by its digest: begun anew, or where it was left."""
    row, _ = RegistryFile.objects.get_or_create(digest=digest, defaults={"name": name[:255], "on": on, "begun_at": at})
    return FileBegun(row.id, row.lines, row.finished_at is not None)


def keep_rows(file_id: UUID, rows: Sequence[Provider | NotKept], upto: int) -> bool:
    """Keep a batch, and that the file was read up to that line, in one transaction. False when another run has kept these lines already."""
    with transaction.atomic():
        file = RegistryFile.objects.select_for_update().get(pk=file_id)
        if upto <= file.lines:
            return False
        refused = [r for r in rows if isinstance(r, NotKept)]
        good: dict[str, Provider] = {}
        good |= {row.npi: row for row in rows if isinstance(row, Provider)}
        # An older file never overwrites what a newer one said.
        newer = RegistryEntry.objects.filter(npi__in=list(good), on__gt=file.on).values_list("npi", flat=True)
        for npi in newer:
            del good[npi]
        entries = [_entry(file, p) for p in good.values()]
        RegistryEntry.objects.bulk_create(entries, update_conflicts=True, unique_fields=["npi"], update_fields=UPDATED)
        lines = [RegistryRefusal(file=file, line=r.line, why=r.why[:200]) for r in refused]
        RegistryRefusal.objects.bulk_create(lines, ignore_conflicts=True)
        RegistryFile.objects.filter(pk=file_id).update(lines=upto)
        return True


UPDATED = [name.removesuffix("_id") for name in FIELDS if name != "npi"]


def _entry(file: RegistryFile, p: Provider) -> RegistryEntry:
    texts = {name: getattr(p, name) for name in TEXTS}
    return RegistryEntry(
        **texts, licences=[list(one) for one in p.licences], deactivated_on=p.deactivated_on, reactivated_on=p.reactivated_on, on=file.on,
        file=file,
    )  # fmt: skip


def finish_file(file_id: UUID, at: datetime) -> FileFinished:
    """Mark the file as read to its end, and tell each clinic's compliance which of its people the register has deactivated."""
    with transaction.atomic():
        RegistryFile.objects.filter(pk=file_id, finished_at=None).update(finished_at=at)
        gone = sum(_tell(clinic, file_id, at) for clinic in list(Clinic.objects.order_by("id").values_list("id", flat=True)))
        kept = RegistryEntry.objects.filter(file=file_id).count()
        return FileFinished(kept, RegistryRefusal.objects.filter(file=file_id).count(), gone)


def _tell(clinic_id: UUID, file_id: UUID, at: datetime) -> int:
    job = open_job(clinic_id, purpose="registry", at=at)
    here = Practitioner.objects.filter(clinic=clinic_id, account__is_active=True).exclude(npi="").select_related("account")
    entries = {e.npi: e for e in RegistryEntry.objects.filter(npi__in=[p.npi for p in here])}
    gone = [p for p in here if p.npi in entries and is_deactivated(entries[p.npi])]
    for one in gone:
        _deactivated_task(job, one.account_id, one.account.name, entries[one.npi].deactivated_on)
    entry = Entry(clinic_id, at, None, IMPORT).about(None, "registry_file", file_id)
    record(entry, facts={"found": len(entries), "deactivated": len(gone)})
    return len(gone)


def _deactivated_task(key: OpenJob | OpenList, account_id: UUID, name: str, day: date | None) -> None:
    since = f" since {day:%d-%b-%Y}" if day else ""
    said = f"The national register has the NPI of {name} as deactivated{since}. Find out why; suspend the licence if it is true."
    new = NewTask(GONE_TASK, "today", f"NPI of {name} is deactivated"[:200], said, "NPPES", LOOK, key.at, None, account_id)
    open_desk_task(key, new)


def look_up_licence(listing: OpenList, licence_id: UUID, source: PrimarySource) -> Looked | Refused:
    """Ask a source about a licence and keep what it said as evidence. It verifies nothing by itself."""
    with transaction.atomic():
        held = Licence.objects.filter(pk=licence_id, clinic=listing.clinic_id).select_related("practitioner__account").first()
        refused = WRONG_KEY if listing.purpose != "people and licences" else NOT_HERE if held is None else None
        if held is None or refused is not None:
            return refuse_on_record(listing, LOOK, refused or NOT_HERE, subject=("licence", licence_id))
        holder = held.practitioner
        seen = source.look(Asked(holder.account.name, holder.npi, held.number, held.jurisdiction))
        look = LicenceLook(
            clinic_id=listing.clinic_id, licence=held, source=source.name, verdict=seen.verdict, differs=list(seen.differs),
            where=seen.where[:300], document=seen.document[:200], on=seen.on, by_id=listing.by.account_id, at=listing.at,
        )  # fmt: skip
        look.save(force_insert=True)
        if seen.verdict == DEACTIVATED:
            _deactivated_task(listing, holder.account_id, holder.account.name, None)
        else:
            close_desk_tasks(listing, kind=GONE_TASK, subject_id=holder.account_id, why="it was looked up again")
        entry = Entry(listing.clinic_id, listing.at, listing.by.account_id, LOOK).about(None, "licence", licence_id)
        record(entry, facts={"source": source.name, "verdict": seen.verdict})
        return Looked(look.id, seen)
