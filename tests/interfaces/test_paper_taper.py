"""The calendar on paper: each month on one page, each day its dose, halves as halves, nothing read as markup."""

import io
import re
from calendar import Calendar, monthrange
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pypdf
import pytest

from serein.interfaces.paper.prescription import CannotPrint, Paper
from serein.interfaces.paper.taper import NEVER_STOP, NOT_CONFIRMED, REPLACES, CalendarPaper, DayDose, Period, taper_pdf

D = Decimal
FULL = (
    DayDose("morning", D("4"), (("diazepam-tablet-2", D(2)),)), DayDose("noon", D("1"), (("diazepam-tablet-2", D("0.5")),)),
    DayDose("evening", D("1"), (("diazepam-tablet-2", D("0.5")),)),
    DayDose("night", D("8.5"), (("diazepam-tablet-5", D("1.5")), ("diazepam-tablet-2", D("0.5")))),
)  # fmt: skip
LESS = (DayDose("night", D("2.5"), (("diazepam-tablet-5", D("0.5")),)),)


def paper(**changes: object) -> CalendarPaper:
    fields: dict[str, object] = {
        "name": "Maria Torres", "born": "Born March 27, 1985", "drug": "Diazepam", "version": 3, "made_on": date(2026, 12, 28),
        "from_on": date(2027, 2, 1), "ends_on": date(2027, 3, 31),
        "periods": (Period(date(2027, 1, 1), D("14.5"), FULL, change=False), Period(date(2027, 3, 5), D("2.5"), LESS)),
        "clinic": "Riverside Clinic", "phone": "555-0100", "emergency": "911", "crisis": "988 Suicide and Crisis Lifeline",
        "at": datetime(2026, 12, 28, tzinfo=UTC),
    }  # fmt: skip
    return CalendarPaper(**{**fields, **changes})  # type: ignore[arg-type]


def pages(pdf: bytes) -> list[str]:
    return [re.sub(r"\s+", " ", p.extract_text()) for p in pypdf.PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize("size", list(Paper))
def test_every_month_of_two_years_stays_on_its_page(size):
    """With four doses on every day, months of four, five and six weeks."""
    whole = paper(
        from_on=date(2026, 1, 1), ends_on=date(2027, 12, 31), periods=(Period(date(2025, 1, 1), D("14.5"), FULL, change=False),)
    )
    said = pages(taper_pdf(whole, size))
    months = [date(year, month, 1) for year in (2026, 2027) for month in range(1, 13)]
    weeks = {len(Calendar(6).monthdatescalendar(m.year, m.month)) for m in months}
    assert weeks == {4, 5, 6}
    at = [[n for n, text in enumerate(said) if f"{m:%B %Y}" in text and "Sunday" in text] for m in months]
    assert [len(found) for found in at] == [1] * 24
    assert [found[0] for found in at] == list(range(len(said) - 24, len(said))), "one page each, nothing spilled between"
    for month, (page,) in zip(months, at, strict=True):
        days = monthrange(month.year, month.month)[1]
        assert said[page].count("14.5 mg") == days and said[page].count("night") == days, f"{month:%B %Y}"


def text_lines(pdf: bytes) -> list[tuple[str, float, float]]:
    """Each run of text on the last page with its top and bottom in points from the top. Read from the finished file, not from the template."""
    page = pypdf.PdfReader(io.BytesIO(pdf)).pages[-1]
    height, found = float(page.mediabox[3]), []

    def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
        if text.strip():
            x, y = tm[4], tm[5]
            base = height - (cm[1] * x + cm[3] * y + cm[5])
            found.append((text.strip(), base - abs(size * cm[3] * tm[3]) * 0.7, base))

    page.extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("size", list(Paper))
@pytest.mark.parametrize("doses", [FULL, LESS], ids=["four doses", "one dose"])
def test_no_day_is_drawn_over_the_next_or_over_the_foot_of_the_page(size, doses):
    """May 2027 has six weeks. Rendered, each row of days keeps blank ground above the next rule and above the foot."""
    may = paper(
        from_on=date(2027, 5, 1), ends_on=date(2027, 5, 31), periods=(Period(date(2027, 1, 1), D(9), doses, change=False),)
    )
    lines = text_lines(taper_pdf(may, size))
    numbers = [(top, bottom) for words, top, bottom in lines if re.fullmatch(r"[0-9]{1,2}", words)]
    largest = max(bottom - top for top, bottom in numbers)  # the numbers of the days; those inside the tablets are smaller
    days = sorted({round(top) for top, bottom in numbers if bottom - top > 0.9 * largest})
    assert len(days) == 6, days
    foot = next(top for words, top, _ in lines if words.startswith("Do not stop all at once"))
    for top, below in zip(days, [*days[1:], foot], strict=True):
        inside = [bottom for _, start, bottom in lines if top <= round(start) < below - 1]
        assert max(inside) <= below + 1, (top, below, max(inside))
    nights = [n for words, n, _ in lines if "night" in words]
    assert len(nights) == 31 and len({round(n) for n in nights}) >= 6


def test_a_day_with_more_than_its_box_can_hold_is_refused():
    parts = tuple((p, D("1.5")) for p in ("diazepam-tablet-2", "diazepam-tablet-5", "diazepam-tablet-10")) * 3
    crowded = tuple(DayDose(at, D("76.5"), parts) for at in ("morning", "noon", "evening", "night"))
    with pytest.raises(CannotPrint, match="do not fit"):
        taper_pdf(paper(periods=(Period(date(2027, 1, 1), D(306), crowded, change=False),)))


def test_it_says_the_next_change_in_words_that_it_replaces_older_ones_and_whom_to_call():
    said = " ".join(pages(taper_pdf(paper())))
    for words in (
        "Next change: Friday, March 5, 2027, from 14.5 mg to 2.5 mg a day.", REPLACES, NEVER_STOP, NOT_CONFIRMED, "Version 3, made on",
        "Our clinic: 555-0100", "In an emergency: 911", "988 Suicide and Crisis Lifeline", "half a tablet of 5 mg", "NEW DOSE",
    ):  # fmt: skip
        assert words in said, words
    assert "½" not in said and "0.5 tablet" not in said


def test_a_held_dose_shows_no_change_and_says_so():
    held = paper(held="Your dose is held. No change comes.", periods=(Period(date(2027, 1, 1), D("14.5"), FULL, change=False),))
    said = " ".join(pages(taper_pdf(held)))
    assert "Your dose is held" in said and "Next change" not in said and "NEW DOSE" not in said


def test_the_last_day_of_a_taper_says_that_no_tablet_is_taken():
    ends = paper(periods=(Period(date(2027, 1, 1), D("2.5"), LESS, change=False), Period(date(2027, 3, 31), D(0), ())))
    assert "no tablets" in pages(taper_pdf(ends))[-1]


@pytest.mark.parametrize("name", ["#panic()", "$x^2$", "*bold*", "<label>", "@ref", "// c", "`code`", '"quoted"'])
def test_no_name_is_read_as_markup(name):
    assert name in pages(taper_pdf(paper(name=name)))[0]


def test_what_the_font_lacks_is_refused_and_so_is_a_calendar_without_end():
    with pytest.raises(CannotPrint) as refused:
        taper_pdf(paper(name="李"))
    assert "李" not in str(refused.value)
    with pytest.raises(CannotPrint):
        taper_pdf(replace(paper(), ends_on=date(2031, 1, 1)))


def test_a_proposal_says_that_nothing_is_agreed():
    assert "Proposal: nothing of this is agreed yet." in pages(taper_pdf(paper(proposal=True)))[0]
