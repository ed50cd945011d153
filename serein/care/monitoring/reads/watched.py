"""One patient as the clinical core watches them, and the patients whom a run of the worker looks at."""

from datetime import date
from uuid import UUID

from serein.care.planning.models import Plan
from serein.care.planning.reads import PlanCard
from serein.care.tapering.reads import running_taper
from serein.clinical.watching import Watched
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart, OpenJob
from serein.foundation.people.models import Licence
from serein.foundation.people.persons import clinic_card, clinic_day, lead_of

from .check_ins import check_ins
from .diary import last_line
from .reviews import plan_to_review, review_of
from .supply import supply_ends


@shown
def patients_under_treatment(job: OpenJob) -> tuple[UUID, ...]:
    """Everybody with an agreed plan, also when its end has passed: nobody may have looked."""
    return tuple(Plan.objects.filter(state="agreed").order_by("patient_id").values_list("patient_id", flat=True).distinct())


@shown
def watched(chart: OpenChart) -> Watched | None:
    """None without an agreed plan."""
    plan = plan_to_review(chart)
    if plan is None:
        return None
    on, taper = clinic_day(chart.clinic_id, chart.at), running_taper(chart)
    told = [d for d in (_line_day(chart), _check_in_day(chart)) if d]
    ends = max(plan.text.ends_on, taper.ends_on) if taper else plan.text.ends_on
    return Watched(
        on=on, treated_from=plan.text.starts_on, supply_to=supply_ends(chart).covered_to, treatment_ends=ends,
        review_on=review_of(chart, plan).due_on, licence_to=_licence_to(chart, plan), last_word=max(told, default=None),
    )  # fmt: skip


def _line_day(chart: OpenChart) -> date | None:
    line = last_line(chart)
    return clinic_day(chart.clinic_id, line.recorded_at) if line else None


def _check_in_day(chart: OpenChart) -> date | None:
    newest = next(iter(check_ins(chart)), None)
    return newest.day if newest else None


def _licence_to(chart: OpenChart, plan: PlanCard) -> date | None:
    """The last day of the prescriber licence of whoever answers for the patient (else of whoever wrote the plan), where the clinic is.

    None when none is in force any more or yet.
    """
    lead = lead_of(chart.patient_id, at=chart.at)
    rows = Licence.objects.filter(
        practitioner__account=lead.account_id if lead else plan.written_by_id,
        kind="prescriber",
        jurisdiction=clinic_card(chart.clinic_id).jurisdiction,
        ended_at=None,
    )
    return rows.exclude(verified_on=None).order_by("-expires_on").values_list("expires_on", flat=True).first()
