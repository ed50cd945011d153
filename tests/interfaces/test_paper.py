"""The paper copy says what was signed, letter for letter, and that it is a copy."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pypdf
import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from serein.care.prescribing import codes
from serein.care.prescribing.payload import build, read
from serein.interfaces.paper.prescription import (
    COPY_ONLY,
    DEMONSTRATION_LINE,
    NOT_CERTIFIED,
    CannotPrint,
    Options,
    Paper,
    prescription_pdf,
)
from tests.care.contents import contents, latin_names, plain_content

CODE = "7Q4MK2PD9XWA"
OPTIONS = Options(
    "http://localhost:8000", "2D8Y_aO3sOgaHpxxxy6i1Q1jgVJiYeP8ZvDH3fLgg6M", datetime(2026, 11, 22, 22, 5, tzinfo=UTC)
)


def text_of(pdf: bytes) -> str:
    """All the text, without the blanks that line breaks and kerning leave to chance."""
    return squeezed("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def content_words(content) -> list[str]:
    return [
        content.patient.given, content.patient.family, f"{content.patient.birth_date:%d-%b-%Y}", content.patient.address,
        content.medicine.drug, content.medicine.strength, content.medicine.form, content.quantity_words, content.directions, "0 (none)",
        f"{content.issued_on:%d-%b-%Y}", f"{content.valid_from:%d-%b-%Y}", f"{content.valid_until:%d-%b-%Y}", content.prescriber.name,
        content.prescriber.address, content.prescriber.phone, content.prescriber.dea, content.prescriber.licence, content.clinic.name,
        content.clinic.clinic_address, content.clinic.phone,
    ]  # fmt: skip


@pytest.mark.parametrize("paper", list(Paper))
def test_the_copy_says_all_that_was_signed_and_that_it_is_a_copy(paper):
    content = read(build(plain_content()).canonical)
    pdf = prescription_pdf(content, CODE, replace(OPTIONS, paper=paper))
    said = text_of(pdf)
    assert [word for word in content_words(content) if squeezed(word) not in said] == []
    assert squeezed(COPY_ONLY) in said and squeezed(NOT_CERTIFIED) in said and "7Q4M-K2PD-9XWA" in said
    assert "22-Nov-202614:05(America/Los_Angeles)" in said
    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[0]
    assert [round(float(side)) for side in page.mediabox[2:]] == ([595, 842] if paper is Paper.A4 else [612, 792])


@settings(max_examples=60, deadline=None)
@given(contents(latin_names(20)))
def test_any_name_that_the_font_holds_prints_as_itself(content):
    said = text_of(prescription_pdf(content, CODE, OPTIONS))
    assert [word for word in content_words(content) if squeezed(word) not in said] == []


MARKUP = ["#panic()", "$x^2$", "*bold*", "_it_", "a\\nb", "`code`", "<label>", "@ref", "= Head", "- item", "+ item", "/ t: d", "// c", "/* c */",
          "--", "...", "~", "[x](y)", "#let x = 1", '"quoted"', "\\u{48}", "'", "http://x.test", "#sys.inputs", "1.", "{}"]  # fmt: skip


@pytest.mark.parametrize("markup", MARKUP)
def test_no_name_is_read_as_markup(markup):
    patient = replace(plain_content().patient, given=markup, family=f"A{markup}B", address=markup)
    said = text_of(prescription_pdf(plain_content(patient=patient), CODE, OPTIONS))
    assert squeezed(f"{markup} A{markup}B") in said and squeezed(f"1972{markup}") in said


def test_a_letter_that_the_font_does_not_hold_is_refused_without_saying_which():
    patient = replace(plain_content().patient, given="李")
    with pytest.raises(CannotPrint) as refused:
        prescription_pdf(plain_content(patient=patient), CODE, OPTIONS)
    assert "李" not in str(refused.value)


def test_the_same_bytes_give_the_same_file_and_others_another():
    again = [prescription_pdf(read(build(plain_content()).canonical), CODE, OPTIONS) for _ in range(3)]
    assert len(set(again)) == 1
    assert prescription_pdf(plain_content(issued_on=date(2026, 11, 21)), CODE, OPTIONS) != again[0]


def test_a_demonstration_says_so_across_the_page_and_nothing_else_does():
    shown = text_of(prescription_pdf(plain_content(), CODE, replace(OPTIONS, demonstration=True)))
    assert "DEMONSTRATION" in shown and squeezed(DEMONSTRATION_LINE) in shown
    assert "emonstration" not in text_of(prescription_pdf(plain_content(), CODE, OPTIONS)).lower()


def test_the_file_is_tagged_and_brings_its_fonts():
    reader = pypdf.PdfReader(io.BytesIO(prescription_pdf(plain_content(), CODE, OPTIONS)))
    root = reader.trailer["/Root"]
    assert (
        root["/MarkInfo"]["/Marked"]
        and "/StructTreeRoot" in root
        and root["/Lang"] == "en"
        and reader.metadata.title == "Prescription"
    )
    fonts = reader.pages[0]["/Resources"]["/Font"]
    for one in fonts.values():
        assert "SourceSans3" in one.get_object()["/BaseFont"]
        assert (
            "/FontFile3" in one["/DescendantFonts"][0]["/FontDescriptor"]
            or "/FontFile2" in one["/DescendantFonts"][0]["/FontDescriptor"]
        )


def test_the_longest_content_is_printed_whole():
    content = plain_content(
        directions="Take 1 tablet. " * 66,
        patient=replace(plain_content().patient, given="M" * 120, family="W" * 120, address="x" * 300),
    )
    said = text_of(prescription_pdf(content, CODE, OPTIONS))
    assert [word for word in content_words(content) if squeezed(word) not in said] == []


@given(
    st.uuids().map(lambda _: codes.new_code()),
    st.sampled_from(["http://localhost:8000", "https://prescriptions.clinic-of-somewhere.example.org"]),
)
def test_the_qr_code_is_small_and_holds_the_address_in_upper_case(code, base):
    address = codes.address(base, code)
    made = segno.make(address, error="m", micro=False)
    assert made.version <= 4 and made.mode == "alphanumeric" and codes.typed(address) == code
    assert address == f"{base.upper()}/RX/{code}"


def test_nothing_in_the_copy_needs_the_ids():
    said = text_of(prescription_pdf(plain_content(), CODE, OPTIONS))
    assert str(UUID(int=2)) not in said and "diazepam-tablet-5mg" not in said
