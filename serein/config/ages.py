"""From which age people decide for themselves, by place, as the operator wrote it down with its source. Serein knows none by itself."""

import re

from django.core.exceptions import ImproperlyConfigured

FORM = 'SEREIN_AGES_OF_MAJORITY is read as "US-CA=18 (where it is written); US-XX=19 (where it is written)"'
ONE = re.compile(r"([A-Z]{2}(?:-[A-Z0-9]{1,3})?)\s*=\s*(\d{1,2})\s*\(([^()]{3,200})\)")
LOWEST, HIGHEST = 10, 30


def ages_of_majority(text: str) -> dict[str, tuple[int, str]]:
    """Age in years and its source, by jurisdiction; what is not named is unknown. Raises ImproperlyConfigured, saying what is wrong where."""
    found: dict[str, tuple[int, str]] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        read = ONE.fullmatch(part)
        if read is None or not LOWEST <= int(read[2]) <= HIGHEST or read[1] in found:
            raise ImproperlyConfigured(f"{FORM}; {part!r} cannot be read.")
        found[read[1]] = (int(read[2]), read[3].strip())
    return found
