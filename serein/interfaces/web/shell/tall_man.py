"""Names of drugs as staff read them: with the letters large that tell look-alikes apart (ISMP list of look-alike names, tall-man letters)."""

import re

TALL_MAN = {"diazepam": "diazePAM"}
_NAMES = re.compile("|".join(TALL_MAN), re.IGNORECASE)


def tall_man(text: str) -> str:
    """diazepam 5 mg tablet -> diazePAM 5 mg tablet."""
    return _NAMES.sub(lambda found: TALL_MAN[found.group().lower()], text)
