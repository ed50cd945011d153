"""Fixtures of the doors' tests."""

import pytest

from tests.interfaces.shell_people import CLOCK


@pytest.fixture
def guide_urls(settings):
    from tests.interfaces import shell_urls

    settings.ROOT_URLCONF = "tests.interfaces.shell_urls"
    settings.SEREIN_CLOCK = CLOCK
    shell_urls.DONE.clear()
    return shell_urls.DONE
