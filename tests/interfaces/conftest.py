"""Fixtures of the doors' tests."""

import pytest

from serein.interfaces.web.doors import ANYBODY, DOORS, Door
from tests.interfaces.shell_people import CLOCK


@pytest.fixture
def guide_urls(settings, monkeypatch):
    from tests.interfaces import shell_urls

    settings.ROOT_URLCONF = "tests.interfaces.shell_urls"
    settings.SEREIN_CLOCK = CLOCK
    for pattern in shell_urls.urlpatterns:
        if hasattr(pattern, "lookup_str"):  # the test's own pages, which the product's table does not name
            monkeypatch.setitem(DOORS, pattern.lookup_str, Door(frozenset({ANYBODY})))
    shell_urls.DONE.clear()
    return shell_urls.DONE
