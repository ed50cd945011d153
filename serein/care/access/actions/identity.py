"""Recording who the patient is, by somebody who saw it; and how they may be reached, by the patient alone."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from serein.care.access.models import IdentityProof, SafeContact
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating
from serein.foundation.people.models import Account
from serein.foundation.people.persons import clinic_day
from serein.foundation.tasks.actions import close_tasks

from .proving import IDENTITY_TASK
from .sharing import Unclear

HOW = {"in person": "Seen here, in person", "video": "Seen on video, with the document held up"}
DOCUMENTS = {
    "passport": "Passport", "identity card": "Identity card", "driving licence": "Driving licence",
    "other": "Another document with a photograph",
}  # fmt: skip
LONGEST_NOTE, LONGEST_PHONE, LONGEST_HOURS = 300, 40, 120
OLDEST = timedelta(days=365)
NOT_YOURS_TO_SAY = Refused(
    "not-your-deed", "Somebody of the care team who saw the patient records this, never the patient themselves."
)
ONLY_PATIENT = Refused("not-your-record", "Only the patient says how they may be reached.")


@dataclass(frozen=True)
class NewIdentityProof:
    """`how` and `document` are keys of HOW and DOCUMENTS; `seen_on` a day of the clinic."""

    how: str
    document: str
    seen_on: date
    note: str = ""


@dataclass(frozen=True)
class IdentityRecorded:
    id: UUID


@dataclass(frozen=True)
class NewContactChoice:
    email: bool
    call: bool
    phone: str = ""
    hours: str = ""
    voicemail: bool = False
    words: str = ""


@dataclass(frozen=True)
class ContactChosen:
    id: UUID


def unclear_in(new: NewIdentityProof, today: date) -> list[tuple[str, str]]:
    """What cannot be kept as typed: (field, what to do)."""
    note = " ".join(new.note.split())
    asked = (
        (new.how in HOW, "how", "Choose how you saw it."),
        (new.document in DOCUMENTS, "document", "Choose what you saw."),
        (today - OLDEST <= new.seen_on <= today, "seen_on", "Enter a day of the last year, today at the latest."),
        (len(note) <= LONGEST_NOTE and note.isprintable(), "note", f"Use {LONGEST_NOTE} ordinary characters or fewer."),
    )
    return [(field, words) for fits, field, words in asked if not fits]


@deed
@transaction.atomic
def record_identity(chart: OpenChart, new: NewIdentityProof) -> IdentityRecorded | Unclear | Refused:
    """Keep that a document was seen. Nobody vouches for themselves: not the patient, nor a colleague whose own record this is."""
    by = treating(chart)
    if by is None or Account.objects.filter(pk=by, patient_id=chart.patient_id).exists():
        return refuse_on_record(chart, "record_identity", NOT_YOURS_TO_SAY)
    wrong, note = unclear_in(new, clinic_day(chart.clinic_id, chart.at)), " ".join(new.note.split())
    if wrong:
        return Unclear(tuple(wrong))
    row = IdentityProof(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, how=new.how, document=new.document, note=note, seen_on=new.seen_on, by_id=by,
        at=chart.at,
    )  # fmt: skip
    row.save(force_insert=True)
    entry = Entry(chart.clinic_id, chart.at, by, "record_identity")
    record(entry.about(chart.patient_id, "identity_proof", row.id), facts={"how": new.how, "document": new.document})
    close_tasks(chart, kind=IDENTITY_TASK, why="somebody of the care team saw a document")
    return IdentityRecorded(row.id)


@deed
@transaction.atomic
def choose_contact(chart: OpenChart, new: NewContactChoice) -> ContactChosen | Unclear | Refused:
    """Keep how the patient may be reached from now on. Earlier choices stay on record and count no more."""
    if chart.by is None or chart.by.patient_id != chart.patient_id:
        return refuse_on_record(chart, "choose_contact", ONLY_PATIENT)
    plain = {name: " ".join(getattr(new, name).split()) for name in ("phone", "hours", "words")}
    longest = {"phone": LONGEST_PHONE, "hours": LONGEST_HOURS, "words": LONGEST_NOTE}
    wrong = [
        (n, "Use fewer and ordinary characters.") for n, text in plain.items() if len(text) > longest[n] or not text.isprintable()
    ]
    if new.call and not plain["phone"]:
        wrong.append(("phone", "Enter the number that we may call."))
    if wrong:
        return Unclear(tuple(wrong))
    row = SafeContact(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, email=new.email, call=new.call, voicemail=new.call and new.voicemail,
        given_by_id=chart.by.account_id, given_at=chart.at, **plain,
    )  # fmt: skip
    row.save(force_insert=True)
    record(
        Entry(chart.clinic_id, chart.at, chart.by.account_id, "choose_contact").about(chart.patient_id, "safe_contact", row.id)
    )
    return ContactChosen(row.id)
