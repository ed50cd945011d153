"""Facts as dated, cited YAML, and the only code that reads them.

>>> from serein.clinical import knowledge
>>> knowledge.load().substance("diazepam").codes.rxnorm
('3322',)
"""

from serein.clinical.knowledge.facts import (
    BadKnowledge,
    Cite,
    Confidence,
    Product,
    Source,
    Substance,
)
from serein.clinical.knowledge.law_facts import Jurisdiction
from serein.clinical.knowledge.library import Knowledge, load, read
from serein.clinical.knowledge.pathway_facts import Advice
from serein.clinical.knowledge.questions import Instrument, Item, Option

__all__ = [
    "Advice",
    "BadKnowledge",
    "Cite",
    "Confidence",
    "Instrument",
    "Item",
    "Jurisdiction",
    "Knowledge",
    "Option",
    "Product",
    "Source",
    "Substance",
    "load",
    "read",
]
