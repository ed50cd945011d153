"""Handover pages over HTTP: from one colleague to another and from clinic to clinic, stale and hostile posts, files only for their people."""

import io
import json
import re
from dataclasses import replace
from datetime import timedelta

import pypdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from serein.care.continuity import actions as continuity
from serein.care.continuity.models import Handover, Received
from serein.care.continuity.reads import handover_facts, responsible
from serein.care.continuity.words import STAYS
from serein.care.evaluation.actions import NewEntry, record_entry
from serein.clinical.case import Allergy, Concept
from serein.foundation.audit.models import TrailRow
from serein.foundation.people.persons import clinic_card
from serein.interfaces.paper.handover import handover_pdf
from serein.interfaces.paper.prescription import Paper
from serein.interfaces.paper.press import CannotPrint
from serein.interfaces.translate.handover import read_handover, to_document
from serein.interfaces.web.shell import clock
from tests.care.handed import ELSEWHERE, settled, treated
from tests.interfaces.shell_people import enter
from tests.interfaces.test_taper_pages import STRINGS
from tests.people import given, make_clinic, open_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(db, settings, tmp_path, monkeypatch):
    """The web lives at the instant of whoever is treated."""
    settings.STATE = tmp_path

    def at(found):
        monkeypatch.setattr(clock, "now", lambda: found.at)
        return found

    return at


@pytest.fixture
def sick(place):
    return place(settled())


@pytest.fixture
def tapered(place):
    return place(treated())


def desk_of(who):
    return enter(Client(), who, "password", "totp")


def address(sick, name, *more):
    return reverse(f"clinician:{name}", args=[sick.patient_id, *more])


def once_of(answer):
    return re.search(r'name="once" value="([^"]+)"', answer.content.decode())[1]


def post(client, page, url, **body):
    """What a person sends from the page that they opened."""
    return client.post(url, {**body, "once": once_of(client.get(page))})


def words_of(pdf):
    return re.sub(r"\s", "", "".join(p.extract_text() for p in pypdf.PdfReader(io.BytesIO(pdf)).pages))


def test_from_one_colleague_to_another(sick):
    ada, sam = desk_of(sick.people.clinician), desk_of(sick.people.stranger)
    here = address(sick, "handover")
    page = ada.get(here).content.decode()
    assert page.index("Problems first") < page.index("Dose in force") and STAYS in page
    sent = post(ada, here, here, to=str(sick.people.stranger.account_id), why="I move away")
    assert sent.status_code == 302
    handover_id = Handover.objects.get().id if sick.chart() else None
    assert post(ada, here, address(sick, "handover_send", handover_id)).status_code == 302
    assert "Ada Okafor stays responsible until they accept" in ada.get(address(sick, "chart")).content.decode()
    assert sam.get(address(sick, "chart")).status_code == 403, "before they accept, the record is not theirs"
    assert "Ada Okafor hands a patient over to you" in sam.get(reverse("clinician:panel")).content.decode()
    offered = sam.get(address(sick, "offered"))
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', offered.content.decode())[1]
    body = {"seen": seen, "once": once_of(offered)}
    taken = sam.post(address(sick, "offered_accept"), body)
    assert taken.status_code == 302 and taken.url == address(sick, "chart")
    assert sam.post(address(sick, "offered_accept"), body).status_code in (302, 403, 409), "a second press does nothing"
    assert sam.get(address(sick, "chart")).status_code == 200 and ada.get(address(sick, "chart")).status_code == 403
    assert responsible(open_for(sick.people.stranger, sick.people.patient, sick.at)).name == "Sam Stranger"


def test_an_old_page_takes_nobody_over(sick):
    sick.sent()
    sam = desk_of(sick.people.stranger)
    page = sam.get(address(sick, "offered"))
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page.content.decode())[1]
    given(record_entry(sick.chart(), NewEntry(Allergy(reference="v", concept=Concept(text="Latex")), "Latex")))
    stale = sam.post(address(sick, "offered_accept"), {"seen": seen, "once": once_of(page)})
    assert stale.status_code == 409 and "Read what is new first" in stale.content.decode()
    again = sam.get(address(sick, "offered")).content.decode()
    assert "Changed since it was prepared:" in again and "Latex" in again
    assert responsible(sick.chart()).name == "Ada Okafor"


