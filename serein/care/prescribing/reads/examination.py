"""`assess` run on the record as it is now, and everything that a signature needs. Pages and the signing action stand on the same functions,
so what blocks a signature is what the page said would block it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from msgspec.structs import replace

from serein.care.access.granted import grant_in_force
from serein.care.access.reads import patient_card
from serein.care.evaluation.reads import case_of
from serein.care.monitoring.reads.check_ins import sedation_told
from serein.care.monitoring.reads.diary import most_days_with_use
from serein.care.planning.reads import PlanCard
from serein.care.planning.text import product_named
from serein.care.tapering.reads.courses import running_taper
from serein.care.tapering.reads.supervised import supervised_course
from serein.clinical import knowledge
from serein.clinical.assess import assess
from serein.clinical.case import Answer, Case, Dosage, Medicine
from serein.clinical.quantities import decimal
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, Refused, treating
from serein.foundation.people.licences import PRESCRIBER, LicenceInForce, may_practise
from serein.foundation.people.models import Practitioner
from serein.foundation.people.permissions import Right
from serein.foundation.people.persons import Person, clinic_card, clinic_day

from .. import order as orders
from ..evidence import Examination, record_digest
from ..models import DraftState
from ..payload import ClinicLines, Content, MedicineLines, NotAPrescription, PatientLines, PrescriberLines, SignedContent, build
from .agreed import beyond_agreed, siblings
from .drafts import DraftCard, draft
from .overrides import standing_overrides
from .prescriptions import prescribed
from .renewal import beyond_review, plan_to_prescribe, renewal
from .switching import as_switched

SUBSTANCE = "diazepam"
COUNTRIES = {"GB": "UK"}  # ISO 3166 and the knowledge name it differently
NO_RIGHT = Refused(
    "no-right-to-sign",
    "You do not hold the right to sign controlled medicines. Compliance asks for it, a colleague who holds it approves.",
)


@dataclass(frozen=True)
class Shown:
    """What a page showed: the draft's version, the digest of the bytes to be signed, and of the record they were checked against."""

    version: int
    sha256: str
    record_digest: str


@dataclass(frozen=True)
class Signable:
    """Nothing stands between this draft and a signature but the two factors."""

    draft: DraftCard
    plan: PlanCard
    licence: LicenceInForce
    examination: Examination
    content: SignedContent

    @property
    def shown(self) -> Shown:
        return Shown(self.draft.version, self.content.sha256, self.examination.record_digest)


@shown
def examine(chart: OpenChart, seen: DraftCard, plan: PlanCard) -> Examination:
    """Run the assessment of this draft on the record as it is at the key's instant."""
    on = clinic_day(chart.clinic_id, chart.at)
    ours = prescribed(chart, on)
    case, switched = as_switched(chart, case_of(chart, on))
    case = _with_supervised(chart, _with_taper(chart, case))
    case = replace(case, medicines=(*case.medicines, *_as_used(chart, ours.current)), past=(*case.past, *ours.past))
    renews = switched or (f"Prescription/{seen.renews}" if seen.renews else "")
    order = orders.clinical_order(
        seen.order, plan, reference=f"Draft/{seen.id}", prescriber=chart.by.name if chart.by else "", on=on, replaces=renews
    )
    others = tuple(
        orders.clinical_order(text, plan, reference=f"Draft/{id}", prescriber=order.prescriber, on=on, replaces=renews)
        for id, text, is_open in siblings(chart, seen.regimen, seen.id)
        if is_open
    )
    assessment = assess(case, (order, *others), knowledge.load(), on)
    digest = record_digest(case, order, assessment, _told_of_sedation(chart, plan))
    return Examination(case, order, assessment, digest, standing_overrides(chart))


def _told_of_sedation(chart: OpenChart, plan: PlanCard) -> list[list[str]]:
    """What was told of breathing and sleepiness since this plan began. No finding of the assessment, but whoever signs must have read it."""
    return [[c.seen, *(f.code for f in c.sedation)] for c in sedation_told(chart, plan.text.starts_on - timedelta(days=1))]


def _as_used(chart: OpenChart, ours: tuple[Medicine, ...]) -> tuple[Medicine, ...]:
    """As-needed medicines with the days a week on which the patient told a use, where those are more than agreed: dependence follows use."""
    told = Decimal(most_days_with_use(chart))
    return tuple(replace(m, dosages=tuple(_used_on(d, told) for d in m.dosages)) for m in ours)


