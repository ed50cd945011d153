"""Patient and Encounter -> plain values for the chart."""

from dataclasses import dataclass
from datetime import datetime

from serein.clinical.case import Birth
from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.bundle import Bundle, Entry
from serein.interfaces.translate.node import Moment, Node

SEXES = frozenset({"male", "female", "other", "unknown"})
UNFINISHED = frozenset({"entered-in-error", "cancelled"})


@dataclass(frozen=True)
class Identifier:
    system: str
    value: str


@dataclass(frozen=True, kw_only=True)
class ImportedPatient:
    """The one patient of a bundle. `given` joins all given names; '' where nothing is written."""

    reference: str
    given: str = ""
    family: str = ""
    birth: Birth | None = None
    sex: str = "unknown"
    identifiers: tuple[Identifier, ...] = ()
    deceased: bool = False


@dataclass(frozen=True, kw_only=True)
class ImportedEncounter:
    """A visit that took place elsewhere. `kind` is the written type, `setting` the class code (AMB, IMP, EMER …)."""

    reference: str
    status: str
    kind: str = ""
    setting: str = ""
    starts: datetime | None = None
    ends: datetime | None = None
    starts_on: Moment | None = None


def the_patient(bundle: Bundle) -> Entry:
    """The one Patient. Raises BadInput for none or several: findings of two people must never meet in one case."""
    found = bundle.of("Patient")
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadInput("entry", "no Patient in the bundle")
    raise BadInput(found[1].node.path, f"a second Patient; the first is {found[0].node.path}")


def read_patient(entry: Entry) -> ImportedPatient:
    node = entry.node
    node.skip("text", "active", "link", "generalPractitioner", "managingOrganization", "photo", "contact")
    born = node.moment("birthDate")
    sex = node.text("gender")
    if sex not in SEXES | {""}:
        node.doubt("gender", f"{sex!r} is none of male, female, other, unknown; read as unknown")
        sex = "unknown"
    deceased = bool(node.flag("deceasedBoolean")) or node.moment("deceasedDateTime") is not None
    if deceased:
        node.doubt("deceased", "the record says that this person has died")
    given, family = _name(node)
    return ImportedPatient(
        reference=entry.reference, given=given, family=family, birth=Birth(born.first, born.last) if born else None, sex=sex or "unknown",
        identifiers=tuple(Identifier(n.text("system"), n.text("value")) for n in map(_quiet_identifier, node.children("identifier"))),
        deceased=deceased,
    )  # fmt: skip


def _quiet_identifier(node: Node) -> Node:
    node.skip("use", "type", "period", "assigner")
    return node


def _name(node: Node) -> tuple[str, str]:
    """The official name, else the usual one, else the first that is not old or a maiden name."""
    names = node.children("name")
    for name in names:
        name.skip("period", "prefix", "suffix", "text")
    ranked = sorted(
        names, key=lambda n: ("official", "usual", "", "temp", "nickname", "anonymous", "old", "maiden").index(_use(n))
    )
    if not ranked:
        return "", ""
    best = ranked[0]
    for other in ranked[1:]:
        other.forget()
        other.trace.doubt("Patient.name", "another name; the official or first one is used", other.path)
    given, family = " ".join(best.texts("given")).strip(), best.text("family")
    return (given, family) if given or family else ("", best.text("text"))


def _use(name: Node) -> str:
    use = name.text("use")
    return use if use in ("official", "usual", "temp", "nickname", "anonymous", "old", "maiden") else ""


def read_encounter(entry: Entry) -> ImportedEncounter | None:
    """A visit; None when it is listed instead."""
    node = entry.node
    node.skip(
        "text", "identifier", "subject", "participant", "serviceProvider", "location", "reasonReference", "diagnosis", "priority"
    )
    node.skip(
        "hospitalization",
        "statusHistory",
        "classHistory",
        "episodeOfCare",
        "length",
        "partOf",
        "appointment",
        "account",
        "basedOn",
    )
    status = node.text("status")
    if status in UNFINISHED:
        entry.skip(f"has the status {status}")
        return None
    kinds = [c for c in node.concepts("type") if c.words]
    reasons = [c for c in node.concepts("reasonCode") if c.words]
    setting = node.coding("class")
    span = node.child("period")
    start, end = (span.moment("start"), span.moment("end")) if span else (None, None)
    return ImportedEncounter(
        reference=entry.reference, status=status, kind=next((c.words for c in [*kinds, *reasons]), ""),
        setting=setting.code if setting else "", starts=start.instant if start else None, ends=end.instant if end else None, starts_on=start,
    )  # fmt: skip
