"""Handing over in Chromium: from one colleague to another without JavaScript, to another clinic by file, every page at three widths."""

import os
from pathlib import Path

import pytest
from django.db import transaction

from serein.care.continuity.reads import responsible
from serein.interfaces.translate.handover import to_document
from serein.interfaces.web.shell import clock
from tests.care.handed import ELSEWHERE, treated
from tests.journeys.browser import audit, printed
from tests.people import make_clinic, open_for
from tests.web import browse_as

SHOTS = os.environ.get("SEREIN_SHOTS", "")


@pytest.fixture
def sick(live_clinic, settings, tmp_path, monkeypatch):
    settings.STATE = tmp_path
    with transaction.atomic():
        found = treated()
    monkeypatch.setattr(clock, "now", lambda: found.at)
    return found


def shoot(page, name):
    """A picture of the page at both widths, when somebody wants to look."""
    if SHOTS:
        for width, mark in ((1366, "d"), (390, "m")):
            page.set_viewport_size({"width": width, "height": 900})
            page.screenshot(path=Path(SHOTS) / f"{name}-{mark}.png", full_page=True)
        page.set_viewport_size({"width": 1366, "height": 900})


def test_a_patient_goes_from_one_colleague_to_another_without_javascript(live_clinic, sick, open_page):
    ada = browse_as(open_page(js=False), sick.people.clinician, live_clinic.url)
    sam = browse_as(open_page(js=False, width=390), sick.people.stranger, live_clinic.url)
    ada.goto(f"{live_clinic.url}/clinic/patients/{sick.patient_id}/")
    ada.get_by_role("link", name="Hand over").click()
    ada.get_by_role("button", name="Prepare the handover").click()
    assert ada.get_by_role("link", name="Choose who takes the patient over").is_visible(), (
        "nothing chosen is told, and nothing is lost"
    )
    ada.get_by_label("Sam Stranger").check()
    ada.get_by_label("Why is the patient handed over?").fill("I move away")
    ada.get_by_role("button", name="Prepare the handover").click()
    with ada.expect_download() as paper:
        ada.get_by_role("link", name="On paper (PDF)").click()
    assert Path(paper.value.path()).read_bytes().startswith(b"%PDF")
    ada.get_by_role("button", name="Send to Sam Stranger").click()
    assert ada.get_by_role("heading", name="Ada Okafor is responsible").is_visible()
    sam.goto(f"{live_clinic.url}/clinic/")
    sam.get_by_role("link", name="Read and answer").click()
    sam.get_by_role("button", name="I take TORRES, Maria over").click()
    assert sam.get_by_text("You are responsible for this patient from now on.").is_visible()
    assert sam.get_by_role("heading", name="Responsible").is_visible()
    ada.reload()
    assert (
        ada.get_by_text("You are not in this patient’s care team")
        .or_(ada.get_by_text("You are not in this patient's care team"))
        .is_visible()
    )
    with transaction.atomic():
        assert responsible(open_for(sick.people.stranger, sick.people.patient, sick.at)).name == "Sam Stranger"


def test_every_page_of_a_handover_passes_at_every_width(live_clinic, sick, open_page, tmp_path):
    ada, here = (
        browse_as(open_page(), sick.people.clinician, live_clinic.url),
        f"{live_clinic.url}/clinic/patients/{sick.patient_id}",
    )
    ada.goto(f"{here}/handover/")
    shoot(ada, "handover-new")
    audit(ada)
    with transaction.atomic():
        handover_id = sick.sent()
    for name in ("handover/", f"handover/{handover_id}/withdraw/", ""):
        ada.goto(f"{here}/{name}")
        shoot(ada, f"handover-{name.count('/')}")
        audit(ada)
    sam = browse_as(open_page(), sick.people.stranger, live_clinic.url)
    for name, url in (
        ("panel", f"{live_clinic.url}/clinic/"),
        ("offered", f"{here}/offered/"),
        ("decline", f"{here}/offered/decline/"),
    ):
        sam.goto(url)
        shoot(sam, f"handover-{name}")
        audit(sam)
    sam.goto(f"{here}/offered/")
    assert printed(sam)


def test_a_file_goes_to_another_clinic(live_clinic, sick, open_page, tmp_path):
    file = tmp_path / "handover.json"
    with transaction.atomic():
        handover_id = sick.sent(**ELSEWHERE)
        file.write_bytes(to_document(sick.facts()))
        rosa = make_clinic(sick.at, name="Hill Clinic").clinician("Rosa Klein")
    there = browse_as(open_page(), rosa, live_clinic.url)
    there.goto(f"{live_clinic.url}/clinic/")
    there.get_by_role("link", name="Bring in a handover from another clinic").click()
    audit(there)
    there.get_by_label("The handover file").set_input_files(file)
    there.get_by_role("button", name="Bring it in").click()
    assert there.get_by_role("heading", name="From another clinic, not confirmed here").is_visible()
    shoot(there, "handover-received")
    audit(there)
    there.get_by_role("button", name="I have looked through it").click()
    assert there.get_by_text("It stays what another clinic said").is_visible()
    ada = browse_as(open_page(), sick.people.clinician, live_clinic.url)
    ada.goto(f"{live_clinic.url}/clinic/patients/{sick.patient_id}/handover/{handover_id}/accepted/")
    shoot(ada, "handover-accepted")
    audit(ada)
    ada.get_by_label("Who accepted?").fill("Dr Rosa Klein")
    ada.get_by_label("by telephone").check()
    ada.get_by_role("button", name="Record the acceptance").click()
    assert ada.get_by_text("Hill Clinic is responsible from now on.").is_visible()
