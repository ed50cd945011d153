"""How often somebody without an account may try a code."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest

# An address, or a network of IPv6 (/64). Enough for a waiting room behind one router; 60 bits of code (40 for a calendar, which opens nothing)
# leave a guesser nothing to hope for.
LOOK_UPS = {"prescription_code": "30/5m/ip", "calendar_code": "30/5m/ip"}


def may_look(request: HttpRequest, what: str) -> bool:
    """allauth's public door skips what is asked with GET, and a code is."""
    return ratelimit.consume(request, app="serein", action=what, config=LOOK_UPS, limit_get=True) is not None
