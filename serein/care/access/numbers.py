"""Registration numbers that carry a check digit: a slip of the pen is caught before anybody relies on the number."""

import re

# 80840 = card issuer "health" (80) + United States (840): the NPI is the account number of that issuer, and its check digit is Luhn's
# over the whole (45 CFR 162.406(b); CMS, "Requirements for National Provider Identifier (NPI) and NPI Check Digit").
_ISSUER = "80840"


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_npi(text: str) -> bool:
    """Ten digits, the first 1 or 2, with Luhn's check digit.

    >>> is_npi("1234567893"), is_npi("1234567890")
    (True, False)
    """
    return re.fullmatch(r"[12][0-9]{9}", text) is not None and _luhn(_ISSUER + text)


def is_dea(text: str) -> bool:
    """Two letters (the second may be 9, a business's name) and seven digits: (1st + 3rd + 5th) + 2 × (2nd + 4th + 6th) ends with the 7th.

    >>> is_dea("AB1234563"), is_dea("AB1234564")
    (True, False)
    """
    if re.fullmatch(r"[A-Z][A-Z9][0-9]{7}", text) is None:
        return False
    d = [int(ch) for ch in text[2:]]
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


def is_jurisdiction(text: str) -> bool:
    """Whether it has the form of an ISO 3166-2 subdivision (US-CA) or of a whole country (IE)."""
    return re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", text) is not None
