"""Primary sources of licences: what is asked of one, what it answers, the two that work, and the one for where there is none."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from serein.care.access.models import RegistryEntry

MATCH, DIFFERS, NOT_FOUND, DEACTIVATED, SEEN = "match", "differs", "not-found", "deactivated", "seen"


@dataclass(frozen=True)
class Asked:
    """What our record says of one licence and its holder."""

    name: str
    npi: str
    number: str
    jurisdiction: str


@dataclass(frozen=True)
class Seen:
    """What a source says. `differs`: in words, in what, or why nothing was found; `on`: the day it speaks for."""

    verdict: str
    differs: tuple[str, ...]
    where: str
    on: date
    document: str = ""


class PrimarySource(Protocol):
    """A register that can be asked about a licence. It gives evidence; whether that is enough to verify is for a person to say."""

    @property
    def name(self) -> str: ...

    def look(self, asked: Asked) -> Seen: ...


@dataclass(frozen=True)
class NoSource:
    """Where no register was brought in: finds nothing, and says why."""

    on: date
    name: str = "none"

    def look(self, asked: Asked) -> Seen:
        return Seen(NOT_FOUND, ("No register was brought in here.",), "no register", self.on)


@dataclass(frozen=True)
class ByHand:
    """What a person saw: what, where, for which day, and the reference of what was kept of it."""

    what: str
    where: str
    on: date
    document: str = ""
    name: str = "manual"

    def look(self, asked: Asked) -> Seen:
        return Seen(SEEN, (self.what,), self.where, self.on, self.document)


@dataclass(frozen=True)
class Nppes:
    """The file of the national register of providers that was brought in last (`serein registry import`)."""

    on: date
    name: str = "nppes"

    def look(self, asked: Asked) -> Seen:
        newest = RegistryEntry.objects.order_by("-on").values_list("on", flat=True).first()
        if newest is None:
            return NoSource(self.on).look(asked)
        if not asked.npi:
            return Seen(NOT_FOUND, ("No NPI is recorded for this person.",), "NPPES", newest)
        entry = RegistryEntry.objects.filter(npi=asked.npi).select_related("file").first()
        if entry is None:
            return Seen(NOT_FOUND, ("The register does not have this NPI.",), "NPPES", newest)
        where = f"NPPES, {entry.file.name}, SHA-256 {entry.file.digest[:16]}…"
        if is_deactivated(entry):
            return Seen(DEACTIVATED, (f"Deactivated on {entry.deactivated_on:%d-%b-%Y}.",), where, entry.on)
        found = differences(entry, asked)
        return Seen(DIFFERS if found else MATCH, found, where, entry.on)


def is_deactivated(entry: RegistryEntry) -> bool:
    if entry.deactivated_on is None:
        return False
    return entry.reactivated_on is None or entry.reactivated_on < entry.deactivated_on


def differences(entry: RegistryEntry, asked: Asked) -> tuple[str, ...]:
    """In what the register says something else than our record, in words."""
    found = [] if entry.entity_type == "1" else ["The register has this NPI as an organization, not a person."]
    ours = set(asked.name.casefold().replace("-", " ").split())
    theirs = f"{entry.given} {entry.family}".casefold().replace("-", " ").split()
    if not set(theirs) <= ours:
        found.append(f"The register has the name {entry.given} {entry.family}.")
    place = asked.jurisdiction.removeprefix("US-")
    numbers = [number for _, number, state, _ in entry.licences if state == place and number]
    if not numbers:
        found.append(f"The register has no licence in {place}.")
    elif _plain(asked.number) not in map(_plain, numbers):
        found.append(f"In {place} the register has licence {', '.join(numbers)}.")
    return tuple(found)


def _plain(number: str) -> str:
    return "".join(ch for ch in number.upper() if ch.isalnum())