def _used_on(dosage: Dosage, days: Decimal) -> Dosage:
    agreed = dosage.most_days_a_week
    return dosage if agreed is None or days <= agreed else replace(dosage, most_days_a_week=days)


def _with_taper(chart: OpenChart, case: Case) -> Case:
    """A running taper is the plan for reducing and ending that the guideline asks for; a switch reduces nothing."""
    course = running_taper(chart)
    if course is None or course.switch is not None:
        return case
    told = case.circumstances
    where = f"taper version {course.version}, agreed to by the patient"
    references = (*told.references, ("taper_plan", where), ("taper_runs", where))
    return replace(case, circumstances=replace(told, taper_plan=Answer.YES, taper_runs=Answer.YES, references=references))


def _with_supervised(chart: OpenChart, case: Case) -> Case:
    """A supervised course that runs is the setting in which repeat doses for alcohol withdrawal may be ordered."""
    course = supervised_course(chart)
    if course is None:
        return case
    told = case.circumstances
    where = f"supervised course begun {clinic_day(chart.clinic_id, course.at):%d-%b-%Y}, {course.setting_words}"
    return replace(
        case, circumstances=replace(told, alcohol_course=Answer.YES, references=(*told.references, ("alcohol_course", where)))
    )


@shown
def open_draft(chart: OpenChart, draft_id: UUID) -> DraftCard | Refused:
    seen = draft(chart, draft_id)
    if seen is None or seen.state != DraftState.OPEN:
        return Refused("draft-closed", "This draft is no longer open.")
    return seen


@shown
def agreed_plan(chart: OpenChart, seen: DraftCard) -> PlanCard | Refused:
    """The plan of this draft, if the patient's agreement to it is in force and no review stands between it and a further supply."""
    plan = plan_to_prescribe(chart)
    if plan is None or plan.id != seen.plan_id:
        return Refused("no-agreed-plan", "The patient has not agreed to the plan of this draft, or that plan has ended.")
    if orders.mistakes(seen.order, plan, on=clinic_day(chart.clinic_id, chart.at)):
        return Refused("beyond-plan", "The draft goes beyond the agreed plan, or its first day has passed. Change it first.")
    further = renewal(chart, plan, seen.regimen)
    if further.refused is not None:
        return further.refused
    if beyond_review(seen.order, further):
        return Refused("beyond-review", "The supply runs past the next review. Change the draft, or review the treatment first.")
    together = (seen.order, *(text for _, text, _ in siblings(chart, seen.regimen, seen.id)))
    if beyond_agreed(chart, plan, together):
        return Refused("beyond-plan", "The draft gives more a day than the patient agreed to for that day. Change it first.")
    return plan


@shown
def prescriber(chart: OpenChart) -> LicenceInForce | Refused:
    """The licence that covers what is signed, of whoever holds the key, in force today where the clinic is; and their right to sign."""
    if chart.by is None or treating(chart) is None or Right.SIGN not in chart.may:
        return Refused("not-your-role", "Only a clinician who may sign for this patient signs. Whoever prepares cannot.")
    schedule = controlled_schedule(SUBSTANCE, clinic_card(chart.clinic_id).jurisdiction)
    if schedule is None:
        return Refused(
            "schedule-unknown", f"The schedule of {SUBSTANCE} in this place is not known to Serein, so nobody signs it here."
        )
    found = may_practise(chart.by, kind=PRESCRIBER, at=chart.at, schedule=schedule)
    if not isinstance(found, LicenceInForce):
        return Refused(found.code, found.why)
    if grant_in_force(chart.by.account_id, chart.at) is None:
        return NO_RIGHT
    return found


def controlled_schedule(substance: str, jurisdiction: str) -> str | None:
    """The schedule as licences name it ("IV"), of the country that the place belongs to; None when no source says it."""
    country = COUNTRIES.get(jurisdiction.partition("-")[0], jurisdiction.partition("-")[0])
    named = next((s.name for s in knowledge.load().substance(substance).schedules if s.jurisdiction == country), "")
    words = named.split()
    return words[1] if words[:1] == ["Schedule"] and len(words) > 1 else None


