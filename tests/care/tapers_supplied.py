"""The tablets of one step in the patient's hands: drafts by the real action, then signature and dispensing row by row."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from serein.care.prescribing import codes, payload
from serein.care.prescribing.actions.drafting import RegimenDrafted
from serein.care.prescribing.models import Dispensing, Draft, Prescription
from serein.care.prescribing.order import OrderText
from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import StepCard
from serein.foundation.people.models import Licence
from serein.foundation.rows import new_id
from tests.care.contents import plain_content
from tests.people import FourPeople, open_for


def supply(people: FourPeople, step: StepCard, at: datetime) -> None:
    if not step.decided:
        decided = tapering.go_on_with_step(open_for(people.clinician, people.patient, at), step.id, why="Feels well")
        assert isinstance(decided, tapering.GoneOn), decided
    drafted = tapering.draft_for_step(open_for(people.clinician, people.patient, at), step.id)
    assert isinstance(drafted, RegimenDrafted), drafted
    for draft_id in drafted.draft_ids:
        _handed_out(people, draft_id, at)


def _handed_out(people: FourPeople, draft_id: object, at: datetime) -> None:
    draft = Draft.objects.get(pk=draft_id)
    order = OrderText.from_json(draft.order)
    who = {"clinic_id": people.clinic.id, "patient_id": people.patient.patient_id}
    built = payload.build(replace(plain_content(), draft_id=draft.id))
    signed = Prescription.objects.create(
        **who, id=new_id(), draft=draft, prescriber_id=people.clinician.account_id, state="dispensed", code=codes.new_code(),
        licence=Licence.objects.get(practitioner=people.clinician.practitioner_id), payload=built.canonical, payload_sha256=built.sha256,
        signature="a.b.c", key_id="k", signed_at=at, valid_from=at.date(), valid_until=order.last_day,
    )  # fmt: skip
    Draft.objects.filter(pk=draft.id).update(state="signed")
    Dispensing.objects.create(
        **who, prescription=signed, by_id=people.pharmacist.account_id, pharmacy="Main Street Pharmacy", on=at.date(), at=at,
        licence=Licence.objects.get(practitioner=people.pharmacist.practitioner_id), quantity=Decimal(order.quantity),
    )  # fmt: skip
