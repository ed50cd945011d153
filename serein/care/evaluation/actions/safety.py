"""The safety questions, and the clinician's recorded assessment that takes a patient off Now.

The task Now is opened together with the questionnaire's result (`questionnaires.py`), so that a patient who leaves, whose battery dies, or who
answers nothing more is on the clinician's list all the same. Each answer is stored before the next page is shown.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from serein.foundation.outbox.post import post
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating
from serein.foundation.people.models import CareTeam, Patient
from serein.foundation.tasks.actions import NewTask, close_tasks, open_task

from ..answering import text_problem
from ..models import InstrumentResult, RiskAssessment, SafetyAnswer
from ..reads.harm import harm_told, warnings_seen
from ..reads.safety import open_safety
from ..safety import ANSWERS, ASK_ITEM, BY_KEY, CLEAN, EMERGENCY, JUDGEMENTS, NOT_REACHED, QUESTIONS, TASK, WAYS, outcome
from .own import not_the_patient, put_on_trail

GONE = Refused("not-asked", "These questions are no longer open.")
TITLES = {
    "": "Thoughts of being better off dead: safety questions not answered",
    "emergency": "Thoughts of being better off dead: not safe now",
    "support": "Thoughts of being better off dead: says safe now",
}


@dataclass(frozen=True)
class Asked:
    """Where the questions stand. `outcome` is emergency or support when nothing more is to be asked."""

    safety_id: UUID
    outcome: str


@dataclass(frozen=True)
class NewAssessment:
    """`seen` is `warnings_seen` of the page that the clinician answered, empty when there was no warning."""

    how: str
    judgement: str
    done: str
    seen: str = ""


@dataclass(frozen=True)
class Assessed:
    assessment_id: UUID
    closed: int


def ask_safety(chart: OpenChart, result: InstrumentResult) -> UUID:
    """Open a round of questions for one result, and the task Now with it."""
    answer = SafetyAnswer(clinic_id=chart.clinic_id, patient_id=chart.patient_id, result=result, asked_at=chart.at)
    answer.save(force_insert=True)
    put_on_trail(chart, "ask_safety", ("safety_answer", answer.id))
    _say_on_task(chart, answer)
    wake_the_team(chart)
    return answer.id


def wake_the_team(chart: OpenChart) -> None:
    """A neutral letter to everybody of the care team: a hint only. What counts is the task, and the numbers on the patient's page."""
    team = CareTeam.objects.filter(clinic=chart.clinic_id, patient_id=chart.patient_id, since__lte=chart.at).exclude(
        until__lte=chart.at
    )
    for address in team.order_by("since").values_list("account__email", flat=True):
        post(chart, kind="task-now", to=address, body={})


def _say_on_task(chart: OpenChart, answer: SafetyAnswer) -> None:
    """Now, once for each result, saying what is known at this moment. An older wording closes in the same transaction; the due time stays that
    of the first alarm. Also after an assessment: an answer that comes later is a new reason.
    """
    if answer.outcome:
        close_tasks(chart, kind=TASK, why="said anew after more answers", subject_id=answer.result_id)
    rounds = SafetyAnswer.objects.filter(result=answer.result_id).exclude(pk=answer.pk)
    why = "PHQ-9, last question, above zero."
    if rounds.filter(outcome=EMERGENCY).exists():
        why += " An earlier answer said not safe; the patient changed it."
    open_task(
        chart,
        NewTask(
            kind=TASK, tier="now", title=TITLES[answer.outcome], why=why, source="PHQ-9 and safety questions, by the patient",
            finished_by="assess_risk", due_at=answer.result.answered_at, subject_id=answer.result_id,
        ),
    )  # fmt: skip