@shown
def signable(chart: OpenChart, draft_id: UUID, shown: Shown | None = None) -> Signable | Refused:
    """Everything a signature needs, checked on the record as it is now. With `shown`, anything that differs from the page is a refusal."""
    seen = open_draft(chart, draft_id)
    if isinstance(seen, Refused):
        return seen
    if shown is not None and shown.version != seen.version:
        return Refused("draft-changed", "The draft changed since you saw it. Look again.")
    plan = agreed_plan(chart, seen)
    if isinstance(plan, Refused):
        return plan
    licence = prescriber(chart)
    if isinstance(licence, Refused):
        return licence
    if _before_the_right(chart, seen):
        return Refused(
            "draft-before-right", "This draft is older than your right to sign. Look through it and save it again first."
        )
    return _examined(chart, seen, plan, licence, shown)


def _before_the_right(chart: OpenChart, seen: DraftCard) -> bool:
    """Whether this draft was last touched before the right to sign was given: what was ready before a right ended is ready no more."""
    grant = grant_in_force(chart.by.account_id, chart.at) if chart.by else None
    return grant is None or grant.approved_at is None or seen.changed_at < grant.approved_at


def _examined(
    chart: OpenChart, seen: DraftCard, plan: PlanCard, licence: LicenceInForce, shown: Shown | None
) -> Signable | Refused:
    examination = examine(chart, seen, plan)
    if shown is not None and shown.record_digest != examination.record_digest:
        return Refused("record-changed", "The record changed, look again.")
    if not examination.assessment.may_sign:
        return Refused("stopped", "A finding stops this prescription. Change the draft or the plan.")
    if examination.unanswered:
        return Refused("reasons-missing", "Each new or changed warning needs a recorded reason.")
    content = content_of(chart, seen, licence)
    if isinstance(content, Refused):
        return content
    if shown is not None and shown.sha256 != content.sha256:
        return Refused("record-changed", "The record changed, look again.")
    return Signable(seen, plan, licence, examination, content)


@shown
def content_of(chart: OpenChart, seen: DraftCard, licence: LicenceInForce) -> SignedContent | Refused:
    """The bytes to be shown and signed, or which field of 21 CFR 1306.05 the record lacks."""
    assert chart.by is not None
    try:
        return build(_content(chart, chart.by, seen, licence))
    except NotAPrescription as wrong:
        return Refused("content-incomplete", f"The prescription cannot be written: {LACKING.get(wrong.field, str(wrong))}.")


LACKING = {
    "PatientLines.address": "the patient’s address is missing or cannot be printed",
    "PatientLines.birth_date": "the patient’s date of birth is missing or wrong",
    "PrescriberLines.dea": "your DEA number is not recorded; compliance records it",
    "PrescriberLines.address": "your address is not recorded; compliance records it",
    "PrescriberLines.phone": "your telephone number is not recorded; compliance records it",
    "ClinicLines.clinic_address": "the clinic’s address is not recorded",
}


def _content(chart: OpenChart, by: Person, seen: DraftCard, licence: LicenceInForce) -> Content:
    patient, clinic = patient_card(chart), clinic_card(chart.clinic_id)
    me = Practitioner.objects.get(account=by.account_id)
    on, product = clinic_day(chart.clinic_id, chart.at), product_named(seen.order.product)
    assert product is not None
    return Content(
        draft_id=seen.id, draft_version=seen.version, issued_on=on,
        patient=PatientLines(patient.id, patient.given, patient.family, patient.birth_date, patient.address),  # type: ignore[arg-type]
        medicine=MedicineLines(SUBSTANCE, seen.strength, seen.form, seen.product_name),
        quantity=decimal(seen.order.quantity), unit=orders.unit_of(product).name, directions=seen.directions, refills=0,
        prescriber=PrescriberLines(
            by.account_id, by.name, me.address or clinic.address, me.phone or clinic.phone, me.dea, me.npi, licence.number
        ),
        clinic=ClinicLines(clinic.id, clinic.name, clinic.address, clinic.phone, clinic.jurisdiction, clinic.time_zone),
        valid_from=on, valid_until=_last_valid_day(seen, clinic.jurisdiction, on),
    )  # fmt: skip


def _last_valid_day(seen: DraftCard, jurisdiction: str, on: date) -> date:
    """Until the supply would be used up, and never longer than the law of the place lets a prescription stand."""
    law = knowledge.load().jurisdiction(jurisdiction.split("-")[0])
    latest = seen.order.last_day
    return min(latest, on + timedelta(days=law.valid_days)) if law.valid_days is not None else latest