def test_declining_and_taking_back_over_http(sick):
    sick.sent()
    sam, ada = desk_of(sick.people.stranger), desk_of(sick.people.clinician)
    no = address(sick, "offered_decline")
    assert post(sam, no, no, why="").status_code == 422
    assert post(sam, no, no, why="My list is full").status_code == 302
    assert sam.get(address(sick, "offered")).status_code == 403
    assert "My list is full" in ada.get(address(sick, "handover")).content.decode()
    handover_id = sick.prepared()
    back = address(sick, "handover_withdraw", handover_id)
    assert post(ada, back, back, why="She stays").status_code == 302
    for name in ("handover_paper", "handover_document"):
        assert ada.get(address(sick, name, handover_id)).status_code == 404, "what was taken back does not leave any more"


def test_the_files_are_what_was_prepared_for_their_people_and_leave_a_row(tapered):
    handover_id = tapered.sent(**ELSEWHERE)
    ada = desk_of(tapered.people.clinician)
    stored = bytes(Handover.objects.get(pk=handover_id).bundle) if tapered.chart() else b""
    file = ada.get(address(tapered, "handover_document", handover_id))
    assert file.content == stored and file["Content-Type"] == "application/fhir+json" and "no-store" in file["Cache-Control"]
    assert read_handover(file.content).patient.family == "Torres"
    paper = ada.get(address(tapered, "handover_paper", handover_id))
    text = words_of(paper.content)
    assert paper.content.startswith(b"%PDF") and "ToDrRosaKlein,HillClinic" in text.replace(":", "")
    assert text.count(re.sub(r"\s", "", STAYS)) >= 2, "on every page, and once in its frame"
    assert text.index("Problemsfirst") < text.index("Doseinforce") and "Unconfirmed:achangefrom" in text
    assert desk_of(tapered.people.stranger).get(address(tapered, "handover_paper", handover_id)).status_code == 403
    tapered.chart()
    assert TrailRow.objects.filter(deed="file_handover", subject_id=handover_id).count() == 2


def test_paper_is_tagged_the_same_each_time_and_refuses_what_it_cannot_print(tapered):
    facts, clinic = tapered.facts(), clinic_card(tapered.people.clinic.id)
    one = handover_pdf(facts, clinic, "Sam")
    assert one == handover_pdf(facts, clinic, "Sam") and one != handover_pdf(facts, clinic, "Sam", Paper.A4)
    assert pypdf.PdfReader(io.BytesIO(one)).trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert words_of(handover_pdf(facts, clinic, "#strong[x] $y$ \\")).count("#strong[x]$y$\\") == 1
    with pytest.raises(CannotPrint):
        handover_pdf(facts, clinic, "\u4e2d")


def test_another_clinics_acceptance_is_recorded_on_a_page(sick):
    handover_id = sick.sent(**ELSEWHERE)
    ada, yes = desk_of(sick.people.clinician), address(sick, "handover_accepted", handover_id)
    assert post(ada, yes, yes, by="", how="").status_code == 422
    assert "Compliance answers questions about it" in ada.get(yes).content.decode()
    done = post(ada, yes, yes, by="Dr Rosa Klein", how="telephone")
    assert done.status_code == 302 and done.url == reverse("clinician:panel")
    assert "Hill Clinic is responsible from now on" in ada.get(done.url).content.decode()
    assert ada.get(address(sick, "chart")).status_code == 403
    home = enter(Client(), sick.people.patient, "password").get(reverse("patient:home")).content.decode()
    assert (
        "Your care goes on somewhere else" in home and "Dr Rosa Klein, Hill Clinic" in home and "Answer our questions" not in home
    )


def test_a_patient_who_is_handed_back_is_brought_in_on_a_page(sick):
    handover_id = sick.sent(**ELSEWHERE)
    chart = sick.chart()
    given(continuity.record_acceptance(chart, handover_id, continuity.NewAcceptance(by="Dr Rosa Klein", how="telephone")))
    back = read_handover(Handover.objects.get(pk=handover_id).bundle)
    back = replace(back, at=back.at + timedelta(minutes=1), clinician=replace(back.clinician, clinic="Hill Clinic"))
    ada = desk_of(sick.people.clinician)
    answer = upload(ada, "handover.json", to_document(back))
    assert answer.status_code == 302, answer.content.decode()
    page = ada.get(answer.url).content.decode()
    assert "Handed back" in page and "Hill Clinic took over on" in page and "Hill Clinic handed this over" in page
    assert ada.get(address(sick, "chart")).status_code == 200


