"""Facts about the person that FHIR keeps as Observations, Conditions or answers: pregnancy, breastfeeding, alcohol, smoking, thoughts of death.

The newest statement counts; of two on one day the one that says yes. What no statement answers stays unknown. Codes: LOINC for what was
asked, SNOMED CT or LOINC answer codes for what was answered.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from serein.clinical.case import LOINC, Answer, Circumstances, Concept, Condition, Observation
from serein.clinical.knowledge import load
from serein.clinical.knowledge.names import says
from serein.interfaces.translate.answers import POINTS
from serein.interfaces.translate.problems import is_current
from serein.interfaces.translate.record import ImportedRecord

YES_CODES = frozenset({"LA33-6", "373066001", "Y"})
NO_CODES = frozenset({"LA32-8", "373067005", "N"})
PHQ9_ITEM_9 = "44260-8"


@dataclass(frozen=True, kw_only=True)
class _Question:
    """`asked`: LOINC codes of the observation. `yes`, `no`: answer codes. `words`: an answer in words that means yes unless it is denied.

    `counts`: a number above zero means yes. `state`: of the knowledge; conditions that show it mean yes while they are current.
    """

    field: str
    asked: frozenset[str]
    yes: frozenset[str] = frozenset()
    no: frozenset[str] = frozenset()
    words: tuple[str, ...] = ()
    counts: bool = False
    state: str = ""


QUESTIONS = (
    _Question(
        field="pregnant", asked=frozenset({"82810-3", "11449-6"}), yes=frozenset({"77386006", "LA15173-0"}),
        no=frozenset({"60001007", "LA26683-5"}), words=("pregnant",), state="pregnant",
    ),
    _Question(
        field="breastfeeding", asked=frozenset({"63895-7"}), yes=frozenset({"413712001"}),
        words=("breastfeeding", "breast feeding", "lactating"), state="breastfeeding",
    ),
    _Question(
        field="smokes", asked=frozenset({"72166-2"}),
        yes=frozenset({"449868002", "77176002", "428041000124106", "428071000124103", "428061000124105", "LA18976-3", "LA18977-1", "LA18979-7",
                       "LA18981-3", "LA18982-1"}),
        no=frozenset({"266919005", "8517006", "LA18978-9", "LA15920-4"}),
    ),
    _Question(field="alcohol", asked=frozenset({"74013-4", "11331-6"}), yes=frozenset({"219006"}), no=frozenset({"105542008"}), counts=True),
    _Question(
        field="suicidal_thoughts", asked=frozenset({PHQ9_ITEM_9}), counts=True,
        yes=frozenset(code for code, points in POINTS.items() if points), no=frozenset(code for code, points in POINTS.items() if not points),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class _Statement:
    on: date | None
    answer: Answer
    reference: str


def circumstances_of(record: ImportedRecord) -> Circumstances:
    found: dict[str, _Statement] = {}
    for question in QUESTIONS:
        statements = list(_statements(question, record))
        if statements:
            found[question.field] = max(statements, key=lambda s: (s.on or date.min, s.answer is Answer.YES))

    def said(field: str) -> Answer:
        return found[field].answer if field in found else Answer.UNKNOWN

    return Circumstances(
        pregnant=said("pregnant"), breastfeeding=said("breastfeeding"), smokes=said("smokes"), alcohol=said("alcohol"),
        suicidal_thoughts=said("suicidal_thoughts"), references=tuple((field, s.reference) for field, s in found.items()),
    )  # fmt: skip


def _statements(question: _Question, record: ImportedRecord) -> Iterator[_Statement]:
    for observation in (o.value for o in record.observations):
        answer = _observed(question, observation)
        if answer is not Answer.UNKNOWN:
            yield _Statement(observation.on, answer, observation.reference)
    for condition in (c.value for c in record.conditions):
        if is_current(condition) and _means(question, condition):
            # Current now, whenever it was first written down: it outweighs any dated "no".
            yield _Statement(date.max, Answer.YES, condition.reference)
    if question.field == "suicidal_thoughts":
        for told in (a.value for a in record.answers):
            points = dict(told.answers).get("9") if told.instrument == "phq-9" else None
            if points is not None:
                yield _Statement(told.on, Answer.YES if points else Answer.NO, told.reference)


def _observed(question: _Question, observation: Observation) -> Answer:
    if not question.asked & set(observation.concept.codes(LOINC)):
        return Answer.UNKNOWN
    if observation.value is not None:
        return (Answer.YES if observation.value > 0 else Answer.NO) if question.counts else Answer.UNKNOWN
    return _answered(question, observation.answer or Concept())


def _answered(question: _Question, answer: Concept) -> Answer:
    codes = {c.code for c in answer.codings}
    if codes & (question.yes | YES_CODES):
        return Answer.YES
    if codes & (question.no | NO_CODES):
        return Answer.NO
    text = answer.words.strip().lower()
    if text in ("yes", "true") or says(question.words, text):
        return Answer.YES
    denied = any(word in text for word in question.words)
    return Answer.NO if text in ("no", "false") or denied else Answer.UNKNOWN


def _means(question: _Question, condition: Condition) -> bool:
    return bool(question.state) and ("state", question.state) in load().terms.means(condition.concept)
