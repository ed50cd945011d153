"""The shapes of facts. Each value cites a source; each file says who confirmed it (null until a licensed human has) and when to
look at it again. Doses are mg, times a day are numbers, ages are completed months or years as the name says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from serein.clinical.findings import Severity
from serein.clinical.quantities import Span


class BadKnowledge(ValueError):
    """A knowledge file that must not be used; the message says which file and why."""


class Confidence(StrEnum):
    """A: read on the cited page. B: very well established, or read on a page that quotes the primary. D: our arithmetic from A.
    C (uncertain) is no member: such a number must not enter."""

    A = "A"
    B = "B"
    D = "D"


class Kind(StrEnum):
    """What the page that was really read is: the thing itself, a page quoting it, or a page quoting such a page; or a rule of
    Serein's own, which no publication gives."""

    OWN = "own"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    TERTIARY = "tertiary"


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that the knowledge says. Frozen; a key that it does not have is refused wherever it is read from."""


class Cite(Fact, frozen=True, kw_only=True):
    source: str
    where: str
    confidence: Confidence


class Source(Fact, frozen=True, kw_only=True):
    """`read` is the page really read ('' when known well but not read), `reports` the work it reports."""

    id: str
    title: str
    reports: str
    read: str
    url: str
    kind: Kind
    confirmed_by: str | None
    review_by: date

    @property
    def shown(self) -> str:
        """What people see: never a secondary page dressed as the primary."""
        if not self.read:
            return f"{self.reports} (page not read for this release)"
        return f"{self.reports}, as reported by {self.read}" if self.kind in (Kind.SECONDARY, Kind.TERTIARY) else self.reports

    def __post_init__(self) -> None:
        if empty := [name for name in ("title", "reports", "url") if not getattr(self, name).strip()]:
            raise ValueError(f"{self.id}: {', '.join(empty)} must say something")


class Codes(Fact, frozen=True, kw_only=True):
    rxnorm: tuple[str, ...] = ()
    atc: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()


class WrongCode(Fact, frozen=True, kw_only=True):
    """A code that public lists attach to this substance by mistake."""

    system: str
    code: str
    why: str


class Schedule(Fact, frozen=True, kw_only=True):
    jurisdiction: str
    name: str
    cite: Cite


class Equivalent(Fact, frozen=True, kw_only=True):
    """So many mg by mouth are taken as 10 mg diazepam, by one table."""

    table: str
    mg: Span
    cite: Cite


class ReportedEquivalent(Fact, frozen=True, kw_only=True):
    """What a further table sets beside so many mg of diazepam: shown, and used in no reckoning. `central_mg` is its one number, if any."""

    table: str
    mg: Span
    diazepam_mg: Span
    cite: Cite
    central_mg: Decimal | None = None


class HalfLife(Fact, frozen=True, kw_only=True):
    """Hours; linear in age between two points, times `liver_factor` in liver disease; `slow_hours` for CYP2C19 poor metabolisers.
    A factor that is None was not found: then nobody knows the half-life of such a person."""

    young_years: Decimal
    young_hours: Decimal
    old_years: Decimal
    old_hours: Decimal
    cite: Cite
    liver_factor: Decimal | None = None
    slow_hours: Decimal | None = None


class Published(Fact, frozen=True, kw_only=True):
    """Half-life in hours that one source gives for some people, as it is printed: a mean stands as a range of one number."""

    who: str
    hours: Span
    cite: Cite


class Substance(Fact, frozen=True, kw_only=True):
    """`half_life` is what Serein reckons with, `published` what each source gives: they differ by more than two times, and none is
    dropped. `unaffected_by`: finding codes of interactions that a source says do not change this substance's levels."""

    id: str
    name: str
    classes: tuple[str, ...]
    codes: Codes
    cite: Cite
    confirmed_by: str | None
    review_by: date
    also: tuple[str, ...] = ()
    wrong_codes: tuple[WrongCode, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    equivalents: tuple[Equivalent, ...] = ()
    reported: tuple[ReportedEquivalent, ...] = ()
    half_life: HalfLife | None = None
    published: tuple[Published, ...] = ()
    unaffected_by: tuple[str, ...] = ()
    unaffected_cite: Cite | None = None


class Product(Fact, frozen=True, kw_only=True):
    """`mg` per tablet (or rescue dose), or `mg_per_ml`. `smallest`: the smallest part of a tablet, or of a mL."""

    id: str
    name: str
    form: str
    jurisdictions: tuple[str, ...]
    cite: Cite
    mg: Decimal | None = None
    mg_per_ml: Decimal | None = None
    smallest: Decimal | None = None
    rxnorm: tuple[str, ...] = ()
    rescue: bool = False
    concentrate: bool = False

    def __post_init__(self) -> None:
        if (self.mg is None) == (self.mg_per_ml is None):
            raise ValueError(f"{self.id}: needs either mg or mg_per_ml")


class ProductFile(Fact, frozen=True, kw_only=True):
    substance: str
    products: tuple[Product, ...]
    confirmed_by: str | None
    review_by: date


class Range(Fact, frozen=True, kw_only=True):
    """What one label gives for one indication and population; None is "not printed", never "no limit"."""

    id: str
    jurisdiction: str
    indication: str
    population: str
    cite: Cite
    single_mg: Span | None = None
    times_per_day: Span | None = None
    daily_mg: Span | None = None
    start_daily_mg: Decimal | None = None
    printed: str = ""


class Absolute(Fact, frozen=True, kw_only=True):
    """The highest oral daily dose that any cited label gives for that indication and population, and which."""

    indication: str
    population: str
    daily_mg: Decimal
    says: str
    cite: Cite


class Duration(Fact, frozen=True, kw_only=True):
    """A length of use that guidance does not go beyond without a new look. `forms` and `jurisdictions` empty: all."""

    days: int
    name: str
    says: str
    cite: Cite
    forms: tuple[str, ...] = ()
    jurisdictions: tuple[str, ...] = ()


class LimitFile(Fact, frozen=True, kw_only=True):
    """`unknown` names the checks for which no source that was read gives a limit: never the same as no limit."""

    substance: str
    ranges: tuple[Range, ...]
    absolutes: tuple[Absolute, ...]
    durations: tuple[Duration, ...]
    confirmed_by: str | None
    review_by: date
    unknown: tuple[str, ...] = ()


class NoLimits(Fact, frozen=True, kw_only=True):
    """Substances of which no limit at all is known, said one by one."""

    id: str
    substances: tuple[str, ...]
    unknown: tuple[str, ...]
    says: str
    cite: Cite
    confirmed_by: str | None
    review_by: date


class Rule(Fact, frozen=True, kw_only=True):
    """One threshold with its unit."""

    id: str
    value: Decimal
    unit: str
    says: str
    cite: Cite


class RuleFile(Fact, frozen=True, kw_only=True):
    rules: tuple[Rule, ...]
    confirmed_by: str | None
    review_by: date


class Member(Fact, frozen=True, kw_only=True):
    """A medicine by name, other names and codes."""

    name: str
    also: tuple[str, ...] = ()
    atc: tuple[str, ...] = ()
    rxnorm: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()


class MedicineGroup(Fact, frozen=True, kw_only=True):
    """Medicines that behave alike beside a benzodiazepine. `atc` are class prefixes. `cns_active` counts for three-cns-active.
    `not_local`: forms that act where they are put (a cream, eye drops) do not count."""

    id: str
    name: str
    members: tuple[Member, ...]
    cite: Cite
    confirmed_by: str | None
    review_by: date
    atc: tuple[str, ...] = ()
    atc_except: tuple[str, ...] = ()
    cns_active: str = ""
    not_local: bool = False


class Size(Fact, frozen=True, kw_only=True):
    """How much one medicine of a meeting changes, as its own source gives it."""

    medicine: str
    says: str
    cite: Cite


class Interaction(Fact, frozen=True, kw_only=True):
    """Substances or their classes that meet groups or named medicines. Beside `sizes` a medicine without one has an unverified size."""

    id: str
    code: str
    severity: Severity
    effect: str
    detail: str
    cites: tuple[Cite, ...]
    confirmed_by: str | None
    review_by: date
    substances: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    sizes: tuple[Size, ...] = ()


class Contraindicated(Fact, frozen=True, kw_only=True):
    """A label of this substance in this jurisdiction forbids it."""

    substance: str
    jurisdiction: str
    cite: Cite


class Hazard(Fact, frozen=True, kw_only=True):
    """A condition of the person: how it is recognised, what it means. `silences` names milder hazards that it makes redundant. Detail and
    suggestions speak of the substances `about`, if it names any; for all others those of `elsewhere` stand: a number of one is none of another.
    """

    id: str
    code: str
    name: str
    severity: Severity
    detail: str
    cites: tuple[Cite, ...]
    confirmed_by: str | None
    review_by: date
    icd10: tuple[str, ...] = ()
    icd10_except: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    not_text: tuple[str, ...] = ()
    contraindicated: tuple[Contraindicated, ...] = ()
    silences: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    elsewhere: str = ""
    elsewhere_suggestions: tuple[str, ...] = ()


class CatalogueEntry(Fact, frozen=True, kw_only=True):
    """A finding code: the severities it can have, when it fires, on whose word."""

    code: str
    severity: tuple[Severity, ...]
    trigger: str
    cites: tuple[Cite, ...]
    relaxable: bool = False
    suggestions: tuple[str, ...] = ()


class CatalogueFile(Fact, frozen=True, kw_only=True):
    findings: tuple[CatalogueEntry, ...]
    confirmed_by: str | None
    review_by: date
