"""The one place where the web reads a clock."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings
from django.utils.module_loading import import_string


def now() -> datetime:
    """The instant that views, reads and actions are given: from `settings.SEREIN_CLOCK`, so that tests and the demonstration bring their own.

    Raises RuntimeError when that clock returns a naive time: an instant without a zone would shift doses by hours.
    """
    at: datetime = import_string(settings.SEREIN_CLOCK)()
    if at.tzinfo is None:
        raise RuntimeError(f"{settings.SEREIN_CLOCK} returned a time without a zone")
    return at


def machine_seconds() -> float:
    """Seconds of the machine's own clock. Only for the age of a sign-in, which allauth stamps with that clock and no other: comparing it with
    a demonstration's borrowed time would make every sign-in ancient or not yet done."""
    return time.time()


@contextmanager
def lasting(seconds: float) -> Iterator[None]:
    """What is done inside takes at least so long, so that work which is done for some and not for others cannot be told by its time."""
    begun = time.monotonic()
    yield
    time.sleep(max(0.0, begun + seconds - time.monotonic()))
