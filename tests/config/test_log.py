"""A defect leaves its place in the log and nothing of what it was about."""

import logging

from serein.config.log import Frames


def test_a_defect_is_logged_with_its_place_and_without_its_words():
    try:
        try:
            raise ValueError("Key (email)=(maria@example.test) already exists")
        except ValueError as cause:
            raise RuntimeError("Maria takes 5 mg") from cause
    except RuntimeError as error:
        record = logging.LogRecord(
            "django.request",
            logging.ERROR,
            __file__,
            1,
            "Internal Server Error: /me/",
            (),
            (type(error), error, error.__traceback__),
        )
    written = Frames("%(message)s").format(record)
    assert "builtins.RuntimeError" in written and "builtins.ValueError" in written and "test_log.py" in written
    assert "maria" not in written.lower() and "5 mg" not in written


def test_the_settings_send_defects_there(settings):
    assert settings.LOGGING["loggers"]["django"]["handlers"] == ["stderr"]
    assert settings.LOGGING["formatters"]["frames"]["()"] is Frames
