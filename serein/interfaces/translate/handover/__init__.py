"""A handover as a FHIR R4 document, and back."""

from .document import CARRIED, to_document
from .reading import is_handover, read_handover

__all__ = ["CARRIED", "is_handover", "read_handover", "to_document"]
