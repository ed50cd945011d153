"""What is done about the evaluation."""

from .importing import ImportDone, import_record

__all__ = ["ImportDone", "import_record"]
