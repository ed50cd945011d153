"""QuestionnaireResponse -> the answers of an instrument that Serein can score: PHQ-9 and GAD-7, item by item.

Items are known by LOINC code: as the last part of a linkId (`/44260-8`, as LOINC's own forms write it) or in the item's definition.
Sources: LOINC panels 44249-1 (PHQ-9) and 69737-5 (GAD-7), answer list LL358-3.
"""

from collections import deque

from serein.clinical.case import QuestionnaireAnswers
from serein.interfaces.translate.bundle import Entry
from serein.interfaces.translate.node import Node

PHQ9 = ("44250-9", "44255-8", "44259-0", "44254-1", "44251-7", "44258-2", "44252-5", "44253-3", "44260-8")
GAD7 = ("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7")
ITEMS = {code: ("phq-9", n) for n, code in enumerate(PHQ9, 1)} | {code: ("gad-7", n) for n, code in enumerate(GAD7, 1)}
LENGTH = {"phq-9": 9, "gad-7": 7}
POINTS = {"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3}
WORDS = {"not at all": 0, "several days": 1, "more than half the days": 2, "nearly every day": 3}
# Beside the items, the panels hold a total and a question on difficulty: known, and not needed, for the total is counted anew.
BESIDE = frozenset({"44261-6", "70274-6", "69722-7", "44249-1", "69737-5"})
FINISHED = frozenset({"completed", "amended"})
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def read_answers(entry: Entry) -> tuple[QuestionnaireAnswers, ...]:
    """One value per instrument that was recognised by its items; an unanswered item is None. Raises BadInput for wrong types."""
    node = entry.node
    node.skip("text", "identifier", "subject", "encounter", "author", "source", "questionnaire", "basedOn", "partOf")
    status = node.text("status")
    if status not in FINISHED:
        entry.skip(f"has the status {status or 'missing'}: not finished")
        return ()
    moment = node.moment("authored")
    found: dict[str, dict[int, int | None]] = {}
    for item in _all_items(node):
        _read_item(item, found)
    if not found:
        entry.skip("answers no instrument that Serein scores")
    return tuple(
        QuestionnaireAnswers(
            reference=entry.reference,
            instrument=instrument,
            answers=tuple((str(n), answers.get(n)) for n in range(1, LENGTH[instrument] + 1)),
            on=moment.day if moment else None,
        )
        for instrument, answers in found.items()
    )


def _all_items(node: Node) -> list[Node]:
    waiting, found = deque(node.children("item")), []
    while waiting:
        item = waiting.popleft()
        found.append(item)
        waiting.extend(item.children("item"))
    return found


def _read_item(item: Node, found: dict[str, dict[int, int | None]]) -> None:
    item.skip("text")
    names = {item.text("linkId").rsplit("/", 1)[-1], item.text("definition").rsplit("/", 1)[-1]}
    answers = item.children("answer")
    known = next((ITEMS[name] for name in names if name in ITEMS), None)
    if known is None:
        for answer in answers:
            answer.forget()
        if answers and not names & BESIDE:
            item.doubt("linkId", "an item of no instrument that Serein scores")
        return
    instrument, number = known
    points = _points(answers[0]) if len(answers) == 1 else None
    if answers and points is None:
        item.doubt("answer", "is none of the four answers of the instrument; counted as not answered")
    found.setdefault(instrument, {})[number] = points


def _points(answer: Node) -> int | None:
    """0 to 3, from a number, an ordinal extension, LOINC's answer code or its words."""
    number = answer.decimal("valueInteger")
    number = number if number is not None else answer.decimal("valueDecimal")
    if number is None and (coding := answer.child("valueCoding")) is not None:
        return _points_of_coding(coding)
    if number is None:
        return WORDS.get(answer.text("valueString").lower())
    return int(number) if number in (0, 1, 2, 3) else None


def _points_of_coding(coding: Node) -> int | None:
    coding.skip("system")
    code, words = coding.text("code"), coding.text("display").lower()
    for extension in coding.children("extension"):
        value = extension.decimal("valueDecimal")
        if extension.text("url") == ORDINAL and value in (0, 1, 2, 3):
            return int(value)
    if code in POINTS:
        return POINTS[code]
    return int(code) if code in ("0", "1", "2", "3") else WORDS.get(words)