def upload(client, name, data):
    url = reverse("clinician:receive")
    return post(client, url, url, file=SimpleUploadedFile(name, data, "application/json"))


def test_a_file_from_another_clinic_is_brought_in_and_looked_through(tapered):
    rosa = make_clinic(tapered.at, name="Hill Clinic").clinician("Rosa Klein")
    client = desk_of(rosa)
    document = to_document(tapered.facts())
    answer = upload(client, "handover.json", document)
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(answer.url).content.decode()
    assert "From another clinic, not confirmed here" in page and "Next change on" in page and STAYS in page
    patient_id = answer.url.split("/")[3]
    chart = open_for(rosa, patient_id, tapered.at)
    received_id = Received.objects.get(patient=patient_id).id
    facts = handover_facts(chart)
    shown = client.get(reverse("clinician:chart", args=[patient_id])).content.decode()
    assert f"{facts.dose.mg} mg a day" in shown and "not confirmed here" in shown and "Nothing is prescribed" not in shown
    look = reverse("clinician:received_look", args=[patient_id, received_id])
    assert post(client, answer.url, look).status_code == 302
    assert "looked through by Rosa Klein" in client.get(answer.url).content.decode()
    again = upload(client, "handover.json", document)
    assert again.status_code == 302 and again.url == answer.url


def changed(document):
    tree = json.loads(document)
    tree["entry"][1]["resource"]["birthDate"] = "1990-01-01"
    return json.dumps(tree).encode()


BAD_FILES = (
    (lambda d: b"", "empty"), (lambda d: b"not json", "not JSON"), (lambda d: b"{}", "no handover made by Serein"),
    (lambda d: b"[" * 5000, "nested"), (lambda d: d[:-50], "not JSON"), (changed, "not the same"), (lambda d: b"\xff\xfe", "not UTF-8"),
    (lambda d: d.replace(b"Torres", b"T<script>"), "not the same"),
)  # fmt: skip


def test_a_file_that_is_none_brings_nothing_in_and_says_why(sick):
    client, document = desk_of(make_clinic(sick.at, name="Hill Clinic").clinician("Rosa Klein")), to_document(sick.facts())
    for make, says in BAD_FILES:
        answer = upload(client, "x.json", make(document))
        page = answer.content.decode()
        assert answer.status_code == 422 and says in page and "T<script>" not in page, says
    sick.chart()
    assert not Received.objects.exists()


def test_no_words_break_a_handover_page_or_come_back_as_markup(sick):
    client, here = desk_of(sick.people.clinician), address(sick, "handover")
    for hostile in (*STRINGS[9:12], *STRINGS[-2:]):
        named = {"to_name": hostile, "to_clinic": hostile, "to_address": hostile, "why": hostile}
        bad, good = post(client, here, here, to=hostile, why=hostile), post(client, here, here, to="elsewhere", **named)
        assert bad.status_code == 422 and good.status_code in (302, 422), (hostile[:20], bad.status_code, good.status_code)
        assert "<script>alert" not in (bad.content + client.get(here).content).decode().lower()
        sick.chart()
        row = Handover.objects.filter(state="prepared").first()
        assert (row is not None) == (good.status_code == 302)
        if row is not None:
            assert read_handover(client.get(address(sick, "handover_document", row.id)).content)
            assert client.get(address(sick, "handover_paper", row.id)).status_code in (200, 409)
            continuity.withdraw_handover(sick.chart(), row.id, why="The next one")


def test_every_handover_address_is_closed_to_others_and_unknown_ids(sick):
    handover_id = sick.sent()
    ben, ada = desk_of(sick.people.clinic.clinician("Ben Aid")), desk_of(sick.people.clinician)
    patient = enter(Client(), sick.people.patient, "password")
    for name in ("handover", "offered", "offered_accept", "offered_decline", "received"):
        assert ben.get(address(sick, name)).status_code == 403 and patient.get(address(sick, name)).status_code in (302, 403)
    for name in ("handover_send", "handover_withdraw", "handover_accepted", "handover_paper", "handover_document"):
        assert ben.get(address(sick, name, handover_id)).status_code == 403
        assert ada.get(address(sick, name, sick.patient_id)).status_code in (302, 404)
    assert ada.get(address(sick, "offered_accept")).status_code == 403
    assert isinstance(continuity.LOOK_TASK, str) and ada.get(address(sick, "received")).status_code == 404
