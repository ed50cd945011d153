"""The shell's test pages, for attacks on forms that count how often their deed was done."""

from tests.interfaces.conftest import guide_urls  # noqa: F401 - a fixture
