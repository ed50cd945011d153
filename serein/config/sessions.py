"""The limits of sessions, as the environment gives them. Why these: docs/decisions/0011-how-long-a-session-lasts.md."""

from django.core.exceptions import ImproperlyConfigured

DEFAULT = {"patient": (30, 720), "staff": (15, 600)}
LONGEST_MINUTES = 24 * 60
FORM = 'SEREIN_SESSIONS is read as "staff=15/600,patient=30/720": minutes without a page, and minutes in all'


def session_limits(text: str) -> dict[str, tuple[int, int]]:
    """Minutes idle and in all, by role; what is not named keeps its default. Raises ImproperlyConfigured, saying what is wrong where."""
    limits = dict(DEFAULT)
    for part in filter(None, (p.strip() for p in text.split(","))):
        role, _, minutes = part.partition("=")
        idle, _, whole = minutes.partition("/")
        if role not in DEFAULT or not (idle.isascii() and idle.isdigit() and whole.isascii() and whole.isdigit()):
            raise ImproperlyConfigured(f"{FORM}; {part!r} cannot be read.")
        if not 1 < int(idle) <= int(whole) <= LONGEST_MINUTES:
            raise ImproperlyConfigured(
                f"{FORM}; in {part!r} the first must be at least 2, at most the second, and that at most {LONGEST_MINUTES}."
            )
        limits[role] = (int(idle), int(whole))
    return limits
