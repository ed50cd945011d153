"""Known people at the web's door: `client_of(ada)` is signed in with both factors, `browse_as(page, ada, url)` gives a browser her session."""

import time
from typing import Any

from django.conf import settings
from django.test import Client

from serein.foundation.people.models import Account
from serein.foundation.people.persons import Person


def client_of(who: Person, *, second_factor: bool = True) -> Client:
    """A client with a session as sign-in leaves it. Signing in itself is tested where it belongs."""
    client = Client()
    client.force_login(Account.objects.get(pk=who.account_id))
    session = client.session
    records: list[dict[str, Any]] = [{"method": "password", "at": time.time(), "email": who.email}]
    if second_factor:
        records.append({"method": "mfa", "type": "totp", "at": time.time()})
    session["account_authentication_methods"] = records
    session["account_authentication_methods_user"] = str(who.account_id)
    session.save()
    return client


def browse_as(page: Any, who: Person, url: str) -> Any:
    """Put that session into a Playwright page's cookies; `url` is the live clinic's."""
    value = client_of(who).cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])
    return page
