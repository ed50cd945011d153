"""A cursor over parsed JSON that knows where it stands, refuses wrong types and remembers what nobody read.

Remembering is what makes "listed, not dropped" true by construction: a field is understood only if some rule asked for it. It imports nothing of
the clinical core, so that a small command starts at once; what FHIR adds is in `node`.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Self

from serein.clinical.quantities import LONGEST_NUMBER
from serein.interfaces.translate.bad_input import BadInput

# Real records leave a few dozen kinds of fields unread; a file of invented keys must not drown the reader.
MOST_LISTED = 500
_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)

# Presentation and bookkeeping: no clinical meaning by definition of the standard (Resource, Element: id, meta, language, display).
QUIET = frozenset({"id", "resourceType", "meta", "language", "display", "userSelected", "version"})


@dataclass(frozen=True)
class NotUnderstood:
    """Something in the input that no rule reads: what, why, how often, and where it stood first."""

    what: str
    why: str
    count: int
    first: str

    def __str__(self) -> str:
        times = f" ×{self.count}" if self.count > 1 else ""
        return f"{self.what}{times}: {self.why} (first at {self.first})"


@dataclass
class Trace:
    """What one reading met: every node handed out, and every doubt. `ours`: the input is no FHIR, so that no list has an empty place and no
    key is mere bookkeeping; what would be passed over there was meant to be something here."""

    ours: bool = False
    nodes: list["Cursor"] = field(default_factory=list)
    doubts: list[tuple[str, str, str]] = field(default_factory=list)

    def doubt(self, what: str, why: str, where: str) -> None:
        self.doubts.append((what, why, where))

    def not_understood(self) -> tuple[NotUnderstood, ...]:
        """Doubts and unread fields, equal ones counted together, in the order they were met."""
        unread = [(f"{n.what}.{key}", "no rule reads this field", f"{n.path}.{key}") for n in self.nodes for key in n.unread()]
        counted: dict[tuple[str, str], tuple[int, str]] = {}
        for what, why, where in [*self.doubts, *unread]:
            count, first = counted.get((what, why), (0, where))
            counted[what, why] = (count + 1, first)
        listed = [NotUnderstood(what, why, count, first) for (what, why), (count, first) in counted.items()]
        more = listed[MOST_LISTED:]
        rest = (
            [NotUnderstood("other fields", "more kinds than can be listed", sum(n.count for n in more), more[0].first)]
            if more
            else []
        )
        return (*listed[:MOST_LISTED], *rest)


class Cursor:
    """One JSON object. `path` says where it stands in the file, `what` the same without indexes (`Patient.name.given`)."""

    __slots__ = ("_made", "_read", "_tree", "path", "trace", "what")

    def __init__(self, tree: Any, path: str, what: str, trace: Trace) -> None:
        if not isinstance(tree, dict):
            raise BadInput(path, f"expected an object, found {kind_of(tree)}")
        self._tree, self.path, self.what, self.trace = tree, path, what, trace
        self._read: set[str] = set()
        self._made: dict[str, Self] = {}
        trace.nodes.append(self)

    def unread(self) -> list[str]:
        quiet = () if self.trace.ours else QUIET
        return [key for key in self._tree if key not in self._read and key not in quiet and self._tree[key] is not None]

    def strange(self) -> list[str]:
        """As `unread`, for an input that is not FHIR: every key that nobody read, also one without a value."""
        return [key for key in self._tree if key not in self._read]

    def doubt(self, key: str, why: str) -> None:
        """List a field that was read and could not be used."""
        self._read.add(key)
        self.trace.doubt(f"{self.what}.{key}", why, f"{self.path}.{key}")

    def skip(self, *keys: str) -> None:
        """These fields are known and need no listing (administration, narrative)."""
        self._read.update(keys)

    def forget(self) -> None:
        """The whole object is listed elsewhere; its fields one by one would bury the reader."""
        self._read.update(self._tree)

    def same_as(self, other: "Cursor") -> bool:
        return bool(self._tree == other._tree)

    def was_read(self, key: str) -> bool:
        return key in self._read

    def has(self, key: str) -> bool:
        return self._tree.get(key) is not None

    def raw(self, key: str) -> Any:
        self._read.add(key)
        return self._tree.get(key)

    def bad(self, key: str, why: str) -> BadInput:
        return BadInput(f"{self.path}.{key}", why)

    def child(self, key: str) -> Self | None:
        value = self.raw(key)
        return None if value is None else self._inner(value, f"{self.path}.{key}", key)

    def children(self, key: str) -> list[Self]:
        """The objects of a list; nulls, which JSON FHIR uses to pad lists, are passed over."""
        return [self._inner(v, path, key) for path, v in self._items(key)]

    def texts(self, key: str) -> list[str]:
        found = []
        for path, value in self._items(key):
            if not isinstance(value, str):
                raise BadInput(path, f"expected text, found {kind_of(value)}")
            found.append(value)
        return found

    def text(self, key: str) -> str:
        """The text, stripped; '' when absent."""
        value = self.raw(key)
        if value is not None and not isinstance(value, str):
            raise self.bad(key, f"expected text, found {kind_of(value)}")
        return (value or "").strip()

    def flag(self, key: str) -> bool | None:
        value = self.raw(key)
        if value is not None and not isinstance(value, bool):
            raise self.bad(key, f"expected true or false, found {kind_of(value)}")
        return value

    def decimal(self, key: str) -> Decimal | None:
        """A JSON number or a decimal string, exactly as written."""
        value = self.raw(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
            raise self.bad(key, f"expected a number, found {kind_of(value)}")
        return self._exact(key, value)

    def whole(self, key: str) -> int | None:
        value = self.decimal(key)
        if value is None:
            return None
        if value != value.to_integral_value():
            raise self.bad(key, f"expected a whole number, found {value}")
        return int(value)

    def _inner(self, value: Any, path: str, key: str) -> Self:
        """One node for one place: two would each list as unread what the other has read."""
        if path not in self._made:
            self._made[path] = type(self)(value, path, f"{self.what}.{key}", self.trace)
        return self._made[path]

    def _items(self, key: str) -> list[tuple[str, Any]]:
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.bad(key, f"expected a list, found {kind_of(value)}")
        if self.trace.ours and None in value:
            raise BadInput(f"{self.path}.{key}[{value.index(None)}]", "an empty place in a list")
        return [(f"{self.path}.{key}[{i}]", v) for i, v in enumerate(value) if v is not None]

    def _exact(self, key: str, value: int | Decimal | str) -> Decimal:
        text = str(value).strip()
        if isinstance(value, str) and not _DECIMAL.fullmatch(text):
            raise self.bad(key, f"{text!r} is not a number")
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise self.bad(key, f"{text!r} is not a number") from None
        if len(text) > LONGEST_NUMBER or not number.is_finite() or abs(number.adjusted()) > LONGEST_NUMBER:
            raise self.bad(key, "the number is out of range")
        return number


def kind_of(value: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", int: "a number", Decimal: "a number"}
    return names.get(type(value), "nothing" if value is None else type(value).__name__)
