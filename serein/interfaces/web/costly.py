"""Which addresses cost more than a page, and how often one person may ask for them: files set by Typst, calculations, searches, large documents.

Written here once: the door holds it, and the reference of limits prints it. Sign-in, signing, codes and emergencies have limits of their own.
"""

from dataclasses import dataclass

from allauth.core.internal import ratelimit
from django.http import HttpRequest

ANY, SENT = frozenset({"GET", "HEAD", "POST"}), frozenset({"POST"})


@dataclass(frozen=True)
class Cost:
    """One kind of costly request: why it costs, how often (amount, time, per person), by which methods, at which addresses."""

    kind: str
    why: str
    often: str
    methods: frozenset[str]
    addresses: frozenset[str]


def _named(text: str) -> frozenset[str]:
    return frozenset(text.split())


COSTS = (
    Cost("file", "a file is set for paper or taken along", "40/5m/user", ANY, _named("""
        clinician:copy clinician:handover_paper clinician:handover_document clinician:taper_calendar
        patient:copy patient:card_file patient:taper_calendar patient:taper_calendar_file""")),
    Cost("calculation", "levels are estimated, or a reduction is planned and checked", "150/5m/user", ANY, _named("""
        clinician:levels clinician:watch clinician:check clinician:taper_plan clinician:taper_switch clinician:taper_stop
        clinician:taper_as_needed clinician:taper_existing patient:level""")),
    Cost("search", "names are looked through", "60/5m/user", SENT, _named("clinician:panel clinician:rota")),
    Cost("document", "a document of up to two million characters is read", "20/5m/user", SENT, _named("clinician:receive")),
)  # fmt: skip
OF = {(address, method): cost for cost in COSTS for address in cost.addresses for method in cost.methods}


def too_often(request: HttpRequest, address: str) -> Cost | None:
    """The limit that this request passes; None: it costs nothing special, or is within its limit, or nobody is signed in."""
    cost = OF.get((address, request.method or ""))
    if cost is None or not request.user.is_authenticated:
        return None
    within = ratelimit.consume(request, app="serein", action=cost.kind, config={cost.kind: cost.often}, limit_get=True)
    return cost if within is None else None
