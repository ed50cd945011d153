"""What a page reads twice is asked of the database once.

A page is put together from parts that each read what they need, so the same plan or name is read many times under one key. While a page is only
looked at (`remembering`, around every GET), a read marked `@remembered` keeps its answer. Three things make it forget: the end of the request,
another key (other walls stand then), and any deed on record. Outside a page nothing is remembered: actions, jobs and tests read the database.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
_known: ContextVar[dict[Any, Any] | None] = ContextVar("known", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Within this block the reads marked `@remembered` answer the same question from memory."""
    token = _known.set({})
    try:
        yield
    finally:
        _known.reset(token)


def forget() -> None:
    """Something changed, or another key was made: what was read before no longer counts."""
    known = _known.get()
    if known is not None:
        known.clear()


def remembered(read: Callable[P, R]) -> Callable[P, R]:
    """For reads whose arguments are hashable and whose answer is never changed by those who get it."""

    @wraps(read)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        known = _known.get()
        if known is None:
            return read(*args, **kwargs)
        question = (read, args, tuple(sorted(kwargs.items())))
        if question not in known:
            known[question] = read(*args, **kwargs)
        answer: R = known[question]
        return answer

    return inner
