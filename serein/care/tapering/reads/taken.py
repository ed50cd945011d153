"""Which other benzodiazepines are taken now as far as the record says: where a switch to diazepam can start from, and for whom."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

import msgspec

from serein.care.evaluation.answering import chosen, live
from serein.care.evaluation.models import RecordEntry
from serein.care.evaluation.reads import case_of, last_intake
from serein.clinical import knowledge
from serein.clinical.case import Case, Known, Medicine
from serein.clinical.knowledge.amounts import written
from serein.clinical.knowledge.scene import Scene
from serein.clinical.taper.switch import DIAZEPAM
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart

from ..models import TaperState
from .courses import tapers

LIVER = ("liver-disease", "severe-liver-disease")


@dataclass(frozen=True)
class TakenEntry:
    """One current entry of the record. `single_mg` and `times` a day are None where it does not say; `entry_id` where it is no entry of ours."""

    reference: str
    substance: str
    words: str
    single_mg: Decimal | None
    times: int | None
    daily_mg: Decimal | None
    entry_id: UUID | None


@dataclass(frozen=True)
class Taken:
    """`entries` that a table sets beside diazepam, `diazepam` taken beside them, and what the patient named at intake (`told`, an id or '').
    `age_years` in completed years at most, `liver_disease` None where the record does not say."""

    entries: tuple[TakenEntry, ...]
    diazepam: tuple[str, ...]
    told: str
    age_years: int | None
    liver_disease: bool | None

    def of(self, substance: str) -> tuple[TakenEntry, ...]:
        return tuple(e for e in self.entries if e.substance == substance)


@shown
def taken_now(chart: OpenChart, on: date) -> Taken:
    """What a switch already took the place of is not taken any more and is left out."""
    case, gone = case_of(chart, on), switched_away(chart)
    listed = [e for m in case.medicines if m.reference not in gone and (e := _entry(chart, m)) is not None]
    known = knowledge.load()
    switchable = {s.id for s in known.substances if s.equivalents} - {DIAZEPAM}
    return Taken(
        tuple(e for e in listed if e.substance in switchable), tuple(e.words for e in listed if e.substance == DIAZEPAM),
        _told(chart, switchable), case.birth.oldest_years(on) if case.birth else None, _liver(case, on),
    )  # fmt: skip


def _entry(chart: OpenChart, medicine: Medicine) -> TakenEntry | None:
    known = knowledge.load()
    identity = known.register.identify(medicine.medicine)
    if not identity.substance:
        return None
    read = written(medicine, identity, known)
    if read.rescue:
        return None
    how = "; ".join(d.text for d in medicine.dosages if d.text)
    words = f"{medicine.medicine.words}, {how}" if how else medicine.medicine.words
    single = read.single_mg.high if read.single_mg else None
    times = int(read.times.high) if read.times else None
    return TakenEntry(medicine.reference, identity.substance, words, single, times, read.daily_mg, _row(chart, medicine))


def _row(chart: OpenChart, medicine: Medicine) -> UUID | None:
    """The entry that the medicine stands in: references may be told apart by a number, so what it names must agree too."""
    rows = RecordEntry.objects.filter(patient=chart.patient_id, kind="medicine", ended_at=None).order_by("recorded_at", "id")
    for row in rows:
        value = msgspec.convert(row.value, Medicine)
        if (
            value.medicine == medicine.medicine
            and value.dosages == medicine.dosages
            and medicine.reference.startswith(value.reference)
        ):
            return row.id
    return None


def _told(chart: OpenChart, switchable: set[str]) -> str:
    intake = last_intake(chart)
    answers = live(intake.answers) if intake else {}
    if "now" not in chosen(answers.get("benzo_use", {})):
        return ""
    return next((s for s in sorted(chosen(answers.get("benzo_what", {}))) if s in switchable), "")


def _liver(case: Case, on: date) -> bool | None:
    scene = Scene(case=case, orders=(), knowledge=knowledge.load(), on=on)
    if any(scene.has_hazard(one) for one in LIVER):
        return True
    return False if case.conditions_known is Known.YES else None


@shown
def switched_away(chart: OpenChart) -> frozenset[str]:
    """References of the record's entries whose place a switch took: of one that runs, and of every one that came to its end."""
    return frozenset(
        reference
        for t in tapers(chart)
        if t.switch is not None and (t.state == TaperState.RUNNING or t.switched_all)
        for reference in t.switch.instead_of
    )
