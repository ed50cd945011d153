"""Logs hold where something broke and of which kind, never what it was about.

The message of an exception may carry a row ("Key (email)=(…) already exists"), so only its type and its frames are written.
"""

import logging
import traceback
from types import TracebackType


class Frames(logging.Formatter):
    """One line for the record, one for each frame: file, line, function. No message, no source, no value."""

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        kind, error, _ = ei
        if kind is None or error is None:
            return ""
        lines = []
        chain: BaseException | None = error
        while chain is not None:
            frames = traceback.extract_tb(chain.__traceback__)
            lines += [
                f"{type(chain).__module__}.{type(chain).__qualname__}",
                *(f"  {f.filename}:{f.lineno} {f.name}" for f in frames),
            ]
            chain = chain.__cause__ or chain.__context__
        return "\n".join(lines)


def logging_settings() -> dict[str, object]:
    """Django's LOGGING: defects and warnings to standard error, which the supervisor keeps in the state folder."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"frames": {"()": Frames, "format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "frames"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        # Django's own handler would print messages of exceptions; 4xx are answers and not worth a line.
        "loggers": {
            "django": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
            "django.server": {"level": "ERROR"},
        },
    }