@deed
@transaction.atomic
def answer_safety(chart: OpenChart, safety_id: UUID, question: str, answer: str) -> Asked | Refused:
    """Store one answer. Answering the same again changes nothing; another answer to a question already answered is refused (see
    `correct_safety`), so that no alarm can be overwritten.
    """
    if refused := not_the_patient(chart, "answer_safety"):
        return refused
    if question not in BY_KEY or answer not in dict(ANSWERS):
        raise ValueError("not a safety question, or not an answer to one")
    row = (
        SafetyAnswer.objects.select_for_update(of=("self",))
        .filter(pk=safety_id, patient=chart.patient_id)
        .select_related("result")
        .first()
    )
    if row is None:
        return refuse_on_record(chart, "answer_safety", GONE)
    known = getattr(row, question)
    if known == answer:
        return Asked(row.id, row.outcome)
    if known or row.outcome:
        return refuse_on_record(chart, "answer_safety", Refused("answered-before", "You have already answered this question."))
    setattr(row, question, answer)
    row.outcome, row.answered_at = outcome({q.key: getattr(row, q.key) for q in QUESTIONS}), chart.at
    row.save()
    put_on_trail(chart, "answer_safety", ("safety_answer", row.id), question=question, outcome=row.outcome)
    _say_on_task(chart, row)
    if row.outcome == EMERGENCY:
        wake_the_team(chart)
    return Asked(row.id, row.outcome)


@deed
@transaction.atomic
def correct_safety(chart: OpenChart, safety_id: UUID) -> Asked | Refused:
    """Ask again after "That was a mistake". The first answers stay; a second round begins, and the task stays Now meanwhile."""
    if refused := not_the_patient(chart, "correct_safety"):
        return refused
    row = (
        SafetyAnswer.objects.select_for_update(of=("self",))
        .filter(pk=safety_id, patient=chart.patient_id)
        .select_related("result")
        .first()
    )
    if row is None:
        return refuse_on_record(chart, "correct_safety", GONE)
    newer = (
        SafetyAnswer.objects.filter(result=row.result_id, asked_at__gte=row.asked_at)
        .exclude(pk=row.pk)
        .order_by("-asked_at")
        .first()
    )
    if newer is not None:
        return Asked(newer.id, newer.outcome)
    return Asked(ask_safety(chart, row.result), "")


@deed
@transaction.atomic
def assess_risk(chart: OpenChart, new: NewAssessment) -> Assessed | Refused:
    """Record a clinician's assessment. It takes the patient off Now, unless the patient was not reached or has answered more meanwhile. One that
    finds no present risk also ends what check-ins told of self-harm before it; any other leaves that standing."""
    if chart.by is None or treating(chart) is None:
        return refuse_on_record(
            chart, "assess_risk", Refused("not-your-role", "Only a clinician of the care team may record this.")
        )
    if (
        new.how not in dict(WAYS)
        or new.judgement not in dict(JUDGEMENTS)
        or text_problem(new.done, 10_000)
        or not new.done.strip()
    ):
        raise ValueError("an assessment says how, what was judged and what was done")
    # The locks make an answer that arrives at this instant wait, so that it opens its own task, and stands, after this assessment.
    Patient.objects.select_for_update(no_key=True).get(pk=chart.patient_id)
    list(SafetyAnswer.objects.select_for_update().filter(patient=chart.patient_id))
    waiting, told = open_safety(chart), harm_told(chart)
    if warnings_seen(chart) != new.seen:
        changed = Refused("changed-meanwhile", "The patient has answered more since you opened this page. Read it first.")
        return refuse_on_record(chart, "assess_risk", changed)
    row = RiskAssessment(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, answer_id=waiting.id if waiting else None,
        by_id=chart.by.account_id, at=chart.at, how=new.how, judgement=new.judgement, done=new.done,
    )  # fmt: skip
    row.save(force_insert=True)
    clears = new.judgement == CLEAN and new.how != NOT_REACHED
    put_on_trail(
        chart, "assess_risk", ("risk_assessment", row.id), how=new.how, **({"cleared": len(told)} if clears and told else {})
    )
    if new.how == NOT_REACHED:
        return Assessed(row.id, 0)
    return Assessed(row.id, sum(close_tasks(chart, kind=kind, why="an assessment was recorded") for kind in (TASK, ASK_ITEM)))
