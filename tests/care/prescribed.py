"""The way to a signature, step by step, for tests that leave it at one of them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from serein.care.evaluation.actions import NewEntry, record_entry
from serein.care.prescribing.actions.checking import Overridden, check_draft, override_warning
from serein.care.prescribing.actions.drafting import Drafted, draft_prescription
from serein.care.prescribing.actions.signing import Signed, sign_prescription
from serein.care.prescribing.reads.examination import Shown, Signable, signable
from serein.clinical.case import Allergy, Concept, Medicine
from serein.foundation.people.factors import Proof, prove
from serein.foundation.people.keys import Refused
from serein.foundation.people.persons import Person
from tests.care.devices import code_at, set_up_codes
from tests.care.plans import agreed
from tests.people import AT, PASSWORD, FourPeople, four_people, open_for


@dataclass(frozen=True)
class Desk:
    """A clinician with an open draft under an agreed plan."""

    people: FourPeople
    plan_id: UUID
    draft_id: UUID

    def chart(self, at: datetime = AT, who: Person | None = None):
        return open_for(who or self.people.clinician, self.people.patient, at)

    def answer_warnings(self, at: datetime = AT) -> None:
        checked = check_draft(self.chart(at), self.draft_id)
        assert not isinstance(checked, Refused), checked
        for finding in checked.examination.unanswered:
            said = override_warning(self.chart(at), self.draft_id, finding.fingerprint, reason="managed")
            assert isinstance(said, Overridden), said

    def page(self, at: datetime = AT) -> Signable:
        """What the sign page shows."""
        ready = signable(self.chart(at), self.draft_id)
        assert isinstance(ready, Signable), ready
        return ready

    def proof(self, shown: Shown, at: datetime = AT, who: Person | None = None) -> Proof:
        who = who or self.people.clinician
        found = prove(who.account_id, PASSWORD, code_at(who, at), at, digest=shown.sha256)
        assert isinstance(found, Proof), found
        return found

    def sign(self, at: datetime = AT, shown: Shown | None = None, proof: Proof | None = None) -> Signed | Refused:
        shown = shown or self.page(at).shown
        return sign_prescription(self.chart(at), self.draft_id, shown, lambda digest: proof or self.proof(shown, at))

    def learn(self, value: Allergy | Medicine, at: datetime = AT) -> None:
        """A new fact gets into the record."""
        assert not isinstance(record_entry(self.chart(at), NewEntry(value, value_words(value))), Refused)


def value_words(value: Allergy | Medicine) -> str:
    return value.concept.words if isinstance(value, Allergy) else value.medicine.words


def allergy(words: str = "diazepam") -> Allergy:
    return Allergy(reference=f"AllergyIntolerance/{words}", concept=Concept(text=words), kind="allergy", criticality="high")


def medicine(words: str) -> Medicine:
    return Medicine(reference=f"MedicationStatement/{words}", medicine=Concept(text=words), source="statement")


def desk(at: datetime = AT, *, people: FourPeople | None = None, **plan: object) -> Desk:
    people = people or four_people(at)
    set_up_codes(people.clinician)
    plan_id = agreed(people.clinician, people.patient, at, **plan)
    drafted = draft_prescription(open_for(people.clinician, people.patient, at), plan_id)
    assert isinstance(drafted, Drafted), drafted
    return Desk(people, plan_id, drafted.draft_id)


def ready_desk(at: datetime = AT, **plan: object) -> Desk:
    found = desk(at, **plan)
    found.answer_warnings(at)
    return found
