"""Law on how much may be supplied on one order."""

from __future__ import annotations

from serein.clinical.case import Order
from serein.clinical.findings import Input, NotChecked, Severity
from serein.clinical.knowledge.scene import SILENT, Because, Said, Scene

UNJUDGED = ("licence", "identity", "jurisdiction", "prescription-programme")


def lawful_supply(scene: Scene, order: Order) -> Said:
    repeats = order.supply.repeats if order.supply else None
    law = scene.knowledge.jurisdiction(scene.case.jurisdiction)
    if law.maximum_repeats is None or repeats is None or repeats <= law.maximum_repeats:
        return SILENT
    texts = (
        f"{repeats} repeats; the law of {law.name} allows {law.maximum_repeats}",
        "The law limits how often a controlled prescription may be filled again.",
    )
    because = Because(inputs=(Input(f"{repeats} repeats", order.reference),), cites=law.cites)
    return (scene.finding("refills-beyond-law", Severity.STOP, order.reference, texts, because),)


NOT_JUDGED: Said = tuple(NotChecked(what, "not judged here without a prescriber") for what in UNJUDGED)


def unjudged() -> Said:
    """What is never judged without a prescriber."""
    return NOT_JUDGED
