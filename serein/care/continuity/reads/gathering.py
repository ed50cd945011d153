"""The facts of a handover, gathered through the reads of the stages before, and what another clinic sent where nothing newer stands here."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import QuerySet

from serein.care.access.reads import PassingOnLine, PatientCard, contact_choice, passings_on, patient_card
from serein.care.evaluation.models import OURS, RecordEntry
from serein.care.evaluation.reads import case_of, evaluation, harm_told, open_safety
from serein.care.evaluation.reads.case import TYPES
from serein.care.monitoring.reads import check_ins, diary, review_of
from serein.care.planning.reads import PlanCard, plans
from serein.care.planning.text import TIMES, PlannedDose, product_named, units_mg
from serein.care.planning.words import dose_words
from serein.care.prescribing.reads.prescriptions import prescribed, prescriptions
from serein.care.tapering.reads import DoseInForce, StepCard, StepDose, TaperCard, dose_in_force, running_taper, tapers
from serein.clinical import knowledge
from serein.clinical.case import Known
from serein.clinical.quantities import decimal, plain
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.models import Patient, Practitioner
from serein.foundation.people.persons import clinic_card, lead_of, name_of
from serein.foundation.tasks.reads import tasks_of_patient

from .. import facts as f
from ..models import Received

LOOKED_BACK = timedelta(days=28)
OF_SEREIN = "urn:serein:"
LONGEST_ID = 200
# What guards substance-use records where the clinic is, as a reader of the document would look it up.
LAWS = {"US": "42 CFR part 2"}


class HasId(Protocol):
    @property
    def id(self) -> str: ...


Named = TypeVar("Named", bound=HasId)


def source_of(clinic_id: object, patient_id: object) -> str:
    """What names a patient of ours in any other clinic, for good."""
    return f"{OF_SEREIN}{clinic_id}|{patient_id}"


@shown
def handover_facts(chart: OpenChart, *, consent_id: UUID | None = None) -> f.HandoverFacts:
    """Everything that the next clinician needs. What came from elsewhere goes on, with its clinic's name, until a plan is agreed here.

    Entries of a segment stay behind, unless `consent_id` names the patient's consent and that is in force at this instant.
    """
    who = patient_card(chart)
    on = _day(chart.at, who.time_zone)
    own = _with_consent(chart, _own(chart, who, on), consent_id, who)
    row = Received.objects.filter(patient=chart.patient_id, replaced_at=None).first()
    return own if row is None else _with_received(own, f.standing(f.read(bytes(row.facts)), on), row.from_clinic)


def _with_received(own: f.HandoverFacts, old: f.HandoverFacts, clinic: str) -> f.HandoverFacts:
    """Ours first, and beside it what we were told. A plan agreed here takes the place of theirs; what happened there stays what happened."""
    history = replace(
        own, supplies=_beside(own.supplies, old.supplies), check_ins=_beside(own.check_ins, old.check_ins),
        scores=_beside(own.scores, old.scores), risks=(*own.risks, *(r for r in old.risks if r not in own.risks)), diary=own.diary or old.diary,
        withheld=own.withheld or old.withheld,
    )  # fmt: skip
    if own.plan is not None:
        return history
    return replace(history, plan=old.plan, taper=old.taper, dose=old.dose, came_from=old.came_from or clinic)


def _with_consent(chart: OpenChart, own: f.HandoverFacts, consent_id: UUID | None, who: PatientCard) -> f.HandoverFacts:
    """The segment that the consent names goes along, each entry under its label."""
    given = next((c for c in passings_on(chart) if c.id == consent_id and c.in_force), None)
    if given is None:
        return own
    guarded = tuple(_entries(chart, given.segment))
    left = _standing(chart).exclude(segment__in=("", given.segment)).exists()
    return replace(own, entries=(*own.entries, *guarded), withheld=left, passed_on=_passed_on(chart, given, who))


def _passed_on(chart: OpenChart, given: PassingOnLine, who: PatientCard) -> f.PassedOnFacts:
    law = LAWS.get(clinic_card(chart.clinic_id).jurisdiction.partition("-")[0], "")
    last = _day(given.until - timedelta(microseconds=1), who.time_zone)
    return f.PassedOnFacts(
        str(given.id), given.recipient, given.recipient_clinic, given.purpose, _day(given.given_at, who.time_zone), last, law
    )


def _beside(own: tuple[Named, ...], old: tuple[Named, ...]) -> tuple[Named, ...]:
    """What was told from here comes back with the patient: it stands once, as it is known here."""
    here = {one.id for one in own}
    return (*own, *(one for one in old if one.id not in here))


def _own(chart: OpenChart, who: PatientCard, on: date) -> f.HandoverFacts:
    plan = next((p for p in plans(chart) if p.state == "agreed"), None)
    taper, dose = running_taper(chart), dose_in_force(chart, on)
    case, known = case_of(chart, on), knowledge.load()
    return f.HandoverFacts(
        at=chart.at, as_of=on, patient=_patient(chart, who), clinician=_clinician(chart), plan=_plan(chart, plan, who) if plan else None,
        taper=_taper(chart, taper, who) if taper and not taper.switch else None,
        dose=_dose(dose, taper, on) if dose and (plan or taper) else None,
        supplies=tuple(_supplies(chart, on, who)), entries=tuple(_entries(chart)), allergies_known=case.allergies_known is Known.YES,
        medicines_known=case.medicines_known is Known.YES, check_ins=tuple(_check_ins(chart)), scores=tuple(_scores(chart, who)),
        diary=_diary(chart, on) if plan else None, risks=tuple(_risks(chart, who)), tasks=tuple(_tasks(chart, who)), knowledge=known.version,
        confirmed=known.confirmed, withheld=_standing(chart).exclude(segment="").exists(),
    )  # fmt: skip


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _some_day(at: datetime | None, who: PatientCard) -> date | None:
    return _day(at, who.time_zone) if at else None


def _patient(chart: OpenChart, who: PatientCard) -> f.PatientFacts:
    source = Patient.objects.values_list("source", flat=True).get(pk=who.id) or source_of(chart.clinic_id, who.id)
    choice = contact_choice(chart)
    return f.PatientFacts(
        source=source, given=who.given, family=who.family, birth_date=who.birth_date, sex=who.sex or "unknown", phone=who.phone,
        address=who.address, language=who.language, time_zone=who.time_zone, reach="; ".join(choice.lines) if choice else "",
    )  # fmt: skip


def _clinician(chart: OpenChart) -> f.ClinicianFacts:
    """Who answers for the patient: also when the receiver or a colleague of the team looks."""
    lead = lead_of(chart.patient_id, at=chart.at)
    by = lead.account_id if lead else chart.by.account_id if chart.by else None
    clinic = clinic_card(chart.clinic_id)
    row = Practitioner.objects.filter(account=by).first()
    return f.ClinicianFacts(
        name=name_of(by), npi=row.npi if row else "", phone=row.phone if row else "", clinic=clinic.name, clinic_phone=clinic.phone,
        clinic_address=clinic.address,
    )  # fmt: skip


def _plan(chart: OpenChart, plan: PlanCard, who: PatientCard) -> f.PlanFacts:
    agreed = next(r.at for r in plan.replies if r.answer == "agree")
    text = plan.text
    return f.PlanFacts(
        version=plan.version, indication=text.indication, indication_name=plan.indication_name, indication_words=text.indication_words,
        goal=text.goal, product=text.product, product_name=plan.product_name, doses=tuple(_planned(text.product, d) for d in text.doses),
        daily_mg=plan.daily_mg, starts_on=text.starts_on, ends_on=text.ends_on, reassess_on=review_of(chart, plan).due_on,
        agreed_on=_day(agreed, who.time_zone), supportive_care=text.supportive_care, supportive_care_words=plan.supportive_care_words,
        supportive_note=text.supportive_note,
    )  # fmt: skip


def _planned(product_id: str, dose: PlannedDose) -> f.DoseAt:
    product = product_named(product_id)
    assert product is not None, "a product that a plan names may not leave the knowledge"
    mg = units_mg(product, decimal(dose.units))
    return f.DoseAt(
        dose.at, plain(mg), ((product_id, dose.units),), dose_words(product, dose), dose.max_per_day, dose.max_per_week
    )


def _taper(chart: OpenChart, card: TaperCard, who: PatientCard) -> f.TaperFacts:
    agreed = card.agreed_at or chart.at
    pace = card.request.pace
    return f.TaperFacts(
        version=card.version, start_mg=card.daily_mg, goal_mg=plain(card.request.goal_mg), starts_on=card.starts_on, ends_on=card.ends_on,
        agreed_on=_day(agreed, who.time_zone), pace=f"{plain(pace.cut_percent)} % every {pace.every_days} days",
        steps=tuple(_step(s, who) for s in card.steps), hold=_held(card)[-1] if card.hold else None,
        earlier_holds=tuple(h for t in reversed(tapers(chart)) if t.id != card.id and t.agreed_at for h in _held(t)),
        cut_percent=plain(pace.cut_percent), every_days=pace.every_days,
    )  # fmt: skip


def _held(card: TaperCard) -> tuple[f.HoldFacts, ...]:
    return tuple(f.HoldFacts(h.from_on, h.until_on, h.asked_by_patient, h.why) for h in card.holds)


def _step(step: StepCard, who: PatientCard) -> f.StepFacts:
    return f.StepFacts(
        number=step.number, from_on=step.from_on, days=step.days, daily_mg=step.mg, doses=tuple(_dose_at(d) for d in step.doses),
        terminal=step.terminal, told_on=_some_day(step.told_at, who), confirmed_on=_some_day(step.confirmed_at, who),
    )  # fmt: skip


def _dose_at(dose: StepDose) -> f.DoseAt:
    return f.DoseAt(dose.at, plain(dose.mg), tuple((product, plain(units)) for product, units in dose.parts), dose.words)


def _dose(now: DoseInForce, taper: TaperCard | None, on: date) -> f.DoseFacts:
    """A switch is told in the words of the dose: what is still taken of the other medicine, and what was agreed to come. As a reduction it
    would be read backwards."""
    change = now.unconfirmed_change
    open_change = f.ChangeFacts(change.on, change.before, change.after, change.supplied) if change else None
    return f.DoseFacts(
        plain(now.mg),
        now.since,
        (*(d.words for d in now.parts), *(d.words for d in now.still), *_to_switch(taper, on)),
        open_change,
        now.held,
    )


def _to_switch(taper: TaperCard | None, on: date) -> Iterator[str]:
    if taper is None or taper.switch is None or taper.hold is not None:
        return
    for step in taper.steps:
        if step.from_on > on:
            doses = "; ".join([*(d.words for d in step.doses), *(d.words for d in step.still)])
            yield f"Agreed to come on {step.from_on:%d-%b-%Y}: the dose {TIMES[step.switched]} is switched to diazepam. Then {doses}"


def _supplies(chart: OpenChart, on: date, who: PatientCard) -> Iterator[f.SupplyFacts]:
    ours = prescribed(chart, on)
    read = {m.reference: m for m in (*ours.current, *ours.past)}
    for card in prescriptions(chart):
        medicine = read.get(f"Prescription/{card.id}")
        if medicine is None:  # cancelled: never in anybody's hands
            continue
        c = card.content
        yield f.SupplyFacts(
            id=str(card.id), words=f"{c.medicine.drug} {c.medicine.strength} {c.medicine.form}", quantity=plain(c.quantity), unit=c.unit,
            quantity_words=c.quantity_words, directions=c.directions, prescriber=card.signed_by, signed_on=_day(card.signed_at, who.time_zone),
            valid_until=card.valid_until, state=card.state, medicine=medicine, dispensed_on=_some_day(card.dispensed_at, who),
            pharmacy=card.pharmacy,
        )  # fmt: skip


def _standing(chart: OpenChart) -> QuerySet[RecordEntry]:
    return RecordEntry.objects.filter(patient=chart.patient_id, ended_at=None)


def _entries(chart: OpenChart, segment: str = "") -> Iterator[f.EntryFacts]:
    rows = _standing(chart).filter(segment=segment).order_by("kind", "words", "source_id", "id")
    for row in rows:
        if row.source_system.startswith(OF_SEREIN) and row.source_id.startswith("Prescription/"):
            continue  # stands among the supplies of the clinic that wrote it
        value: dict[str, Any] = {row.kind: msgspec.convert(row.value, TYPES[row.kind])}
        yield f.EntryFacts(
            id=_entry_id(row),
            words=row.words,
            status=row.status,
            since=row.since,
            provenance=row.provenance,
            segment=segment,
            **value,
        )


def _entry_id(row: RecordEntry) -> str:
    ours = row.source_system in OURS or row.source_system.startswith(OF_SEREIN)
    name = row.source_id if ours else f"{row.source_system}|{row.source_id}"
    return name if len(name) <= LONGEST_ID else sha256(name.encode()).hexdigest()


def _check_ins(chart: OpenChart) -> Iterator[f.CheckInFacts]:
    """Those of the last four weeks, and every one that raised a flag; one that was corrected stands with its correction."""
    since = chart.at - LOOKED_BACK
    for one in check_ins(chart):
        if one.flags or one.started_at >= since:
            answers = tuple((line.short, "; ".join(line.words)) for line in one.lines)
            done = f"{one.contact.how}: {one.contact.words}" if one.contact else ""
            yield f.CheckInFacts(str(one.id), one.day, answers, tuple(flag.says for flag in one.flags), done)


def _scores(chart: OpenChart, who: PatientCard) -> Iterator[f.ScoreFacts]:
    for r in evaluation(chart).results:
        yield f.ScoreFacts(str(r.id), r.instrument, r.name, r.total, r.maximum, r.band, _day(r.answered_at, who.time_zone))


def _diary(chart: OpenChart, on: date) -> f.DiaryFacts:
    since = on - LOOKED_BACK
    days = diary(chart, since, on)
    said = [line.status for d in days for line in d.lines if line.slot != "as_needed"]
    # Today's doses may still come: only whole days are called silent.
    silent = sum(d.line(x.slot) is None for d in days[:-1] if d.plan for x in d.plan.fixed)
    return f.DiaryFacts(
        since, on, said.count("taken"), said.count("missed"), said.count("unsure"), silent, sum(len(d.uses) for d in days)
    )


def _risks(chart: OpenChart, who: PatientCard) -> Iterator[f.RiskFacts]:
    """What a stranger must read first. Each stands with the day it was told."""
    waiting = open_safety(chart)
    if waiting is not None:
        words = "Thoughts of being better off dead (PHQ-9), not assessed since"
        yield f.RiskFacts("self-harm", words, _day(waiting.asked_at, who.time_zone))
    for told in harm_told(chart):
        yield f.RiskFacts("self-harm", f"{told.says}; no assessment since found it over", told.day)
    circumstances = case_of(chart, _day(chart.at, who.time_zone)).circumstances
    if circumstances.opioids == "yes":
        yield f.RiskFacts("opioids", "The patient says that they take opioids", None)
    if circumstances.dependence.said_dependent == "yes":
        yield f.RiskFacts("dependence", "The patient says that they depend on a medicine of this kind", None)


def _tasks(chart: OpenChart, who: PatientCard) -> Iterator[f.TaskFacts]:
    for task in tasks_of_patient(chart):
        yield f.TaskFacts(task.tier, task.title, task.why, _day(task.due_at, who.time_zone))
