"""A count never touches a strength: "2 5 mg tablets" is one blank away from 25 mg."""

import re
from decimal import Decimal

import pytest

from serein.care.monitoring.regimen import part_words
from serein.care.planning.text import plannable_products


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ("0.5", "half a 5 mg tablet"),
        ("1", "1 tablet of 5 mg"),
        ("1.5", "1 and a half tablets of 5 mg"),
        ("2", "2 tablets of 5 mg"),
    ],
)
def test_tablets_in_words(units, words):
    five = next(p for p in plannable_products() if p.id == "diazepam-tablet-5")
    assert part_words(five, Decimal(units)) == words


def test_no_two_numbers_stand_side_by_side():
    for product in plannable_products():
        for quarters in range(1, 41):
            words = part_words(product, Decimal(quarters) / 4)
            assert not re.search(r"\d\s+\d", words), words
