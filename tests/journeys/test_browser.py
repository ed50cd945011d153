"""The questions asked of every page find what they ask for: a judge that lets everything pass would never be noticed."""

import re
from pathlib import Path

import pytest

from serein.interfaces import web
from tests.journeys.browser import JUDGED, WIDTHS, axe

GOOD = """<!doctype html><html lang="en"><head><title>Dose</title></head><body><main><h1>Dose of {day}</h1>
<label for="mg">Milligrams</label><input id="mg" value="{mg}"></main></body></html>"""


def test_a_page_that_differs_from_a_passed_one_in_more_than_words_is_judged_again(page):
    page.set_content(GOOD.format(day="Monday", mg=5))
    axe(page)
    page.set_content(GOOD.format(day="Tuesday", mg=6))
    axe(page)
    for good, bad in {'for="mg"': 'for="other"', 'lang="en"': "", "Milligrams": "", "Dose</title>": "</title>"}.items():
        broken = GOOD.format(day="Monday", mg=5).replace(good, bad)
        page.set_content(broken)
        for _ in range(2):  # what failed is not remembered as passed
            with pytest.raises(AssertionError, match=r"label|lang|title"):
                axe(page)


def test_no_style_sheet_knows_a_difference_between_the_widths_that_axe_takes_for_one():
    between = [w for w in WIDTHS if w not in JUDGED]
    assert between == [390] and min(JUDGED) == 320
    asked = []
    for sheet in Path(web.__file__).parent.rglob("*.css"):
        for query in re.findall(r"@(?:media|container)[^{]*\{", sheet.read_text()):
            for number, unit in re.findall(r"width:\s*([\d.]+)(px|r?em)", query):
                asked.append((float(number) * (1 if unit == "px" else 16), sheet.name))
    assert asked and not [one for one in asked if 320 < one[0] <= 390]
