"""Taking letters out of the outbox: claimed by a conditional UPDATE, sent at least once, marked when sent. Only the courier's key opens it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F, Q

from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.keys import OpenJob

from .models import Letter

# A courier that died holds its letter this long; then the next one may send it, and the recipient may get it twice: it bears the same id.
HELD = timedelta(minutes=5)
MOST_ATTEMPTS = 12
LONGEST_WAIT = timedelta(hours=6)


@dataclass(frozen=True)
class LetterToSend:
    id: UUID
    kind: str
    to: str
    body: dict[str, Any]
    patient_id: UUID | None
    written_at: datetime
    attempt: int


def clinics_with_letters(at: datetime) -> list[UUID]:
    """Which clinics have something to send: ids only, by a function of the database that sees past the wall and tells nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM outbox_clinics_with_letters(%s)", [at])
        return [clinic for (clinic,) in cursor.fetchall()]


def claim_letters(job: OpenJob, *, limit: int = 20) -> list[LetterToSend]:
    """Take letters that wait; of two couriers one gets each. Commit before sending, so that a claim outlives a crash."""
    waiting = Q(sent_at=None, withheld="", attempts__lt=MOST_ATTEMPTS) & (Q(not_before=None) | Q(not_before__lte=job.at))
    taken = []
    for letter in Letter.objects.filter(waiting, clinic=job.clinic_id).order_by("id")[:limit]:
        mine = Letter.objects.filter(waiting, pk=letter.id).update(not_before=job.at + HELD, attempts=F("attempts") + 1)
        if mine == 1:
            taken.append(
                LetterToSend(
                    letter.id, letter.kind, letter.to, letter.body, letter.patient_id, letter.written_at, letter.attempts + 1
                )
            )
    return taken


def letter_sent(job: OpenJob, letter_id: UUID) -> None:
    """Mark it. A link that lets somebody in is not kept once it has gone out."""
    letter = Letter.objects.get(pk=letter_id)
    body = {key: value for key, value in letter.body.items() if key != "token"}
    if Letter.objects.filter(pk=letter_id, sent_at=None).update(sent_at=job.at, body=body, last_error="") == 1:
        entry = Entry(job.clinic_id, job.at, None, "deliver_letter").about(letter.patient_id, "letter", letter_id)
        record(entry, facts={"kind": letter.kind, "attempts": letter.attempts})


def letter_failed(job: OpenJob, letter_id: UUID, error: str) -> None:
    """Try again later, twice as late each time; after the last attempt it stays and the trail says so. `error` is a code, not a server's words:
    those may repeat the recipient."""
    letter = Letter.objects.get(pk=letter_id)
    wait = min(timedelta(minutes=2 ** min(letter.attempts, 10)), LONGEST_WAIT)
    Letter.objects.filter(pk=letter_id, sent_at=None).update(last_error=error[:300], not_before=job.at + wait)
    if letter.attempts >= MOST_ATTEMPTS:
        entry = Entry(job.clinic_id, job.at, None, "deliver_letter", outcome="refused", why="given-up")
        record(entry.about(letter.patient_id, "letter", letter_id), facts={"kind": letter.kind, "attempts": letter.attempts})


def letter_withheld(job: OpenJob, letter_id: UUID, why: str) -> None:
    """Not sent, by the recipient's own wish."""
    if Letter.objects.filter(pk=letter_id, sent_at=None, withheld="").update(withheld=why) == 1:
        patient_id = Letter.objects.values_list("patient_id", flat=True).get(pk=letter_id)
        entry = Entry(job.clinic_id, job.at, None, "deliver_letter", outcome="refused", why=why)
        record(entry.about(patient_id, "letter", letter_id))
