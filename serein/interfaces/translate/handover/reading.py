"""A handover document back into its facts, or why it cannot be trusted."""

import base64
import binascii
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from serein.care.continuity.facts import HandoverFacts, read
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.strict_json import parse

from .document import CARRIED, to_document

CHANGED = (
    "what people read in it and what would be imported are not the same: "
    "it was changed since it was made, or made by another version of Serein"
)


def is_handover(data: bytes) -> bool:
    """Whether this is a handover made by Serein. Raises BadInput for what is no JSON."""
    return bool(_carried(parse(data)))


def read_handover(data: bytes) -> HandoverFacts:
    """The facts of a document. Raises BadInput, and nothing else, unless `to_document` makes exactly this document of them."""
    tree = parse(data)
    found = _carried(tree)
    if len(found) != 1:
        raise BadInput("", "no handover made by Serein" if not found else "carries two handovers")
    try:
        facts = read(base64.b64decode(found[0], validate=True))
        made = parse(to_document(facts))
        ZoneInfo(facts.patient.time_zone)
    except (binascii.Error, msgspec.MsgspecError, ValueError, KeyError, OSError) as error:
        # The message of a decoder quotes what it stumbled over, and that may be somebody's answer.
        raise BadInput("Binary.data", f"is no handover that this version of Serein can read ({type(error).__name__})") from None
    if made != tree:
        raise BadInput("", CHANGED)
    return facts


def _carried(tree: Any) -> list[str]:
    entries = tree.get("entry") if isinstance(tree, dict) and tree.get("type") == "document" else None
    resources = [e.get("resource") for e in entries if isinstance(e, dict)] if isinstance(entries, list) else []
    binaries = [
        b for b in resources if isinstance(b, dict) and b.get("resourceType") == "Binary" and b.get("contentType") == CARRIED
    ]
    return [b["data"] for b in binaries if isinstance(b.get("data"), str)]
