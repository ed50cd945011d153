"""The file that a command was given, or standard input."""

import sys
from pathlib import Path

from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.strict_json import MOST_BYTES


def read_given(name: str, most_bytes: int = MOST_BYTES) -> bytes:
    """All bytes of the file, or of standard input for `-`. Raises BadInput when it cannot be read or is larger than `most_bytes`."""
    try:
        if name == "-":
            data = sys.stdin.buffer.read(most_bytes + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        raise BadInput("", f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > most_bytes:
        raise BadInput("", f"larger than {most_bytes} bytes")
    return data
