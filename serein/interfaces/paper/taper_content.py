"""A version of a taper as the calendar prints it: from the day it is made, or from the first change where that lies ahead."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from serein.care.access.reads import patient_card
from serein.care.tapering.reads import StepDose, TaperCard
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import clinic_card

from .taper import CalendarPaper, DayDose, Period

# A held dose has no end by itself: the paper shows this many days of it and says that no change comes.
HELD_DAYS = 28


def calendar_of(chart: OpenChart, card: TaperCard) -> CalendarPaper:
    """What the paper says on the day of the key. A held taper shows the held dose and no change at all."""
    patient, clinic = patient_card(chart), clinic_card(chart.clinic_id)
    today = chart.at.astimezone(ZoneInfo(patient.time_zone)).date()
    before = Period(
        min(today, card.starts_on) - timedelta(days=366), card.request.daily_dose_mg, _doses(card.before_doses), change=False
    )
    steps = tuple(Period(s.from_on, s.daily_mg, _doses(s.doses)) for s in card.steps)
    ends_on, held = card.steps[-1].last_day, ""
    if card.hold is not None:
        steps = tuple(p for p in steps if p.from_on <= card.hold.from_on)
        ends_on = max(card.hold.until_on or today, today + timedelta(days=HELD_DAYS))
        held = "Your dose is held. No change comes before you have agreed to a new calendar."
    past = [p for p in (before, *steps) if p.from_on <= today]
    shown = (Period(past[-1].from_on, past[-1].mg, past[-1].doses, change=False), *(p for p in steps if p.from_on > today))
    return CalendarPaper(
        name=f"{patient.given} {patient.family}", born=f"Born {patient.birth_date:%B} {patient.birth_date.day}, {patient.birth_date.year}"
        if patient.birth_date else "", drug="Diazepam", version=card.version, made_on=today, from_on=today, ends_on=max(ends_on, today),
        periods=shown, clinic=clinic.name, phone=clinic.phone, emergency=clinic.emergency_number, crisis=clinic.crisis_line, held=held,
        proposal=card.state in ("draft", "sent"), demonstration=clinic.demonstration, at=chart.at,
        code=card.calendar_code, base_url=settings.BASE_URL,
    )  # fmt: skip


def _doses(doses: tuple[StepDose, ...]) -> tuple[DayDose, ...]:
    return tuple(DayDose(d.at, d.mg, d.parts) for d in doses)
