"""What may be known of the outbox by somebody who runs the system: how much waits, since when. No letter."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenList


@dataclass(frozen=True)
class LettersInWait:
    """`given_up`: letters after their last attempt; somebody must see to them."""

    waiting: int
    oldest: datetime | None
    given_up: int


@shown
def letters_in_wait(listing: OpenList) -> LettersInWait:
    """The clinic's letters that are not sent yet, in numbers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT waiting, oldest, given_up FROM outbox_counts()")
        waiting, oldest, given_up = cursor.fetchone()
    return LettersInWait(waiting, oldest, given_up)
