"""The emergency card: what a stranger must know, and never more certain than the record is."""

import io
import re
from dataclasses import replace
from datetime import date, timedelta

import pypdf
import pytest
import textstat

from serein.care.continuity.card import Change
from serein.care.continuity.reads import emergency_card
from serein.care.evaluation.actions import NewEntry, record_entry
from serein.care.planning.text import PlannedDose
from serein.clinical.case import Allergy, Concept
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.persons import clinic_card
from serein.interfaces.paper import card as paper
from serein.interfaces.paper.press import CannotPrint
from tests.care.evaluation.filling import fill_and_send
from tests.care.plans import agreed
from tests.care.signed import AT, dispense_one, sign_one, small_clinic
from tests.interfaces.shell_people import enter
from tests.people import given, open_for, own_chart

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return small_clinic()


def lines(place, at=AT) -> dict[str, tuple[str, ...]]:
    chart = own_chart(place.patient, at)
    return {p.heading: p.lines for p in paper.card_lines(emergency_card(chart), clinic_card(chart.clinic_id))}


def test_an_empty_record_says_that_nobody_asked_and_never_that_there_is_nothing(place):
    said = lines(place)
    assert said["Allergies"] == said["Other medicines"] == (paper.NOT_ASKED,)
    assert said["What I take"] == (paper.NOTHING_PLANNED,)
    assert paper.DO_NOT_STOP[0] in said
    assert said["Whom to call"][:2] == ("In an emergency: 911", "Riverside Clinic: 555-0100")


def test_the_plan_in_force_and_what_was_handed_out_stand_side_by_side(place):
    agreed(place.clinician, place.patient, AT, starts_on=date(2026, 11, 22))
    assert "This clinic has no record yet that a pharmacy has handed it out." in lines(place)["What I take"]
    sign_one_in_plan = sign_one(place)
    dispense_one(place, sign_one_in_plan)
    takes = lines(place, AT + timedelta(days=1))["What I take"]
    assert "half a tablet (2.5 mg) at night" in takes and "At most 7.5 mg in a day." in takes
    assert "From this clinic since November 22, 2026." in takes
    assert any(line.startswith("Last handed out on November 22, 2026: diazepam 5 mg tablet, 42") for line in takes)


def test_what_may_be_taken_when_needed_counts_into_the_most_of_a_day(place):
    doses = (PlannedDose("night", "1"), PlannedDose("as_needed", "0.5", "2", "14"))
    agreed(place.clinician, place.patient, AT, starts_on=date(2026, 11, 22), doses=doses)
    takes = lines(place)["What I take"]
    assert takes[:4] == (
        "Diazepam, by mouth:", "1 tablet (5 mg) at night",
        "half a tablet (2.5 mg) when needed, at most 2 times a day (5 mg) and 14 times in any 7 days (35 mg)", "At most 10 mg in a day.",
    )  # fmt: skip


def test_while_a_change_is_not_confirmed_both_doses_stand_on_the_card(place):
    card = replace(
        emergency_card(own_chart(place.patient, AT)), doses=("x",), most_a_day="10", change=Change(AT.date(), "10", "9")
    )
    takes = next(p for p in paper.card_lines(card, clinic_card(place.clinic.id)) if p.heading == "What I take")
    assert "A change from 10 mg to 9 mg a day was due on November 22, 2026. It is not sure if I made it." in takes.lines


def test_after_the_plan_has_ended_the_card_still_says_what_was_handed_out(place):
    dispense_one(place, sign_one(place))
    takes = lines(place, AT + timedelta(days=300))["What I take"]
    assert takes[0] == paper.NOTHING_PLANNED and any("Last handed out" in line for line in takes)


def test_the_patients_own_word_is_on_it_but_not_where_a_medicine_came_from(place):
    fill_and_send(
        own_chart(place.patient, AT), takes_medicines={"choice": "yes"}, has_allergies={"choice": "yes"},
        opioids={"choice": "yes"}, benzo_use={"choice": "now"},
    )  # fmt: skip
    said = lines(place)
    assert said["Other medicines"][0] == "I also take opioids (strong pain drugs)."
    assert {"Omeprazole, one 20 mg capsule a day", "Xanax"} <= set(said["Other medicines"])
    assert said["Allergies"] == ("Penicillin",)
    assert any("before I came: 8 months." in line for line in said["What I take"])
    assert "shared" not in str(said).lower()


def test_none_is_said_only_when_the_patient_said_none(place):
    fill_and_send(own_chart(place.patient, AT))
    assert lines(place)["Allergies"] == ("None that I know of.",)
    again = small_clinic("Hill Clinic")
    fill_and_send(own_chart(again.patient, AT), has_allergies={"choice": "unknown"})
    assert lines(again)["Allergies"] == (paper.NOT_ASKED,)


def test_an_allergy_that_the_clinician_recorded_is_on_it(place):
    chart = open_for(place.clinician, place.patient, AT)
    given(record_entry(chart, NewEntry(Allergy(reference="visit", concept=Concept(text="Penicillin")), "Penicillin")))
    assert lines(place)["Allergies"] == ("Penicillin",)


def printed_text(place, at=AT) -> str:
    chart = own_chart(place.patient, at)
    pdf = paper.card_pdf(emergency_card(chart), clinic_card(chart.clinic_id), at)
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1
    return re.sub(r"\s", "", reader.pages[0].extract_text())


def test_the_paper_says_every_line_of_the_page_and_that_nobody_confirmed_the_advice(place):
    agreed(place.clinician, place.patient, AT, starts_on=date(2026, 11, 22))
    fill_and_send(own_chart(place.patient, AT), takes_medicines={"choice": "yes"}, has_allergies={"choice": "yes"})
    text = printed_text(place)
    for heading, said in lines(place).items():
        for line in (heading, *said):
            assert re.sub(r"\s", "", line) in text
    assert re.sub(r"\s", "", paper.NOT_CONFIRMED) in text and "MariaTorres" in text


def test_a_letter_without_print_type_is_refused_and_the_page_still_works(place, client, settings):
    settings.SEREIN_CLOCK = "tests.care.continuity.test_card.at"
    chart = own_chart(place.patient, AT)
    with pytest.raises(CannotPrint):
        paper.card_pdf(replace(emergency_card(chart), name="\u4e2d"), clinic_card(chart.clinic_id), AT)
    enter(client, place.patient, "password")
    page = client.get("/me/card/")
    assert page.status_code == 200 and "Do not stop" in page.content.decode()
    answer = client.get("/me/card/card.pdf")
    assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    own_chart(place.patient, AT)
    assert TrailRow.objects.filter(deed="print_card", patient_id=place.patient.patient_id).count() == 1


def at():
    return AT


def test_every_sentence_of_the_card_is_at_most_grade_6():
    ours = [paper.NOT_SEEN, paper.NOTHING_PLANNED, paper.NOT_CONFIRMED, paper.NOT_ASKED, paper.OTHERS_TOLD, *paper.DO_NOT_STOP]
    plain = [re.sub(r"diazepam|medicines?|opioids|\([^)]*\)", "pill", text) for text in ours]
    assert textstat.flesch_kincaid_grade(" ".join(plain)) <= 6
    assert all(textstat.flesch_kincaid_grade(text) <= 8 for text in plain if len(text.split()) >= 8), plain
