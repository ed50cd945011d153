"""What another clinic agreed fills the plan and the taper planner here: as a proposal that says whose it is, and never where nobody knows."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlparse

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from serein.care.continuity import actions as continuity
from serein.care.continuity.reads import handover
from serein.care.planning.reads import plans
from serein.care.planning.text import PlannedDose
from serein.care.tapering import actions as tapering
from serein.care.tapering.reads import running_taper, tapers
from serein.foundation.people.keys import open_chart
from serein.interfaces.translate.handover import read_handover, to_document
from serein.interfaces.web.clinician.carried import carried_plan, carried_taper
from serein.interfaces.web.shell import clock
from tests.care.handed import ELSEWHERE, treated
from tests.care.plans import agreed
from tests.interfaces.shell_people import enter
from tests.people import given, make_clinic, open_for, own_chart

pytestmark = pytest.mark.django_db
HERE = ["diazepam-tablet-2", "diazepam-tablet-5", "diazepam-solution-1"]


def brought_in(facts, at):
    """(the clinician who brought it in at another clinic, the id of the patient there)"""
    rosa = make_clinic(at, name="Hill Clinic", phone="555-0900").clinician("Rosa Klein")
    done = given(continuity.receive_handover(rosa, to_document(facts), facts, at=at))
    return rosa, done.patient_id


def handed_back():
    """A patient whose last change is confirmed, handed over and back, with a plan agreed anew for the dose in force."""
    sick = treated()
    step = running_taper(sick.chart()).steps[0]
    given(tapering.confirm_step(own_chart(sick.people.patient, sick.at), step.id))
    sent = sick.sent(**ELSEWHERE)
    chart = sick.chart()
    facts = read_handover(handover(chart, sent).document)
    given(continuity.record_acceptance(chart, sent, continuity.NewAcceptance(by="Dr Rosa Klein", how="telephone")))
    back = replace(facts, at=facts.at + timedelta(minutes=1), clinician=replace(facts.clinician, clinic="Hill Clinic"))
    given(continuity.receive_handover(sick.people.clinician, to_document(back), back, at=sick.at + timedelta(hours=1)))
    return replace(sick, at=sick.at + timedelta(hours=1)), back


def test_the_dose_in_force_fills_the_plan_and_the_page_says_whose_it_is(monkeypatch):
    sick = treated(held=True)
    facts = sick.facts()
    rosa, patient_id = brought_in(facts, sick.at)
    came = carried_plan(given(open_chart(rosa, patient_id, purpose="care", at=sick.at)))
    mg = {"diazepam-tablet-2": 2, "diazepam-tablet-5": 5, "diazepam-solution-1": 1}[came.initial["product"]]
    taken = sum(Decimal(came.initial.get(at) or 0) for at in ("morning", "noon", "evening", "night"))
    assert taken * mg == Decimal(facts.dose.mg) < Decimal(facts.plan.daily_mg), "the dose in force, not the plan's first one"
    monkeypatch.setattr(clock, "now", lambda: sick.at)
    client = enter(Client(), rosa, "password", "totp")
    page = client.get(reverse("clinician:plan", args=[patient_id])).content.decode()
    said = re.sub(r"\s+", " ", strip_tags(page))
    assert "Filled in from Riverside Clinic" in said and "check each line with the patient" in said and facts.plan.goal in said
    assert not plans(open_for(rosa, patient_id, sick.at)), "looking at the form stores nothing"


def test_while_a_change_is_unconfirmed_the_doses_stay_empty():
    sick = treated()
    rosa, patient_id = brought_in(sick.facts(), sick.at)
    came = carried_plan(open_for(rosa, patient_id, sick.at))
    assert "ask which is taken" in came.says and not {"product", "morning", "night"} & set(came.initial)
    settings = carried_taper(open_for(rosa, patient_id, sick.at), HERE).initial
    assert "stable_since" not in settings


def test_a_dose_that_no_one_product_makes_is_left_to_the_clinician():
    sick = treated(held=True)
    facts = sick.facts()
    step = facts.taper.steps[0]
    odd = replace(step, daily_mg="6.7", doses=(replace(step.doses[0], mg="6.7"),))
    steps = (odd, *facts.taper.steps[1:])
    came = replace(facts, taper=replace(facts.taper, steps=steps), dose=replace(facts.dose, mg="6.7"))
    rosa, patient_id = brought_in(came, sick.at)
    assert "No one product" in carried_plan(open_for(rosa, patient_id, sick.at)).says


def test_the_planner_offers_their_pace_and_their_changes_as_they_are_and_keeps_nothing(monkeypatch):
    sick, back = handed_back()
    dose = PlannedDose("night", back.dose.mg)
    on = sick.at.date()
    dates = {"starts_on": on, "reassess_on": on + timedelta(days=60), "ends_on": on + timedelta(days=300)}
    agreed(sick.people.clinician, sick.people.patient, sick.at, product="diazepam-solution-1", doses=(dose,), **dates)
    before = len(tapers(sick.chart()))
    monkeypatch.setattr(clock, "now", lambda: sick.at)
    client = enter(Client(), sick.people.clinician, "password", "totp")
    url = reverse("clinician:taper_plan", args=[sick.patient_id])
    page = client.get(url).content.decode()
    assert "Filled in from Hill Clinic" in page and "changes were still to come" in page
    link = next(h for h in re.findall(r'href="([^"]+)">Take over their changes', page)).replace("&amp;", "&")
    rest = [(s.from_on.isoformat(), s.daily_mg) for s in back.taper.steps if s.from_on > on]
    assert [tuple(t.split("_")) for t in parse_qs(urlparse(link).query)["typed"]] == rest
    theirs = client.get(url + link).content.decode()
    assert "These steps were typed" in theirs and "Keep as draft" in theirs
    assert len(tapers(sick.chart())) == before, "a look stores nothing"


def test_what_was_agreed_or_planned_here_since_is_not_filled_over():
    sick, _ = handed_back()
    chart = sick.chart()
    assert carried_plan(chart) is not None and carried_taper(chart, HERE) is not None
    agreed(sick.people.clinician, sick.people.patient, sick.at + timedelta(hours=1), starts_on=sick.at.date(),
           reassess_on=sick.at.date() + timedelta(days=14), ends_on=sick.at.date() + timedelta(days=90))  # fmt: skip
    assert carried_plan(sick.chart(sick.at + timedelta(hours=2))) is None
