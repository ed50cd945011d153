"""Check digits: one wrong digit is always caught."""

from hypothesis import given
from hypothesis import strategies as st

from serein.care.access.numbers import is_dea, is_jurisdiction, is_npi

# From the examples of CMS (1234567893) and of the literature on DEA numbers (AB1234563, 1+3+5 + 2×(2+4+6) = 33).
NPI, DEA = "1234567893", "AB1234563"


def test_the_published_examples_pass():
    assert is_npi(NPI) and is_npi("1245319599")
    assert is_dea(DEA) and is_dea("F91234563")


def with_npi_digit(nine: str) -> str:
    return next(nine + d for d in "0123456789" if is_npi(nine + d))


@given(st.from_regex(r"[12][0-9]{8}", fullmatch=True), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_digit_in_an_npi_is_caught(nine: str, place: int, shift: int):
    right = with_npi_digit(nine)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert is_npi(right) and not is_npi(wrong)


@given(st.from_regex(r"[ABFGM][A-Z9][0-9]{6}", fullmatch=True))
def test_exactly_one_last_digit_makes_a_dea_number(eight: str):
    assert sum(is_dea(eight + d) for d in "0123456789") == 1


def test_what_only_looks_like_a_number_is_none():
    for text in ("", "1234567893 ", "１２３４５６７８９３", "3234567893", "12345678933", "1234567893\n", "abcdefghij"):
        assert not is_npi(text), text
    for text in ("", "ab1234563", "A1234563", "AB123456", "AB12345633", "ABC234563", "AB1234563\n", "ÀB1234563"):
        assert not is_dea(text), text


def test_places_have_the_form_of_iso_3166_2():
    assert all(is_jurisdiction(x) for x in ("US-CA", "IE", "GB-SCT", "FR-75"))
    assert not any(is_jurisdiction(x) for x in ("", "us-ca", "USA", "US-", "US-CALI", "California", "US-CA\n"))
