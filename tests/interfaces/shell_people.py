"""Signing known people in for the shell's tests, by the session's own records and without the pages (those have tests of their own)."""

import time

from django.test import Client

from serein.foundation.people.models import Account

CLOCK = "tests.interfaces.shell_people.clock"


def clock():
    from tests.people import AT

    return AT


def enter(client: Client, who, *factors: str) -> Client:
    """`factors`: password, totp. A session as sign-in leaves it."""
    client.force_login(Account.objects.get(pk=who.account_id))
    session = client.session
    session["account_authentication_methods_user"] = str(who.account_id)
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time()} if f == "password" else {"method": "mfa", "type": f, "at": time.time()}
        for f in factors
    ]
    session.save()
    return client
