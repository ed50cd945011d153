"""Django's own mail (a forgotten password) goes the courier's way too: to the mail server, or into the folder.

Not while the page is made: a mail server takes its time, and only addresses that somebody has get a mail, so that the wait would tell which.
What waits when the process ends is lost; whoever waits for such a mail asks again.
"""

import logging
import uuid
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from email.message import EmailMessage as Message
from threading import BoundedSemaphore

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from .tasks import courier
from .twins import NotDelivered

log = logging.getLogger(__name__)
# One hand, and a bound: a mail server that does not answer must not fill the memory.
_hand, MOST_WAITING = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail"), 200
_room = BoundedSemaphore(MOST_WAITING)


class Backend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many were taken. A failure is logged by its code, not raised: the page says the same for known and unknown addresses."""
        return sum(_taken(one, address) for one in email_messages for address in one.to)


def _taken(mail: EmailMessage, address: str) -> bool:
    if not _room.acquire(blocking=False):
        log.warning("mail not delivered: too many wait")
        return False
    message = Message()
    message["Subject"], message["From"], message["To"] = mail.subject, mail.from_email, address
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(str(mail.body))
    _hand.submit(_hand_over, message).add_done_callback(_done)
    return True


def _hand_over(message: Message) -> None:
    try:
        courier().hand_over(str(uuid.uuid4()), message)
    except NotDelivered as problem:
        log.warning("mail not delivered: %s", problem.code)


def _done(handed: Future[None]) -> None:
    _room.release()
    if handed.exception() is not None:
        log.error("mail not delivered", exc_info=handed.exception())
