"""Two states of the knowledge side by side: what was added, what is gone, what says something else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from serein.clinical.knowledge.gates import label
from serein.clinical.knowledge.library import ROOMS, Knowledge


@dataclass(frozen=True)
class Difference:
    """`where` is room/id and the path inside; None before is new, None after is gone."""

    where: str
    before: str | None
    after: str | None


def differences(old: Knowledge, new: Knowledge) -> tuple[Difference, ...]:
    found: list[Difference] = []
    for room in ROOMS:
        one, other = (dict(_labelled(room, getattr(k, room))) for k in (old, new))
        for name in sorted(one.keys() | other.keys()):
            found += _between(f"{room}/{name}", one.get(name), other.get(name))
    return tuple(found)


def _labelled(room: str, values: tuple[Any, ...]) -> Iterator[tuple[str, Any]]:
    """Files by name; a room with several nameless files numbers them."""
    seen: dict[str, int] = {}
    for value in values:
        name = label(room, value)
        seen[name] = seen.get(name, 0) + 1
        yield (name if seen[name] == 1 else f"{name}-{seen[name]}"), value


def _between(where: str, old: Any, new: Any) -> Iterator[Difference]:
    if old == new and repr(old) == repr(new):
        return
    if isinstance(old, Struct) and type(old) is type(new):
        for name in old.__struct_fields__:
            yield from _between(f"{where}.{name}", getattr(old, name), getattr(new, name))
    elif isinstance(old, tuple) and isinstance(new, tuple) and _keyed(old) and _keyed(new):
        one, other = ({_key(v): v for v in values} for values in (old, new))
        for key in dict.fromkeys([*one, *other]):
            yield from _between(f"{where}[{key}]", one.get(key), other.get(key))
    else:
        yield Difference(where, None if old is None else words(old), None if new is None else words(new))


def _keyed(values: tuple[Any, ...]) -> bool:
    keys = [_key(v) for v in values]
    return all(keys) and len(set(keys)) == len(keys)


def _key(value: Any) -> str:
    """What tells one entry of a list from the next."""
    if not isinstance(value, Struct):
        return ""
    named = [
        str(getattr(value, n))
        for n in ("id", "code", "name", "indication", "population", "jurisdiction", "table")
        if hasattr(value, n)
    ]
    return " ".join(named)


def words(value: Any) -> str:
    """A value of the knowledge as people read it."""
    if isinstance(value, Struct):
        held = ((name, getattr(value, name)) for name in value.__struct_fields__)
        return "; ".join(f"{name}: {words(inner)}" for name, inner in held if inner not in (None, "", ()))
    return ", ".join(words(v) for v in value) if isinstance(value, tuple) else str(value)
