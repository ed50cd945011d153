"""The plot on paper: two panels on one axis, from zero, with what is unknown and what was missed marked, and nothing but escaped text."""

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from serein.interfaces.paper.plot import NARROW_WIDTH, Plot, PlotDay, for_screens, two_panels

FIRST = date(2026, 11, 23)
SVG = "{http://www.w3.org/2000/svg}"


def plot(days, today=FIRST, label="Level and dose"):
    return Plot(tuple(days), today, label)


def day(n, **more):
    return PlotDay(FIRST + timedelta(days=n), **{"mg": Decimal("7.5"), **more})


def texts(svg):
    return [t.text for t in ET.fromstring(svg).iter(f"{SVG}text")]


def test_two_panels_share_one_axis_and_start_at_zero():
    svg = two_panels(plot([day(n, low=50.0, high=120.0, metabolite=80.0) for n in range(30)]))
    found = texts(svg)
    assert found.count("0") == 2 and "ng/mL, estimate" in found and "mg a day" in found
    assert "diazepam" in found and "nordiazepam" in found and found.count("today") == 1


def test_without_a_level_only_the_doses_are_drawn():
    found = texts(two_panels(plot([day(n) for n in range(10)])))
    assert "mg a day" in found and "ng/mL, estimate" not in found and "diazepam" not in found


def test_unknown_and_missed_are_marks_and_not_zeros():
    svg = two_panels(plot([day(0), day(1, mg=Decimal(0), unknown=True, planned_mg=Decimal("7.5")), day(2, missed=1)]))
    assert texts(svg).count("?") == 1 and texts(svg).count("×") == 1
    stairs = re.findall(r'<polyline points="([^"]+)"', svg)[-1].split()
    assert len({p.split(",")[1] for p in stairs}) == 1  # the unknown day does not fall to nothing


def test_months_are_words():
    found = texts(two_panels(plot([day(n) for n in range(60)])))
    assert "23 Nov 2026" in found and not any(re.fullmatch(r"\d+/\d+(/\d+)?", t or "") for t in found)


def test_a_label_cannot_break_out_of_its_attribute():
    root = ET.fromstring(two_panels(plot([day(0)], label='"><script>alert(1)</script>')))
    assert root.get("aria-label") == '"><script>alert(1)</script>' and not list(root.iter(f"{SVG}script"))


def marked(svg):
    return [p for p in ET.fromstring(svg).iter(f"{SVG}polyline") if p.get("stroke-dasharray") == "6 3"]


CHANGE = {"earlier_mg": Decimal("8.25"), "changed_mg": Decimal("7.5")}


def test_while_a_change_is_unconfirmed_both_doses_are_lines_with_the_ground_between_hatched():
    days = [day(n, planned_mg=Decimal("7.5"), **(CHANGE if n >= 4 else {})) for n in range(10)]
    svg = two_panels(plot(days, FIRST + timedelta(days=8)))
    assert "unconfirmed: 8.25 or 7.5 mg" in texts(svg) and len(marked(svg)) == 1
    assert svg.count("url(#pk-hatch)") == 1
    [before], [after] = marked(svg), [p for p in ET.fromstring(svg).iter(f"{SVG}polyline") if p.get("stroke-width") == "1"]
    (left, high), (right, low) = (p.split(",") for p in (before.get("points").split()[0], after.get("points").split()[-1]))
    assert float(left) < float(right) and float(high) < float(low)


def test_a_confirmed_dose_is_one_line():
    svg = two_panels(plot([day(n) for n in range(10)]))
    assert not marked(svg) and "pk-hatch" not in svg


def test_one_band_at_a_time_names_what_it_is_about_and_widens_the_axis():
    days = [day(n, low=50.0, high=120.0, metabolite=80.0, band_low=20.0, band_high=400.0) for n in range(30)]
    svg = two_panels(Plot(tuple(days), FIRST, "Level", band="nordiazepam"))
    assert "nordiazepam: estimate, for 9 in 10 people" in texts(svg) and "500" in texts(svg)
    assert len(list(ET.fromstring(svg).iter(f"{SVG}polygon"))) == 2


def test_on_a_telephone_the_letters_are_as_large_as_those_of_the_page():
    days = [day(n, missed=n == 3) for n in range(80)]
    root = ET.fromstring(two_panels(Plot(tuple(days), FIRST, "My dose", narrow=True)))
    width = float(root.get("viewBox").split()[2])
    assert float(root.get("font-size")) * 350 / width >= 14  # drawn 350 px wide, as on a telephone of 390
    dates = [t for t in root.iter(f"{SVG}text") if (t.text or "").startswith(("23 ", "18 ", "15 ", "12 "))]
    assert 2 <= len(dates) <= 4 and all(float(t.get("x")) < width - 30 for t in dates)


LEVEL = st.floats(0, 5000)


@given(st.lists(st.tuples(st.decimals(0, 60, places=1), LEVEL, LEVEL, LEVEL), min_size=1, max_size=90), st.integers(-5, 95))
def test_every_plot_is_well_formed_and_stays_on_its_sheet(rows, today):
    days = [day(n, mg=mg, low=min(a, b), high=max(a, b), metabolite=m) for n, (mg, a, b, m) in enumerate(rows)]
    root = ET.fromstring(two_panels(plot(days, FIRST + timedelta(days=today))))
    _, _, width, height = map(float, root.get("viewBox").split())
    for line in (*root.iter(f"{SVG}polyline"), *root.iter(f"{SVG}polygon")):
        for point in line.get("points").split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= width and 0 <= y <= height


def test_a_screen_gets_both_widths_and_nothing_of_the_narrow_one_leaves_it():
    days = [day(n, low=50.0, high=120.0, metabolite=80.0, band_low=20.0, band_high=200.0) for n in range(30)]
    both = for_screens(replace(plot(days), band="diazepam"))
    wide, narrow = both.split("</svg>")[:2]
    assert "pk-svg--narrow" not in wide and "pk-svg--narrow" in narrow and "9 in 10 people" in wide
    assert {"diazepam", "nordiazepam", "ng/mL"} <= set(texts(narrow + "</svg>"))
    assert all(float(x) <= NARROW_WIDTH for x in re.findall(r'<text x="([\d.]+)"', narrow))
