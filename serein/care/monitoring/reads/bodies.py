"""Whose body the estimate is about, and what changed in it: the typical person of this age, weight and liver, with the medicines of each day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from serein.care.evaluation.reads import case_of
from serein.clinical import knowledge
from serein.clinical.case import ICD10, ICD10CM, LOINC, SNOMED, Case, Coding, Medicine
from serein.clinical.kinetics import Change, NotValid, Person, Typical, typical
from serein.clinical.knowledge.names import says
from serein.clinical.knowledge.scene import LIVE_STATUS, Scene
from serein.clinical.knowledge.terms import plain_icd
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart

from .before import SUBSTANCE

WEIGHT, HEIGHT = "29463-7", "8302-2"
CIRRHOSIS, LIVER = "cirrhosis", ("liver-disease", "severe-liver-disease")
OTHER_ACTIVITY = ("ultrarapid", "rapid", "intermediate")
SLOWING, HASTENING = "inhibitor", "inducer"
NEVER_TAKEN = ("not-taken", "cancelled")


@dataclass(frozen=True)
class Mark:
    """A medicine that slows or hastens the clearance begins (or was taken for the last time the day before). `estimated`: the curve knows it."""

    day: date
    words: str
    estimated: bool


@dataclass(frozen=True)
class Bodies:
    """`at_first` is the typical person of the first day; `turns` are the days on which the medicines changed it, with what it was from then."""

    at_first: Typical
    turns: tuple[tuple[date, Typical], ...]
    marks: tuple[Mark, ...]

    @property
    def now(self) -> Typical:
        return self.turns[-1][1] if self.turns else self.at_first

    def changes(self, start: datetime, zone: str) -> tuple[Change, ...]:
        """For a course whose hour 0 is `start`; a change counts from the midnight that its day begins with."""
        found, before = [], self.at_first.parameters
        for day, person in self.turns:
            differs = {n: v for n, v in vars(person.parameters).items() if v != getattr(before, n)}
            at = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) - start
            if differs:
                found.append(Change(Decimal(at.days * 86_400 + at.seconds) / 3600, differs))
            before = person.parameters
        return tuple(found)


@shown
def typical_on(chart: OpenChart, on: date) -> Typical | NotValid:
    """With the medicines that stand as current on that day."""
    return typical(knowledge.load(), SUBSTANCE, _person_of(case_of(chart, on), on))


@shown
def bodies(chart: OpenChart, first: date, today: date) -> Bodies | NotValid:
    """From `first` to `today`. A medicine without a date of begin counts for the whole time; one that is past without a date of end for none of
    it. A begin or an end that is still ahead changes nothing yet."""
    case = case_of(chart, today)
    dated = [*case.medicines, *(m for m in case.past if m.ends is not None and m.status not in NEVER_TAKEN)]
    days = sorted({d for m in dated for d in _turns(m) if first < d <= today})
    people = [_with(case, dated, day, today) for day in (first, *days)]
    for one in people:
        if isinstance(one, NotValid):
            return one
    known = [p for p in people if isinstance(p, Typical)]
    marks = tuple(sorted((m for one in dated for m in _marks(one, first, today)), key=lambda m: (m.day, m.words)))
    return Bodies(known[0], tuple(zip(days, known[1:], strict=True)), marks)


def _turns(medicine: Medicine) -> tuple[date, ...]:
    after = (medicine.ends + timedelta(days=1),) if medicine.ends else ()
    return (*((medicine.starts,) if medicine.starts else ()), *after)


def _with(case: Case, medicines: list[Medicine], day: date, today: date) -> Typical | NotValid:
    taken = tuple(m for m in medicines if (m.starts is None or m.starts <= day) and (m.ends is None or m.ends >= day))
    return typical(knowledge.load(), SUBSTANCE, _person_of(replace(case, medicines=taken, past=()), today))


def _marks(medicine: Medicine, first: date, today: date) -> list[Mark]:
    known = knowledge.load()
    file, identity = known.kinetics_of(SUBSTANCE), known.register.identify(medicine.medicine)
    effects = {e.id for e in file.effects} if file else set()
    estimated = bool(identity.names & effects)
    if not estimated and not identity.groups & {SLOWING, HASTENING}:
        return []
    name, about = medicine.medicine.words, "" if estimated else ", effect not estimated"
    begun = [(medicine.starts, f"{name} begun{about}")] if medicine.starts else []
    ended = [(medicine.ends + timedelta(days=1), f"{name} stopped{about}")] if medicine.ends else []
    return [Mark(day, words, estimated) for day, words in (*begun, *ended) if first <= day <= today]


def _person_of(case: Case, on: date) -> Person:
    """Who the model is asked about. Of two possible dates of birth the later one: near the border it is a child, and there is no estimate."""
    born = case.birth.latest if case.birth else None
    age = Decimal((on - born).days) / Decimal("365.25") if born else None
    scene = Scene(case=case, orders=(), knowledge=knowledge.load(), on=on)
    cirrhosis = _cirrhosis(scene)
    return Person(
        age_years=age, sex=case.sex, weight_kg=_measured(case, WEIGHT, "kg"), height_cm=_measured(case, HEIGHT, "cm"), cirrhosis=cirrhosis,
        liver_disease=not cirrhosis and any(scene.has_hazard(h) for h in LIVER), cyp2c19=_cyp2c19(scene),
        medicines=tuple(m.medicine.words for m in case.medicines),
    )  # fmt: skip


def _cirrhosis(scene: Scene) -> bool:
    """By words or by code; what was refuted or is past counts for nothing."""
    file = scene.knowledge.kinetics_of(SUBSTANCE)
    codes = file.cirrhosis_codes if file else ()
    live = [c.concept for c, _ in scene.diagnoses if c.status in LIVE_STATUS]
    return any(says((CIRRHOSIS,), c.words) or any(_stands_under(x, codes) for x in c.codings) for c in live)


def _stands_under(coding: Coding, codes: tuple[str, ...]) -> bool:
    if coding.system == SNOMED:
        return coding.code in codes
    branches = tuple(plain_icd(c) for c in codes)
    return coding.system in (ICD10, ICD10CM) and plain_icd(coding.code).startswith(branches)


def _cyp2c19(scene: Scene) -> str:
    """As the checks of an order read it: of several results, poor if any says so."""
    if scene.has_hazard("slow-metaboliser"):
        return "poor"
    found = (says(OTHER_ACTIVITY, answer.words) for _, answer in scene.genotypes)
    return next((word for word in found if word), "")


def _measured(case: Case, code: str, unit: str) -> Decimal | None:
    mine = [o for o in case.observations if code in o.concept.codes(LOINC) and o.unit == unit and o.value is not None]
    return max(mine, key=lambda o: o.on or date.min).value if mine else None
