"""Drafting: prefilled from the plan that the patient agreed to, never going beyond it."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from serein.care.planning.models import Plan
from serein.care.planning.reads import PlanCard
from serein.care.planning.text import Mistaken
from serein.care.tapering.reads.dose import dose_ceiling
from serein.foundation.audit.trail import Entry, record
from serein.foundation.people.gate import deed
from serein.foundation.people.keys import OpenChart, Refused, refuse_on_record, treating
from serein.foundation.people.persons import clinic_day
from serein.foundation.rows import new_id

from ..models import Draft, DraftState
from ..order import OrderText, mistakes, prefilled
from ..reads.agreed import beyond_agreed, siblings
from ..reads.prescriptions import latest_running, supplies
from ..reads.renewal import beyond_review, plan_to_prescribe, renewal

NO_PLAN = Refused("no-agreed-plan", "Nothing is prescribed before the patient has agreed to a plan that is in force.")
NOT_YOURS = Refused("not-your-role", "Only a clinician of the care team writes prescriptions.")
TAPER_RUNS = Refused("taper-runs", "A taper is running: write the prescription for its step, on the taper page.")
OPEN_DRAFT = Refused("draft-open", "Another draft is open under this plan. Sign or discard it first.")
STEP_TASK = "prescribe-taper-step"
CHANGED = Refused("draft-changed", "The draft was changed or closed since you saw it. Look again.")


@dataclass(frozen=True)
class Drafted:
    draft_id: UUID
    version: int


@dataclass(frozen=True)
class Discarded:
    draft_id: UUID


def by_clinician(chart: OpenChart) -> UUID | None:
    """The account of the clinician who holds this key for care, or None."""
    return treating(chart)


def _done(chart: OpenChart, deed: str, draft_id: UUID, **facts: Any) -> None:
    entry = Entry(chart.clinic_id, chart.at, chart.by.account_id if chart.by else None, deed, purpose=chart.purpose)
    record(entry.about(chart.patient_id, "draft", draft_id), facts=facts)


def _stored(chart: OpenChart, text: OrderText, on: date, regimen: str = "") -> dict[str, Any]:
    """A part of a regimen renews only what would still run beside it: what ends before its first day is simply followed."""
    if regimen:
        beside = [s for s in supplies(chart) if s.last_day >= text.starts_on and s.regimen != regimen]
        same = [s for s in beside if s.product == text.product] or beside
        renews = same[-1].prescription_id if same else None
    else:
        renews = latest_running(chart, on)
    return text.as_json() | ({"renews": str(renews)} if renews else {}) | ({"regimen": regimen} if regimen else {})


@deed
@transaction.atomic
def draft_prescription(chart: OpenChart, plan_id: UUID, text: OrderText | None = None) -> Drafted | Mistaken | Refused:
    """Open a draft under the agreed plan; without `text` it is filled in from the plan. A plan has one open draft: that one is returned."""
    by, on = by_clinician(chart), clinic_day(chart.clinic_id, chart.at)
    if by is None:
        return refuse_on_record(chart, "draft_prescription", NOT_YOURS)
    plan = plan_to_prescribe(chart)
    if plan is None or plan.id != plan_id:
        return refuse_on_record(chart, "draft_prescription", NO_PLAN, subject=("plan", plan_id))
    further = renewal(chart, plan)
    if further.refused is not None:
        return refuse_on_record(chart, "draft_prescription", further.refused, subject=("plan", plan_id))
    same = Draft.objects.filter(plan=plan_id, state=DraftState.OPEN).first()
    if same is not None:
        return Drafted(same.id, same.version) if text is None else change_draft(chart, same.id, same.version, text)
    if text is None and dose_ceiling(chart, on) is not None:
        return refuse_on_record(chart, "draft_prescription", TAPER_RUNS, subject=("plan", plan_id))
    order = text or prefilled(plan, on, further.fills_to)
    wrong = mistakes(order, plan, on=on) or beyond_review(order, further) or beyond_agreed(chart, plan, (order,))
    if wrong is not None:
        return wrong
    row = Draft(
        id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, plan_id=plan_id, prepared_by_id=by,
        order=_stored(chart, order, on), created_at=chart.at, changed_at=chart.at,
    )  # fmt: skip
    row.save(force_insert=True)
    _done(chart, "draft_prescription", row.id, version=1)
    return Drafted(row.id, 1)


@dataclass(frozen=True)
class RegimenDrafted:
    """One draft for each product of the regimen, in the order asked for."""

    draft_ids: tuple[UUID, ...]


@deed
@transaction.atomic
def draft_regimen(
    chart: OpenChart, plan_id: UUID, regimen: UUID, texts: tuple[OrderText, ...]
) -> RegimenDrafted | Mistaken | Refused:
    """Open one draft for each strength of one daily dose. `regimen` names what they belong to; asked again, the same drafts are returned."""
    by, on, deed = by_clinician(chart), clinic_day(chart.clinic_id, chart.at), "draft_regimen"
    if by is None:
        return refuse_on_record(chart, deed, NOT_YOURS)
    plan = plan_to_prescribe(chart)
    if plan is None or plan.id != plan_id:
        return refuse_on_record(chart, deed, NO_PLAN, subject=("plan", plan_id))
    further = renewal(chart, plan, str(regimen))
    if further.refused is not None:
        return refuse_on_record(chart, deed, further.refused, subject=("plan", plan_id))
    Plan.objects.select_for_update(no_key=True).get(pk=plan_id)  # two clicks at once open one set of drafts
    open_now = list(Draft.objects.filter(plan=plan_id, state=DraftState.OPEN).order_by("id"))
    mine = tuple(row.id for row in open_now if row.order.get("regimen") == str(regimen))
    if mine or open_now:
        return RegimenDrafted(mine) if mine else refuse_on_record(chart, deed, OPEN_DRAFT, subject=("plan", plan_id))
    each = (w for t in texts if (w := mistakes(t, plan, on=on) or beyond_review(t, further)))
    wrong = next(each, None) or beyond_agreed(chart, plan, texts)
    if wrong is not None:
        return wrong
    made = []
    for text in texts:
        row = Draft(
            id=new_id(), clinic_id=chart.clinic_id, patient_id=chart.patient_id, plan_id=plan_id, prepared_by_id=by,
            order=_stored(chart, text, on, str(regimen)), created_at=chart.at, changed_at=chart.at,
        )  # fmt: skip
        row.save(force_insert=True)
        _done(chart, deed, row.id, version=1)
        made.append(row.id)
    return RegimenDrafted(tuple(made))


@deed
@transaction.atomic
def change_draft(chart: OpenChart, draft_id: UUID, version: int, text: OrderText) -> Drafted | Mistaken | Refused:
    """Replace what the draft asks for. `version` is the one that the page showed: of two people, the second is told and loses nothing typed."""
    by, on = by_clinician(chart), clinic_day(chart.clinic_id, chart.at)
    if by is None:
        return refuse_on_record(chart, "change_draft", NOT_YOURS)
    plan: PlanCard | None = plan_to_prescribe(chart)
    rows = Draft.objects.filter(pk=draft_id, patient=chart.patient_id, state=DraftState.OPEN, version=version)
    if plan is None or not rows.filter(plan=plan.id).exists():
        why = NO_PLAN if rows.exists() else CHANGED
        return refuse_on_record(chart, "change_draft", why, subject=("draft", draft_id))
    regimen = rows.values_list("order", flat=True).get().get("regimen", "")
    together = (text, *(order for _, order, _ in siblings(chart, regimen, draft_id)))
    further = renewal(chart, plan, regimen)
    wrong = mistakes(text, plan, on=on) or beyond_review(text, further) or beyond_agreed(chart, plan, together)
    if wrong is not None:
        return wrong
    if not rows.update(order=_stored(chart, text, on, regimen), version=F("version") + 1, changed_at=chart.at, prepared_by_id=by):
        return refuse_on_record(chart, "change_draft", CHANGED, subject=("draft", draft_id))
    _done(chart, "change_draft", draft_id, version=version + 1)
    return Drafted(draft_id, version + 1)


@deed
@transaction.atomic
def discard_draft(chart: OpenChart, draft_id: UUID) -> Discarded | Refused:
    if by_clinician(chart) is None:
        return refuse_on_record(chart, "discard_draft", NOT_YOURS)
    rows = Draft.objects.filter(pk=draft_id, patient=chart.patient_id, state=DraftState.OPEN)
    if not rows.update(state=DraftState.DISCARDED, changed_at=chart.at):
        return refuse_on_record(chart, "discard_draft", CHANGED, subject=("draft", draft_id))
    _done(chart, "discard_draft", draft_id)
    return Discarded(draft_id)
