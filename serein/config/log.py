"""Logs hold where something broke and of which kind, never what it was about.

The message of an exception may carry a row ("Key (email)=(…) already exists"), so only its type and its frames are written.
"""

import copy
import logging
import re
import traceback
from types import TracebackType

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Frames(logging.Formatter):
    """One line for the record, one for each frame: file, line, function. No message, no source, no value."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Of a request its pattern, never its path: a path may hold the code of a prescription or the token of an invitation. One line,
        whatever was sent: a line break would let a stranger write lines of their own, a control character colour the terminal."""
        request = getattr(record, "request", None)
        if request is not None:
            record = copy.copy(record)
            match = getattr(request, "resolver_match", None)
            where = match.route if match is not None else "an address that is none"
            record.message = f"{getattr(record, 'status_code', '')} {getattr(request, 'method', '')} {where}"
        return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", super().formatMessage(record))

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
