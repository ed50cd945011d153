"""A plan that tests start from: 5 mg in the morning and half a 5 mg tablet at night, four weeks, looked at again after two."""

from datetime import date
from uuid import UUID

from serein.care.planning import actions as planning
from serein.care.planning.text import PlannedDose, PlanText
from serein.foundation.people.persons import Person
from tests.people import AT, open_for, own_chart

TODAY = date(2026, 11, 23)


def plan_text(**changes: object) -> PlanText:
    fields: dict[str, object] = {
        "indication": "anxiety", "goal": "Sleep through and go back to work", "product": "diazepam-tablet-5",
        "doses": (PlannedDose("morning", "1"), PlannedDose("night", "0.5")), "starts_on": TODAY, "reassess_on": date(2026, 12, 7),
        "ends_on": date(2026, 12, 21), "supportive_care": ("cbt", "relaxation"),
    }  # fmt: skip
    return PlanText(**{**fields, **changes})  # type: ignore[arg-type]


def written(clinician: Person, patient: Person, at=AT, **changes: object) -> UUID:
    answer = planning.write_plan(open_for(clinician, patient, at), plan_text(**changes))
    assert isinstance(answer, planning.Written), answer
    return answer.plan_id


def sent(clinician: Person, patient: Person, at=AT, **changes: object) -> UUID:
    plan_id = written(clinician, patient, at, **changes)
    answer = planning.send_plan(open_for(clinician, patient, at), plan_id)
    assert isinstance(answer, planning.Sent), answer
    return plan_id


def agreed(clinician: Person, patient: Person, at=AT, **changes: object) -> UUID:
    plan_id = sent(clinician, patient, at, **changes)
    answer = planning.reply_to_plan(own_chart(patient, at), plan_id, "agree")
    assert isinstance(answer, planning.Replied), answer
    return plan_id
