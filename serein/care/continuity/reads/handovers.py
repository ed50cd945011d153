"""Handovers as values: where they stand, who answers for the patient meanwhile, and what came from elsewhere."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from serein.care.access.reads import patient_card
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, OpenList
from serein.foundation.people.models import Account, RoleGrant
from serein.foundation.people.persons import lead_of, name_of
from serein.foundation.rows import answer

from ..facts import HandoverFacts, read, standing
from ..models import Handover, HandoverState, Received
from .gathering import handover_facts

OPEN = (HandoverState.PREPARED, HandoverState.SENT)
HOW = {
    "signed-in": "signed in here",
    "telephone": "by telephone",
    "in-person": "in person",
    "letter": "by letter or secure e-mail",
}


@dataclass(frozen=True)
class HandoverCard:
    """One handover. `document` is the file exactly as handed over, `facts` what it was made from; `elsewhere`: to another clinic."""

    id: UUID
    state: str
    to_name: str
    to_clinic: str
    to_address: str
    to_account_id: UUID | None
    why: str
    by: str
    by_id: UUID
    at: datetime
    sent_at: datetime | None
    accepted_by: str
    accepted_how: str
    accepted_at: datetime | None
    closed_at: datetime | None
    closed_why: str
    document: bytes
    sha256: str
    facts: HandoverFacts

    @property
    def state_words(self) -> str:
        return HandoverState(self.state).label

    @property
    def elsewhere(self) -> bool:
        return self.to_account_id is None

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def how_words(self) -> str:
        return HOW.get(self.accepted_how, self.accepted_how)

    @property
    def consent_id(self) -> UUID | None:
        """The patient's consent by which substance-use records are in it; None: none are."""
        return UUID(self.facts.passed_on.consent_id) if self.facts.passed_on else None

    @property
    def whom(self) -> str:
        return f"{self.to_name}, {self.to_clinic}" if self.elsewhere else self.to_name


@dataclass(frozen=True)
class Responsible:
    """Who answers for the patient, and since when. `elsewhere`: a clinic that took over, as the sender recorded it."""

    name: str
    account_id: UUID | None
    since: datetime | None
    elsewhere: bool


@dataclass(frozen=True)
class ReceivedCard:
    """What another clinic sent, standing on the day of the look. Nobody here has confirmed any of it."""

    id: UUID
    from_clinic: str
    facts: HandoverFacts
    told: HandoverFacts
    sha256: str
    received_by: str
    received_at: datetime
    looked_at: datetime | None
    looked_by: str


@dataclass(frozen=True)
class OfferLine:
    """Somebody's patient is offered to me. No name: opening it is a look, and leaves its row."""

    patient_id: UUID
    by: str
    since: datetime


@dataclass(frozen=True)
class Colleague:
    account_id: UUID
    name: str


def _card(h: Handover) -> HandoverCard:
    return HandoverCard(
        h.id, h.state, h.to_name, h.to_clinic, h.to_address, h.to_account_id, h.why, name_of(h.by_id), h.by_id, h.at, h.sent_at, h.accepted_by,
        h.accepted_how, h.accepted_at, h.closed_at, h.closed_why, bytes(h.bundle), h.bundle_sha256, read(bytes(h.facts)),
    )  # fmt: skip


@shown
def handovers(chart: OpenChart) -> tuple[HandoverCard, ...]:
    """Every one, newest first. Rows from before documents were kept with their facts cannot be shown and are left out."""
    rows = Handover.objects.filter(patient=chart.patient_id).exclude(facts=b"").order_by("-at", "-id")
    return tuple(_card(row) for row in rows)


@shown
def handover(chart: OpenChart, handover_id: UUID) -> HandoverCard | None:
    return next((h for h in handovers(chart) if h.id == handover_id), None)


@shown
def open_handover(chart: OpenChart) -> HandoverCard | None:
    """The one that is prepared or waits for the receiver's word: there is never a second."""
    return next((h for h in handovers(chart) if h.open), None)


@shown
def changed_since(chart: OpenChart, card: HandoverCard) -> tuple[str, ...]:
    """What the record says otherwise now than what was handed over, by heading; empty: it is not old."""
    return card.facts.differs(handover_facts(chart, consent_id=card.consent_id))


@shown
def responsible(chart: OpenChart) -> Responsible | None:
    """The clinician who answers for the patient: the lead of the care team, or the clinic that took over. None: nobody is named."""
    row = lead_of(chart.patient_id, at=chart.at)
    taken = Handover.objects.filter(patient=chart.patient_id, state=HandoverState.ACCEPTED, to_account=None)
    gone = taken.order_by("-accepted_at").first()
    if gone is not None and gone.accepted_at is not None and (row is None or gone.accepted_at >= row.since):
        return Responsible(f"{gone.accepted_by}, {gone.to_clinic}", None, gone.accepted_at, True)
    return Responsible(name_of(row.account_id), row.account_id, row.since, False) if row else None


@shown
def colleagues(chart: OpenChart) -> tuple[Colleague, ...]:
    """Clinicians of this clinic who could take the patient over: everybody but whoever asks."""
    ids = RoleGrant.objects.filter(clinic=chart.clinic_id, role="clinician", revoked_at=None).values_list("account_id", flat=True)
    mine = {chart.by.account_id} if chart.by else set()
    rows = Account.objects.filter(pk__in=set(ids) - mine, is_active=True).order_by("name", "id")
    return tuple(Colleague(a.id, a.name) for a in rows)


OFFERED = """
SELECT patient_id, by_id, since FROM people_offer
WHERE clinic_id = %s AND account_id = %s AND since <= %s AND (until IS NULL OR until > %s) ORDER BY since
"""


@shown
def offers_to_me(listing: OpenList) -> tuple[OfferLine, ...]:
    """Patients whom a colleague wants to hand over to the holder of this list, oldest first."""
    found = answer(OFFERED, [listing.clinic_id, listing.by.account_id, listing.at, listing.at])
    return tuple(OfferLine(patient, name_of(by), since) for patient, by, since in found)


@shown
def received(chart: OpenChart) -> ReceivedCard | None:
    """The newest document from elsewhere."""
    row = Received.objects.filter(patient=chart.patient_id, replaced_at=None).exclude(facts=b"").first()
    if row is None:
        return None
    told, on = read(bytes(row.facts)), _home_day(chart)
    return ReceivedCard(
        row.id, row.from_clinic, standing(told, on), told, row.document_sha256, name_of(row.accepted_by_id), row.accepted_at, row.looked_at,
        name_of(row.looked_by_id) if row.looked_by_id else "",
    )  # fmt: skip


def _home_day(chart: OpenChart) -> date:
    return chart.at.astimezone(ZoneInfo(patient_card(chart).time_zone)).date()
