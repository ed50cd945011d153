"""Facts of a handover as FHIR R4 resources, one function for each kind."""

from collections.abc import Sequence
from datetime import date, timedelta

from serein.care.continuity import facts as f
from serein.care.continuity.words import hold_words, step_line, unconfirmed_words
from serein.clinical import knowledge
from serein.clinical.case import ATC, RXNORM, Allergy, Coding, Concept, Condition, Medicine, Observation

from .elements import Json, Shelf, clean, coded, concept, number, quantity, words

CHECK_IN = "urn:serein:check-in"
STATUSES = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})
VERIFIED = frozenset({"unconfirmed", "provisional", "differential", "confirmed"})
TAKEN = {"completed": "completed", "stopped": "stopped", "on-hold": "on-hold"}


def diazepam() -> Json:
    codes = knowledge.load().substance("diazepam").codes
    codings = (*(Coding(ATC, c) for c in codes.atc), *(Coding(RXNORM, c) for c in codes.rxnorm))
    return concept(Concept(codings, "diazepam"))


def patient(who: f.PatientFacts) -> Json:
    system, _, value = who.source.partition("|")
    identifier = {"system": system, "value": value} if value else {"value": system}
    telecom = [{"system": "phone", "value": who.phone.strip()}] if who.phone.strip() else []
    return {
        "resourceType": "Patient", "identifier": [identifier], "name": [{"use": "official", "family": who.family, "given": [who.given]}],
        "gender": who.sex if who.sex in ("male", "female", "other", "unknown") else "unknown", "birthDate": who.birth_date, "telecom": telecom,
        "address": [words(who.address)] if who.address.strip() else [], "communication": [{"language": {"coding": [
            {"system": "urn:ietf:bcp:47", "code": who.language}]}}],
    }  # fmt: skip


def practitioner(who: f.ClinicianFacts) -> Json:
    npi = [{"system": "http://hl7.org/fhir/sid/us-npi", "value": who.npi}] if who.npi else []
    return {
        "resourceType": "Practitioner", "identifier": npi, "name": [{"text": who.name}],
        "telecom": [{"system": "phone", "value": who.phone}] if who.phone else [],
    }  # fmt: skip


def organization(who: f.ClinicianFacts) -> Json:
    return {
        "resourceType": "Organization", "name": who.clinic, "telecom": [{"system": "phone", "value": who.clinic_phone}],
        "address": [words(who.clinic_address)] if who.clinic_address.strip() else [],
    }  # fmt: skip


def plan(value: f.PlanFacts, subject: Json, author: Json) -> Json:
    doses = [
        {"detail": {"kind": "MedicationRequest", "status": "in-progress", "productCodeableConcept": words(value.product_name),
                    "scheduledString": d.at.replace("_", " "), "description": d.words, "quantity": quantity(d.mg)}}
        for d in value.doses
    ]  # fmt: skip
    return {
        "resourceType": "CarePlan", "status": "active", "intent": "plan", "title": f"Treatment plan, version {value.version}",
        "description": f"For {value.indication_name}. Goal: {value.goal}".strip(), "subject": subject, "author": author,
        "created": value.agreed_on, "period": {"start": value.starts_on, "end": value.ends_on}, "activity": doses,
        "note": [words(f"Next review on {value.reassess_on.isoformat()}."), *([words(value.supportive_note)] if value.supportive_note else [])],
    }  # fmt: skip


def taper(value: f.TaperFacts, on: date, subject: Json, author: Json) -> Json:
    holds = [*value.earlier_holds, *([value.hold] if value.hold else [])]
    return {
        "resourceType": "CarePlan", "status": "on-hold" if value.hold else "active", "intent": "plan",
        "title": f"Taper, version {value.version}", "description": f"From {value.start_mg} to {value.goal_mg} mg a day, {value.pace}",
        "subject": subject, "author": author, "created": value.agreed_on, "period": {"start": value.starts_on, "end": value.ends_on},
        "activity": [_activity(value, s, on) for s in value.steps], "note": [words(f"Held {hold_words(h)}") for h in holds],
    }  # fmt: skip


def _activity(value: f.TaperFacts, step: f.StepFacts, on: date) -> Json:
    last = step.from_on + timedelta(days=max(0, step.days - 1))
    return {"detail": {
        "kind": "MedicationRequest", "status": _step_status(value, step, on), "productCodeableConcept": diazepam(),
        "scheduledPeriod": {"start": step.from_on, "end": last}, "dailyAmount": quantity(step.daily_mg),
        "description": step_line(value, step, on),
    }}  # fmt: skip


def _step_status(value: f.TaperFacts, step: f.StepFacts, on: date) -> str:
    reached = value.reached(on)
    if step not in reached:
        return "on-hold" if value.hold else "scheduled"
    if step is reached[-1]:
        return "in-progress" if step.confirmed_on else "unknown"
    return "completed"


def dose(value: f.DoseFacts, subject: Json, on: date) -> Json:
    return {
        "resourceType": "MedicationStatement", "status": "unknown" if value.unconfirmed else "active", "medicationCodeableConcept": diazepam(),
        "subject": subject, "effectivePeriod": {"start": value.since}, "dateAsserted": on,
        "dosage": [{"text": f"{value.mg} mg a day: {'; '.join(value.words)}".strip(": ")}],
        "note": [words(unconfirmed_words(value))] if value.unconfirmed else [],
    }  # fmt: skip


