"""A value worked out when first asked for and kept with the thing it was asked of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class once(Generic[V]):
    """`functools.cached_property` without the lock that Python 3.11 takes at each first look (3.12 dropped it): a scene is made for one
    decision, so all its first looks are paid for each time and no other thread ever sees it."""

    def __init__(self, make: Callable[[Any], V]) -> None:
        self.make = make
        self.name = make.__name__
        self.__doc__ = make.__doc__

    def __get__(self, held: Any, owner: Any = None) -> V:
        made = held.__dict__[self.name] = self.make(held)
        return made
