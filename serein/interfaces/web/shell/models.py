"""The shell's one table: which pages have been sent.

It belongs to the door, not to care: like a session it carries no policy, names no patient, and holds no content (only where the answer was).
"""

from django.db import models


class Submission(models.Model):
    """A one-time form token that was used. Written in the transaction of the deed itself, so both are there or neither."""

    nonce = models.CharField(primary_key=True, max_length=32)
    account = models.CharField(max_length=36, blank=True)
    digest = models.CharField(
        max_length=64, help_text="keyed digest of what was sent, to tell the same page sent again from a changed one"
    )
    location = models.CharField(max_length=400, blank=True, help_text="where the first answer led")
    at = models.DateTimeField(db_index=True)
