"""What an intake that was sent adds to the record: who the patient is, and the medicines and allergies they named."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec

from serein.clinical.case import Allergy, Concept, Dosage, Medicine
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.models import Patient
from serein.foundation.people.persons import clinic_day
from serein.foundation.tasks.actions import NewTask, open_task

from ..answering import Answer, live, row_words
from ..form import BY_KEY
from ..models import RecordEntry
from ..reads.birth_date import wrong_birth_dates
from .own import put_on_trail

SYSTEM, BIRTH_DATE_TASK = "intake", "birth-date-differs"


def keep_identity(chart: OpenChart, answers: Mapping[str, Answer]) -> None:
    """The patient's word decides how to reach and call them. A birth date that differs from the recorded one is left for a person to settle:
    age decides doses, and the prescription names it.
    """
    told = live(answers)
    patient = Patient.objects.select_for_update().get(pk=chart.patient_id)
    patient.phone, patient.address = told["contact"]["phone"], told["contact"]["address"]
    patient.pronouns = told["sex"].get("pronouns", "")
    if told["sex"]["choice"] != "unknown":
        patient.sex = told["sex"]["choice"]
    if told["language"]["choice"] != "other":
        patient.language = told["language"]["choice"]
    born = date.fromisoformat(told["birth_date"]["date"])
    if patient.birth_date is not None and patient.birth_date != born and born not in wrong_birth_dates(chart):
        _ask_which_birth_date(chart)
    patient.birth_date = patient.birth_date or born
    patient.save()


def _ask_which_birth_date(chart: OpenChart) -> None:
    open_task(
        chart,
        NewTask(
            kind=BIRTH_DATE_TASK, tier="today", title="Two dates of birth: find out which is right",
            why="The patient wrote another date of birth than the one on record.", source="Intake, by the patient",
            finished_by="settle_birth_date", due_at=chart.at + timedelta(days=1),
        ),
    )  # fmt: skip


def keep_lists(chart: OpenChart, intake_id: UUID, answers: Mapping[str, Answer]) -> None:
    """Medicines and allergies as the patient typed them. The lists of an earlier intake end: this one was checked and sent in their place."""
    old = RecordEntry.objects.filter(patient=chart.patient_id, source_system=SYSTEM, ended_at=None)
    old.update(ended_at=chart.at)
    told = live(answers)
    day = f"intake, {clinic_day(chart.clinic_id, chart.at):%d-%b-%Y}"
    for number, row in enumerate(told.get("medicines", {}).get("rows", []), 1):
        value = Medicine(
            reference=f"{day}, medicine {number}", medicine=Concept(text=row["name"]), source="patient",
            dosages=(Dosage(text=row["how"]),) if row.get("how") else (),
        )  # fmt: skip
        words = row_words(BY_KEY["medicines"], row)
        _keep(chart, ("medicine", f"{intake_id}/{row['id']}", words), value)
    for number, row in enumerate(told.get("allergies", {}).get("rows", []), 1):
        allergy = Allergy(reference=f"{day}, allergy {number}", concept=Concept(text=row["name"]))
        words = row_words(BY_KEY["allergies"], row)
        _keep(chart, ("allergy", f"{intake_id}/{row['id']}", words), allergy)


def _keep(chart: OpenChart, what: tuple[str, str, str], value: Any) -> None:
    kind, source_id, words = what
    entry = RecordEntry(
        clinic_id=chart.clinic_id, patient_id=chart.patient_id, kind=kind, status="active", words=words[:400],
        value=msgspec.to_builtins(value), provenance="patient", source_system=SYSTEM, source_id=source_id, recorded_at=chart.at,
        recorded_by_id=chart.by.account_id if chart.by else None,
    )  # fmt: skip
    entry.save(force_insert=True)
    put_on_trail(chart, "record_entry", ("record_entry", entry.id), kind=kind)
