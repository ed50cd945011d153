"""The gate of every action and every read: what the key's rule did not grant is not done and not shown, before a line of the function runs.

`@deed` and `@shown` look their function up in `deeds.py` and `wards.py` when the module is imported: without a row there the import fails.
What a permitted deed or read calls in turn is part of it, so only the outermost is asked. The database's wall asks each of them all the same.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.core.exceptions import PermissionDenied

from . import deeds, wards
from .keys import Key, Refused, refuse_on_record
from .permissions import Right

P = ParamSpec("P")
K = TypeVar("K", bound=Key)
R = TypeVar("R")
_inside: ContextVar[bool] = ContextVar("inside", default=False)

CODE = "not-permitted"
WHY: dict[Right, str] = {
    Right.OWN: "Only the patient can say this.",
    Right.LOG: "Only the patient, and whoever they let write there, writes in the dose diary.",
    Right.PREPARE: "Only the care team writes here.",
    Right.DECIDE: "Only a clinician who treats this patient decides this.",
    Right.SIGN: "Only a clinician who may sign for this patient signs. Whoever prepares cannot.",
    Right.NOTE: "Only somebody who treats this patient notes this.",
    Right.EXPORT: "You may look at this, not take it with you.",
    Right.TEAM: "Only the clinician who answers for this patient changes the care team.",
    Right.KEEP: "Psychotherapy notes are kept by their author alone.",
    Right.HAND_OVER: "Only the care team hands a patient over.",
}
ELSE = "Your role does not allow this here."


class NotShown(PermissionDenied):
    """A read was asked with a key that does not show it. A page that asks so is a defect; it is answered as a refusal, not as an error."""


def address(function: Callable[..., Any]) -> str:
    """How the tables name a function: its room, a dot, its name."""
    rooms = function.__module__.split(".")
    return f"{rooms[2]}.{function.__name__}"


@contextmanager
def _let_in() -> Iterator[None]:
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def deed(action: Callable[Concatenate[K, P], R]) -> Callable[Concatenate[K, P], R | Refused]:
    """For every action that takes a key. Refused, with a row on the trail, unless the key holds the right that the table names."""
    row = deeds.row(address(action))

    @wraps(action)
    def inner(key: K, /, *args: P.args, **kwargs: P.kwargs) -> R | Refused:
        if _inside.get():
            return action(key, *args, **kwargs)
        if row.right not in key.may:
            return refuse_on_record(key, row.deed, Refused(CODE, WHY.get(row.right, ELSE)))
        with _let_in():
            return action(key, *args, **kwargs)

    return inner


def shown(read: Callable[Concatenate[K, P], R]) -> Callable[Concatenate[K, P], R]:
    """For every read. Raises NotShown unless the key shows every part of the record that the table names for it."""
    parts = wards.READS[address(read)]

    @wraps(read)
    def inner(key: K, /, *args: P.args, **kwargs: P.kwargs) -> R:
        if _inside.get():
            return read(key, *args, **kwargs)
        if not parts <= key.sees:
            raise NotShown(f"this key does not show {', '.join(sorted(parts - key.sees))}")
        with _let_in():
            return read(key, *args, **kwargs)

    return inner
