"""Records opened for an emergency: what a page says while one is open, and what compliance reviews."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serein.care.access.emergencies import REASONS, REVIEWED_WITHIN
from serein.care.access.models import EmergencyWords
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, OpenList
from serein.foundation.people.models import Account, BrokenGlass
from serein.foundation.people.persons import record_number


@dataclass(frozen=True)
class OpenNow:
    """The emergency under which this page is open."""

    id: UUID
    until: datetime
    minutes_left: int


@dataclass(frozen=True)
class Told:
    """An emergency as the care team reads it: who opened the record, why, and what the review said (empty: not reviewed yet)."""

    id: UUID
    who: str
    since: datetime
    until: datetime
    reason: str
    words: str
    verdict: str


@dataclass(frozen=True)
class EmergencyLine:
    """An emergency as compliance reviews it: the record's number, never the patient. `own`: opened by whoever holds the key."""

    id: UUID
    account_id: UUID
    who: str
    record: str
    since: datetime
    until: datetime
    due_at: datetime
    reason: str
    words: str
    verdict: str
    reviewed_by: str
    reviewed_at: datetime | None
    own: bool
    overdue: bool
    running: bool


def _end(glass: BrokenGlass) -> datetime:
    return glass.ended_at or glass.until


@shown
def emergency_open(chart: OpenChart) -> OpenNow | None:
    """Until when this key's emergency lasts; None where the key was not made for one."""
    if chart.purpose != "emergency" or chart.by is None:
        return None
    mine = BrokenGlass.objects.filter(patient_id=chart.patient_id, account=chart.by.account_id, ended_at=None)
    glass = mine.filter(since__lte=chart.at, until__gt=chart.at).order_by("-until").first()
    if glass is None:
        return None
    return OpenNow(glass.id, glass.until, -(-(glass.until - chart.at).seconds // 60))


@shown
def told_of_emergency(chart: OpenChart) -> tuple[Told, ...]:
    """Each time somebody opened this record for an emergency, newest first."""
    rows = EmergencyWords.objects.filter(patient=chart.patient_id).select_related("glass__account").order_by("-id")
    return tuple(_told(w.glass, w.words) for w in rows)


def _told(g: BrokenGlass, words: str) -> Told:
    return Told(g.id, g.account.name, g.since, _end(g), REASONS.get(g.reason, g.reason), words, g.verdict)


@shown
def emergencies(listing: OpenList) -> list[EmergencyLine]:
    """Every record that was opened for an emergency here: what waits for a review first, the longest waiting on top; then the newest."""
    rows = list(BrokenGlass.objects.filter(clinic=listing.clinic_id).select_related("account", "reviewed_by").order_by("-since"))
    words = dict(EmergencyWords.objects.filter(clinic=listing.clinic_id).values_list("glass_id", "words"))
    lines = [_line(g, words.get(g.id, ""), listing) for g in rows]
    return sorted(lines, key=lambda e: (bool(e.verdict), e.since if not e.verdict else listing.at))


def _line(g: BrokenGlass, words: str, listing: OpenList) -> EmergencyLine:
    due = g.since + REVIEWED_WITHIN
    reviewer: Account | None = g.reviewed_by
    return EmergencyLine(
        g.id, g.account_id, g.account.name, record_number(g.patient_id), g.since, _end(g), due, REASONS.get(g.reason, g.reason), words,
        g.verdict, reviewer.name if reviewer else "", g.reviewed_at, g.account_id == listing.by.account_id,
        not g.verdict and due <= listing.at, g.ended_at is None and g.until > listing.at,
    )  # fmt: skip
