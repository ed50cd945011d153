"""The demonstration's patients, each at another place of the walk. Invented; nothing here is a recommendation."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from serein.care.access import actions as access
from serein.care.evaluation import actions as evaluation
from serein.care.evaluation import answering
from serein.care.evaluation import reads as evaluation_reads
from serein.care.evaluation.question import Kind
from serein.care.planning import actions as planning
from serein.care.planning.text import PlannedDose, PlanText
from serein.care.prescribing.actions.checking import Overridden, check_draft, override_warning
from serein.care.prescribing.actions.drafting import Drafted, draft_prescription
from serein.care.prescribing.actions.signing import sign_prescription
from serein.care.prescribing.reads.examination import signable
from serein.care.visits.actions import NewEncounter, record_encounter
from serein.foundation.people.factors import Proof, prove
from serein.foundation.people.keys import OpenChart, Refused, open_chart
from serein.foundation.people.persons import Person

from .demo_staff import CLINIC, DemonstrationError, come_in, given, invite, own_record
from .demonstration import SignIn, sign_ins, totp

Said = Mapping[str, dict[str, Any]]
# What somebody without other illnesses answers; each patient below says what is different.
HEALTHY: Said = {
    "language": {"choice": "en"}, "takes_medicines": {"choice": "none"}, "has_allergies": {"choice": "none"},
    "pregnant": {"choice": "no"}, "breastfeeding": {"choice": "no"}, "alcohol": {"choice": "monthly"}, "opioids": {"choice": "no"},
    "sleep_apnea": {"choice": "no"}, "breathing": {"choice": "no"}, "liver": {"choice": "no"}, "kidney": {"choice": "no"},
    "myasthenia": {"choice": "no"}, "glaucoma": {"choice": "no"}, "falls": {"choice": "no"}, "other_health": {"choices": ["none"]},
    "drives": {"choice": "no"}, "benzo_use": {"choice": "never"},
}  # fmt: skip


@dataclass(frozen=True)
class Story:
    """One patient: who it is, what differs from HEALTHY, and the answers to the questionnaires, item by item."""

    patient: access.NewPatient
    said: Said = field(default_factory=dict)
    rows: Mapping[str, tuple[dict[str, str], ...]] = field(default_factory=dict)
    gad: str = "1111111"
    phq: str = "111111100"
    audit: str = "100"
    safety: tuple[tuple[str, str], ...] = (("intent", "no"), ("plan", "no"), ("safe_now", "yes"))

    def instruments(self) -> dict[str, dict[str, int]]:
        told = (("gad-7", self.gad), ("phq-9", self.phq), ("audit-c", self.audit))
        return {name: {str(i): int(d) for i, d in enumerate(digits, 1)} for name, digits in told}


def _patient(given_name: str, family: str, born: str, sex: str, number: int, email: str = "") -> access.NewPatient:
    address = email or f"{given_name}.{family}@demo.example".lower()
    phone, home = f"(559) 555-01{number}", f"{number} Orchard Lane, Fresno, CA 93650"
    return access.NewPatient(given_name, family, date.fromisoformat(born), address, sex, phone=phone, address=home)


def _about(patient: access.NewPatient, pronouns: str, reason: str, words: str) -> dict[str, dict[str, Any]]:
    return {
        "birth_date": {"date": f"{patient.birth_date}"},
        "sex": {"choice": patient.sex, "pronouns": pronouns},
        "contact": {"phone": patient.phone, "address": patient.address},
        "reasons": {"choices": [reason], "words": words},
        "story": {"started": "It began some months ago.", "tried": "Walking, less coffee."},
    }


def _stories() -> dict[str, Story]:
    jordan = next(one for one in sign_ins() if one.role == "patient")
    first, _, last = jordan.name.partition(" ")
    plan = _patient(first, last, "1988-06-14", "other", 51, jordan.email)
    worried = _patient("Elena", "Marsh", "1979-02-03", "female", 52)
    signed = _patient("Walter", "Brandt", "1966-09-21", "male", 53)
    invited = _patient("Samir", "Haddad", "1994-12-30", "male", 54)
    return {
        "plan": Story(
            plan, _about(plan, "they", "severe_anxiety", "I panic on the bus and have stopped going to work."), gad="2322232"
        ),
        "worried": Story(
            worried,
            {
                **_about(worried, "she", "severe_anxiety", "I do not sleep and I cannot stop worrying."),
                "takes_medicines": {"choice": "yes"},
                "alcohol": {"choice": "weekly"},
            },
            {"medicines": ({"name": "Sertraline 50 mg", "how": "one tablet in the morning", "choice": "prescribed"},)},
            gad="3332323",
            phq="223323222",
        ),
        "signed": Story(
            signed,
            _about(signed, "he", "muscle_spasm", "My back locks up and I cannot turn in bed."),
            gad="1111010",
            phq="101110000",
        ),
        "invited": Story(invited),
    }


def bring_in_patients(staff: dict[str, Person], at: datetime) -> None:
    """Four patients: a prescription signed today, a plan waiting for its answer, somebody who needs a call now, and one who has not come yet."""
    stories, clinician = _stories(), staff["clinician"]
    today = at.astimezone(ZoneInfo(CLINIC.time_zone)).date()
    _invite(clinician, stories["invited"], at - timedelta(days=2))

    walter = _register(clinician, stories["signed"], at - timedelta(days=9))
    _fill(walter, stories["signed"], at - timedelta(days=9))
    _met(
        clinician,
        walter,
        at - timedelta(days=8),
        "Acute low back spasm, no red flags, walks with pain. Heat and movement so far.",
    )
    plan_id = _send_plan(clinician, walter, _spasm_plan(today), at - timedelta(days=8))
    _agree(walter, plan_id, at - timedelta(days=7))
    _sign(clinician, walter, plan_id, at - timedelta(minutes=5))

    jordan = _register(clinician, stories["plan"], at - timedelta(days=4))
    _fill(jordan, stories["plan"], at - timedelta(days=4))
    _met(clinician, jordan, at - timedelta(days=3), "Panic attacks, off work since spring. Wants to try the bus again.")
    _send_plan(clinician, jordan, _anxiety_plan(today), at - timedelta(days=2))

    elena = _register(clinician, stories["worried"], at - timedelta(days=1))
    _fill(elena, stories["worried"], at - timedelta(hours=2))


def _invite(clinician: Person, story: Story, at: datetime) -> access.Invited:
    return invite(clinician, story.patient, at)


def _register(clinician: Person, story: Story, at: datetime) -> Person:
    """Invited, come in and consented, within two hours of `at`."""
    known = next((one for one in sign_ins() if one.email == story.patient.email), None)
    known = known or SignIn("patient", story.patient.given, story.patient.email, secrets.token_urlsafe(24), "")
    who = come_in(_invite(clinician, story, at - timedelta(hours=2)).token, known, at - timedelta(hours=1))
    for what in ("care", "notices"):
        given(access.give_consent(own_record(who, at - timedelta(hours=1)), what))
    return who


def _fill(who: Person, story: Story, at: datetime) -> None:
    """Answer what is asked, in the order in which it is asked, and send it."""
    chart = own_record(who, at)
    given(evaluation.start_intake(chart))
    said, instruments = {**HEALTHY, **story.said}, story.instruments()
    while (state := evaluation_reads.open_intake(chart)) and (question := answering.first_open(state.answers)):
        if question.kind is Kind.INSTRUMENT:
            _score(chart, question.key, instruments[question.key], story)
        elif question.kind is Kind.ROWS:
            for row in story.rows[question.key]:
                _answered(evaluation.add_row(chart, question.key, row))
            _answered(evaluation.answer_question(chart, question.key, {"done": True}))
        else:
            _answered(evaluation.answer_question(chart, question.key, said[question.key]))
    if not isinstance(evaluation.submit_intake(chart), evaluation.Submitted):
        raise DemonstrationError(f"the intake of {who.name} is not complete")


def _score(chart: OpenChart, instrument: str, answers: dict[str, int], story: Story) -> None:
    scored = given(evaluation.answer_instrument(chart, instrument, answers))
    if isinstance(scored, evaluation.Scored) and scored.safety_id is not None:
        for question, answer in story.safety:
            given(evaluation.answer_safety(chart, scored.safety_id, question, answer))


def _answered(answer: object) -> None:
    if not isinstance(answer, evaluation.Answered):
        raise DemonstrationError(f"an answer of the demonstration was not taken: {answer}")


def _care(clinician: Person, who: Person, at: datetime) -> OpenChart:
    if who.patient_id is None:
        raise DemonstrationError(f"{who.name} is no patient")
    return given(open_chart(clinician, who.patient_id, purpose="care", at=at))


def _met(clinician: Person, who: Person, at: datetime, note: str) -> None:
    visit = NewEncounter(kind="video", started_at=at - timedelta(minutes=40), ended_at=at, reason="First visit", note=note)
    given(record_encounter(_care(clinician, who, at), visit))


def _send_plan(clinician: Person, who: Person, text: PlanText, at: datetime) -> UUID:
    written = planning.write_plan(_care(clinician, who, at), text)
    if not isinstance(written, planning.Written):
        raise DemonstrationError(f"a plan of the demonstration was not taken: {written}")
    given(planning.send_plan(_care(clinician, who, at), written.plan_id))
    return written.plan_id


def _agree(who: Person, plan_id: UUID, at: datetime) -> None:
    answer = planning.reply_to_plan(own_record(who, at), plan_id, "agree")
    if not isinstance(answer, planning.Replied):
        raise DemonstrationError(f"the plan of {who.name} could not be agreed to: {answer}")


def _sign(clinician: Person, who: Person, plan_id: UUID, at: datetime) -> None:
    """Drafted from the plan, every warning answered, signed with the two factors of the demonstration's clinician."""
    drafted = draft_prescription(_care(clinician, who, at), plan_id)
    if not isinstance(drafted, Drafted):
        raise DemonstrationError(f"no prescription could be drafted for {who.name}: {drafted}")
    for finding in given(check_draft(_care(clinician, who, at), drafted.draft_id)).examination.unanswered:
        said = override_warning(_care(clinician, who, at), drafted.draft_id, finding.fingerprint, reason="managed")
        if not isinstance(said, Overridden):
            raise DemonstrationError(f"the warning {finding.code} could not be answered: {said}")
    shown = given(signable(_care(clinician, who, at), drafted.draft_id)).shown
    known = next(one for one in sign_ins() if one.role == "clinician")

    def both_factors(digest: str) -> Proof | Refused:
        # Codes are told by the time that the telephone lives in, which is here the demonstration's own.
        return prove(clinician.account_id, known.password, totp(known.totp_secret, at.timestamp()), at, digest=digest)

    given(sign_prescription(_care(clinician, who, at), drafted.draft_id, shown, both_factors))


def _anxiety_plan(today: date) -> PlanText:
    return PlanText(
        indication="anxiety", goal="Ride the bus to work twice a week without leaving early.", product="diazepam-tablet-2",
        doses=(PlannedDose("morning", "1"), PlannedDose("night", "1")), starts_on=today, reassess_on=today + timedelta(days=14),
        ends_on=today + timedelta(days=28), supportive_care=("cbt", "relaxation", "sleep-routine"),
        supportive_note="First talking therapy visit is booked.",
    )  # fmt: skip


def _spasm_plan(today: date) -> PlanText:
    return PlanText(
        indication="muscle-spasm", goal="Turn in bed and walk to the shop.", product="diazepam-tablet-5",
        doses=(PlannedDose("night", "1"),), starts_on=today, reassess_on=today + timedelta(days=7), ends_on=today + timedelta(days=10),
        supportive_care=("physiotherapy",),
    )  # fmt: skip
