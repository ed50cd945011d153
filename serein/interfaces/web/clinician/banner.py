"""The patient's banner: who this page is about, always in the same place and the same order."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from serein.care.access.reads import OpenNow, PatientCard, emergency_open, patient_card
from serein.care.evaluation.reads import case_of
from serein.care.planning.reads import PlanCard, plan_in_force, plan_waiting
from serein.care.tapering.reads import dose_in_force, taper_line
from serein.clinical.case import Case, Known
from serein.foundation.people.keys import OpenChart, on_rota_until
from serein.foundation.people.permissions import Right
from serein.foundation.people.persons import clinic_card, clinic_day, still_cares

from .words import born_words, staff_name


@dataclass(frozen=True)
class Banner:
    """`allergies` is one line; `has_allergy` is whether it names one (drawn in a frame) rather than saying that none is known."""

    patient_id: UUID
    name: str
    spoken_name: str
    born: str
    pronouns: str
    language: str
    allergies: str
    has_allergy: bool
    plan: str
    taper: str
    ends: str
    may: frozenset[str] = frozenset()
    emergency: OpenNow | None = None
    closes: str = ""
    prepares: bool = False
    covers: str = ""


def banner(chart: OpenChart) -> Banner:
    on = clinic_day(chart.clinic_id, chart.at)
    card, case, plan = patient_card(chart), case_of(chart, on), plan_in_force(chart)
    emergency = emergency_open(chart)
    closes = f"{emergency.until.astimezone(ZoneInfo(clinic_card(chart.clinic_id).time_zone)):%H:%M}" if emergency else ""
    ends = f"until {plan.text.ends_on:%d-%b-%Y}, look again {plan.text.reassess_on:%d-%b-%Y}" if plan else ""
    return Banner(
        card.id, staff_name(card), card.name, born_words(card, on), card.pronouns, _language(card), _allergies(case), bool(case.allergies),
        *_plan(chart, plan, on), ends, frozenset(chart.may), emergency, closes, Right.PREPARE in chart.may and Right.SIGN not in chart.may,
        _covers(chart),
    )  # fmt: skip


def _covers(chart: OpenChart) -> str:
    """Until when this page is open on the rota alone, and what may be done; empty for whoever is in the care team."""
    if chart.by is None or chart.purpose != "care" or still_cares(chart.by.account_id, chart.patient_id, at=chart.at):
        return ""
    until = on_rota_until(chart.by, at=chart.at)
    may = ", ".join(r for r in ("note", "prepare", "decide", "sign") if r in chart.may)
    return (
        f"until {until.astimezone(ZoneInfo(clinic_card(chart.clinic_id).time_zone)):%d-%b-%Y %H:%M}; you may: {may}"
        if until
        else ""
    )


def _language(card: PatientCard) -> str:
    return "" if card.language.startswith("en") else f"Language {card.language}"


def _allergies(case: Case) -> str:
    if case.allergies:
        return "Allergy: " + ", ".join(dict.fromkeys(a.concept.words for a in case.allergies))
    return "No known allergies" if case.allergies_known is Known.YES else "Allergies not asked yet"


def _plan(chart: OpenChart, plan: PlanCard | None, on: date) -> tuple[str, str]:
    """The dose, both doses while a change of it is unconfirmed, and where the taper stands."""
    if plan is None:
        return "waiting for the patient" if plan_waiting(chart) else "none agreed", ""
    line = taper_line(chart, on)
    if line is None:
        most = " at most" if plan.has_as_needed else ""
        return f"{plan.substance}, {plan.daily_mg} mg a day{most}", ""
    now = dose_in_force(chart, on) if line.or_mg else None
    change = now.unconfirmed_change if now else None
    dose = f"{change.before} mg or {change.after} mg a day, unconfirmed" if change else f"{line.mg} mg a day"
    if line.from_substance and now is None:
        running = dose_in_force(chart, on)
        dose = f"{running.words} a day" if running else dose
        return (dose if running and running.still else f"{plan.substance}, {dose}"), line.step_words
    return f"{plan.substance}, {dose}", line.step_words
