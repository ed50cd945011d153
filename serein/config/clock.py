"""The demonstration's clock: it runs on from the instant that `serein up --now` names. A clinic's clock is the machine's."""

import os
from datetime import UTC, datetime, timedelta

OFFSET = "SEREIN_CLOCK_OFFSET_SECONDS"


def shifted() -> datetime:
    """Now, moved by the offset that all processes of one `serein up` share."""
    return datetime.now(UTC) + timedelta(seconds=float(os.environ.get(OFFSET, "0")))
