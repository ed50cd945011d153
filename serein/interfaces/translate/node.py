"""A cursor over parsed FHIR that knows where it stands, refuses wrong types and remembers what nobody read.

Remembering is what makes "listed, not dropped" true by construction: a field is understood only if some rule asked for it.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from serein.clinical.case import ATC, ICD10, ICD10CM, LOINC, RXNORM, SNOMED, Coding, Concept
from serein.clinical.quantities import LONGEST_NUMBER
from serein.interfaces.translate.bad_input import BadInput

# Real records leave a few dozen kinds of fields unread; a file of invented keys must not drown the reader.
MOST_LISTED = 500
EARLIEST_YEAR, LATEST_YEAR = 1850, 2150
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?", re.ASCII)
_TIME = re.compile(r"T(\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)

# Presentation and bookkeeping: no clinical meaning by definition of the standard (Resource, Element: id, meta, language, display).
QUIET = frozenset({"id", "resourceType", "meta", "language", "display", "userSelected", "version"})


# One code system has many spellings; a check asks for one.
SYSTEMS = {
    **{system.lower(): system for system in (RXNORM, ATC, SNOMED, ICD10CM, ICD10, LOINC)},
    "urn:oid:2.16.840.1.113883.6.88": RXNORM,
    "urn:oid:2.16.840.1.113883.6.73": ATC,
    "urn:oid:2.16.840.1.113883.6.96": SNOMED,
    "urn:oid:2.16.840.1.113883.6.90": ICD10CM,
    "urn:oid:2.16.840.1.113883.6.3": ICD10,
    "urn:oid:2.16.840.1.113883.6.1": LOINC,
    "https://www.whocc.no/atc": ATC,
    "http://fhir.de/codesystem/bfarm/atc": ATC,
    "https://loinc.org": LOINC,
    "https://snomed.info/sct": SNOMED,
}


@dataclass(frozen=True)
class Moment:
    """A FHIR date or dateTime: the first and last day it can mean ("2016" is a year), and the instant when a time is written."""

    first: date
    last: date
    instant: datetime | None = None

    @property
    def day(self) -> date:
        return self.first


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
    """What one reading met: every node handed out, and every doubt."""

    nodes: list["Node"] = field(default_factory=list)
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


class Node:
    """One JSON object. `path` says where it stands in the file, `what` the same without indexes (`Patient.name.given`)."""

    __slots__ = ("_made", "_read", "_tree", "path", "trace", "what")

    def __init__(self, tree: Any, path: str, what: str, trace: Trace) -> None:
        if not isinstance(tree, dict):
            raise BadInput(path, f"expected an object, found {kind_of(tree)}")
        self._tree, self.path, self.what, self.trace = tree, path, what, trace
        self._read: set[str] = set()
        self._made: dict[str, Node] = {}
        trace.nodes.append(self)

    def unread(self) -> list[str]:
        return [key for key in self._tree if key not in self._read and key not in QUIET and self._tree[key] is not None]

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

    def same_as(self, other: "Node") -> bool:
        return bool(self._tree == other._tree)

    def digest(self) -> str:
        """A name for a resource that has none: the same content has the same digest, whatever the order of its keys."""
        return hashlib.sha256(json.dumps(self._tree, sort_keys=True, default=str).encode()).hexdigest()

    def was_read(self, key: str) -> bool:
        return key in self._read

    def has(self, key: str) -> bool:
        return self._tree.get(key) is not None

    def raw(self, key: str) -> Any:
        self._read.add(key)
        return self._tree.get(key)

    def bad(self, key: str, why: str) -> BadInput:
        return BadInput(f"{self.path}.{key}", why)

    def child(self, key: str) -> "Node | None":
        value = self.raw(key)
        return None if value is None else self._inner(value, f"{self.path}.{key}", key)

    def children(self, key: str) -> list["Node"]:
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

    def moment(self, key: str) -> Moment | None:
        text = self.text(key)
        return read_moment(text, f"{self.path}.{key}") if text else None

    def concept(self, key: str) -> Concept | None:
        """A CodeableConcept; None when absent or empty."""
        node = self.child(key)
        if node is None:
            return None
        read = Concept(tuple(node.coding_list("coding")), node.text("text"))
        return read if read.codings or read.text else None

    def concepts(self, key: str) -> tuple[Concept, ...]:
        nodes = self.children(key)
        return tuple(Concept(tuple(n.coding_list("coding")), n.text("text")) for n in nodes)

    def coding(self, key: str) -> Coding | None:
        node = self.child(key)
        return None if node is None else node._as_coding()

    def coding_list(self, key: str) -> Iterator[Coding]:
        return (node._as_coding() for node in self.children(key))

    def _inner(self, value: Any, path: str, key: str) -> "Node":
        """One node for one place: two would each list as unread what the other has read."""
        if path not in self._made:
            self._made[path] = Node(value, path, f"{self.what}.{key}", self.trace)
        return self._made[path]

    def _as_coding(self) -> Coding:
        system = self.text("system")
        return Coding(SYSTEMS.get(system.rstrip("/").lower(), system), self.text("code"), self.text("display"))

    def _items(self, key: str) -> list[tuple[str, Any]]:
        value = self.raw(key)
        if value is None:
            return []
        if not isinstance(value, list):
            raise self.bad(key, f"expected a list, found {kind_of(value)}")
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


def read_moment(text: str, where: str) -> Moment:
    """YYYY, YYYY-MM, YYYY-MM-DD or a dateTime. The day is the one written, in whatever zone it was written.

    Raises BadInput for a day that is not in the calendar (1970-13-45) or outside 1850 to 2150.
    """
    match = _DATE.fullmatch(text)
    if not match:
        raise BadInput(where, f"{text!r} is not a date (YYYY, YYYY-MM or YYYY-MM-DD)")
    year, month, day, time = match.groups()
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        raise BadInput(where, f"the year {year} is not between {EARLIEST_YEAR} and {LATEST_YEAR}")
    try:
        first = date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise BadInput(where, f"{text!r} is not a day in the calendar") from None
    return Moment(first, _last_day(first, bool(month), bool(day)), _instant(text[:10], time, where) if time else None)


def _last_day(first: date, has_month: bool, has_day: bool) -> date:
    if has_day:
        return first
    if not has_month:
        return date(first.year, 12, 31)
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _instant(day: str, time: str, where: str) -> datetime:
    match = _TIME.fullmatch(time)
    if not match:
        raise BadInput(where, f"{day + time!r} is not a date and time")
    minutes, seconds, fraction, zone = match.groups()
    # :60 is a leap second, allowed by the standard and unknown to datetime.
    seconds = ":59" if seconds == ":60" else seconds or ":00"
    iso = f"{day}T{minutes}{seconds}.{(fraction or '0')[:6]:0<6}{'+00:00' if zone in ('Z', None) else zone}"
    try:
        return datetime.fromisoformat(iso).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput(where, f"{day + time!r} is not a date and time") from None
