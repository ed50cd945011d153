"""A cursor over parsed FHIR: what its data types (date, Coding, CodeableConcept) mean, each read once, here."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from serein.clinical.case import ATC, ICD10, ICD10CM, LOINC, RXNORM, SNOMED, Coding, Concept
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.cursor import MOST_LISTED, QUIET, Cursor, NotUnderstood, Trace, kind_of

__all__ = ["MOST_LISTED", "QUIET", "SYSTEMS", "Moment", "Node", "NotUnderstood", "Trace", "kind_of", "read_moment"]

EARLIEST_YEAR, LATEST_YEAR = 1850, 2150
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?", re.ASCII)
_TIME = re.compile(r"T(\d\d:\d\d)(:\d\d)?(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)?", re.ASCII)

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


class Node(Cursor):
    """One JSON object of FHIR."""

    __slots__ = ()

    def digest(self) -> str:
        """A name for a resource that has none: the same content has the same digest, whatever the order of its keys."""
        return hashlib.sha256(json.dumps(self._tree, sort_keys=True, default=str).encode()).hexdigest()

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

    def _as_coding(self) -> Coding:
        system = self.text("system")
        return Coding(SYSTEMS.get(system.rstrip("/").lower(), system), self.text("code"), self.text("display"))


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
