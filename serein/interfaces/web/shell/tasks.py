"""The shell's housekeeping, carried out by the worker once a day."""

from datetime import datetime, timedelta

from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app

from . import clock
from .models import Submission

PAGES_LIVE = timedelta(days=30)
"""Far beyond the life of a session: a page older than this asks for a sign-in first, and what it sends is then seen by a person."""


def sweep(at: datetime) -> int:
    """Delete one-time tokens used longer ago than pages live (how many), and sessions that are over by the machine's clock, which dates them."""
    SessionStore.clear_expired()
    return Submission.objects.filter(at__lt=at - PAGES_LIVE).delete()[0]


@app.periodic(cron="17 3 * * *")
@app.task(name="sweep_shell", queueing_lock="sweep_shell", pass_context=False)
def sweep_now(timestamp: int) -> None:
    sweep(clock.now())
