"""The courier's rounds, carried out by the worker."""

from datetime import datetime
from pathlib import Path
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app

from .letters import Office
from .round import empty_outbox
from .twins import Courier, Folder, MailServer

SANDBOX = "outbox"


def courier() -> Courier:
    """The mail server of the settings; without one, and always in a demonstration, the folder `outbox` of the state."""
    if settings.SEREIN_SMTP_URL and not settings.DEMONSTRATION:
        return MailServer(settings.SEREIN_SMTP_URL)
    return Folder(Path(settings.STATE) / SANDBOX)


def clock() -> datetime:
    return cast(datetime, import_string(settings.SEREIN_CLOCK)())


# The lock: a slow mail server must not let rounds pile up. Claims keep two couriers apart even without it.
@app.periodic(cron="* * * * * */10")
@app.task(name="empty_outbox", queueing_lock="empty_outbox", lock="empty_outbox", pass_context=False)
def empty_outbox_now(timestamp: int) -> None:
    """Every ten seconds: what was written into the outbox goes out."""
    empty_outbox(courier(), Office(settings.BASE_URL, settings.SEREIN_MAIL_FROM), clock)