def put_supply(shelf: Shelf, value: f.SupplyFacts, subject: Json) -> list[Json]:
    status = {"signed": "active", "dispensed": "completed"}.get(value.state, "unknown")
    request = shelf.put({
        "resourceType": "MedicationRequest", "identifier": [{"system": "urn:serein:prescription", "value": value.id}], "status": status,
        "intent": "order", "medicationCodeableConcept": concept(value.medicine.medicine) | words(value.words), "subject": subject,
        "authoredOn": value.signed_on, "requester": {"display": value.prescriber}, "dosageInstruction": [words(value.directions)],
        "dispenseRequest": {"validityPeriod": {"start": value.signed_on, "end": value.valid_until},
                            "numberOfRepeatsAllowed": 0, "quantity": quantity(value.quantity, value.unit)},
    })  # fmt: skip
    if value.dispensed_on is None:
        return [request]
    handed = shelf.put({
        "resourceType": "MedicationDispense", "status": "completed", "medicationCodeableConcept": words(value.words), "subject": subject,
        "authorizingPrescription": [request], "quantity": quantity(value.quantity, value.unit), "whenHandedOver": value.dispensed_on,
        "performer": [{"actor": {"display": value.pharmacy}}] if value.pharmacy else [],
    })  # fmt: skip
    return [request, handed]


def entry(value: f.EntryFacts, subject: Json) -> Json:
    fact = value.value
    if isinstance(fact, Condition):
        return _condition(fact, subject)
    if isinstance(fact, Allergy):
        return {
            "resourceType": "AllergyIntolerance", "clinicalStatus": coded("allergyintolerance-clinical", "active"),
            "verificationStatus": coded("allergyintolerance-verification", "unconfirmed"), "code": concept(fact.concept), "patient": subject,
            "type": fact.kind if fact.kind in ("allergy", "intolerance") else None,
            "criticality": fact.criticality if fact.criticality in ("low", "high", "unable-to-assess") else None,
        }  # fmt: skip
    return _medicine(fact, subject) if isinstance(fact, Medicine) else _observation(fact, subject)


def _condition(fact: Condition, subject: Json) -> Json:
    verified = coded("condition-ver-status", fact.verification) if fact.verification in VERIFIED else None
    return {
        "resourceType": "Condition", "clinicalStatus": coded("condition-clinical", fact.status if fact.status in STATUSES else "active"),
        "verificationStatus": verified, "code": concept(fact.concept), "subject": subject, "onsetDateTime": fact.onset,
    }  # fmt: skip


def _medicine(fact: Medicine, subject: Json) -> Json:
    period = {"start": fact.starts, "end": fact.ends}
    return {
        "resourceType": "MedicationStatement", "status": TAKEN.get(fact.status, "active"), "subject": subject,
        "medicationCodeableConcept": concept(fact.medicine), "effectivePeriod": clean(period), "dateAsserted": fact.authored_on,
        "dosage": [words(d.text) for d in fact.dosages if d.text.strip()], "reasonCode": [concept(r) for r in fact.reasons],
    }  # fmt: skip


def _observation(fact: Observation, subject: Json) -> Json:
    found: Json = {
        "resourceType": "Observation", "status": "final", "code": concept(fact.concept), "subject": subject, "effectiveDateTime": fact.on,
    }  # fmt: skip
    if fact.value is not None:
        return found | {"valueQuantity": {"value": number(str(fact.value)), "unit": fact.unit.strip()}}
    return found | ({"valueCodeableConcept": concept(fact.answer)} if fact.answer else {})


def check_in(value: f.CheckInFacts, subject: Json) -> Json:
    items: Sequence[tuple[str, str]] = (
        *value.answers,
        *(("Raised", flag) for flag in value.flags),
        *([("Done", value.done)] if value.done else []),
    )
    return {
        "resourceType": "QuestionnaireResponse", "questionnaire": CHECK_IN, "status": "completed", "subject": subject, "authored": value.on,
        "item": [{"linkId": str(i), "text": q.strip(), "answer": [{"valueString": a.strip()}] if a.strip() else []}
                 for i, (q, a) in enumerate(items, 1)],
    }  # fmt: skip


def score(value: f.ScoreFacts, subject: Json) -> Json:
    told = (
        {"valueInteger": value.total}
        if value.total is not None
        else {"dataAbsentReason": coded("data-absent-reason", "not-performed")}
    )
    return {
        "resourceType": "Observation", "status": "final", "category": [coded("observation-category", "survey")], "code": words(value.name),
        "subject": subject, "effectiveDateTime": value.on, "interpretation": [words(value.band)] if value.band else [], **told,
    }  # fmt: skip


def risk(value: f.RiskFacts, subject: Json) -> Json:
    return {
        "resourceType": "Flag", "status": "active", "category": [coded("flag-category", "safety")], "code": words(value.words),
        "subject": subject, "period": {"start": value.on} if value.on else None,
    }  # fmt: skip
