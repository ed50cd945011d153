"""What changed since the last look at the patient: what a reassessment is decided on."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from serein.care.access.reads import patient_card
from serein.care.evaluation.reads import EntryLine, ResultLine, evaluation
from serein.care.prescribing.reads.prescriptions import SupplyLine, supply_lines
from serein.clinical.quantities import plain
from serein.foundation.people.gate import shown
from serein.foundation.people.keys import OpenChart
from serein.foundation.people.persons import clinic_card

from ..days import local
from ..form import Flag
from .check_ins import CheckInLine, check_ins
from .diary import Day, diary
from .reviews import BridgeLine, bridges, plan_to_review, reassessments


@dataclass(frozen=True)
class Score:
    """One questionnaire now and before; None: not scored, or not answered before."""

    name: str
    now: ResultLine
    before: ResultLine | None


@dataclass(frozen=True)
class Changes:
    """Everything since `since` (the last reassessment, else the day the plan began) up to `until`. Counts are doses with a fixed time;
    `silent` are those about which nothing is known."""

    since: date
    until: date
    taken: int
    missed: int
    unsure: int
    silent: int
    uses: int
    days_with_use: int
    days: tuple[Day, ...]
    check_ins: tuple[CheckInLine, ...]
    flags: tuple[tuple[date, Flag], ...]
    scores: tuple[Score, ...]
    entries: tuple[EntryLine, ...]
    supplies: tuple[SupplyLine, ...]
    bridges: tuple[BridgeLine, ...]

    @property
    def sleepiness(self) -> tuple[int, ...]:
        """From the first to the last check-in."""
        return tuple(c.sleepy for c in reversed(self.check_ins) if c.sleepy is not None)

    @property
    def as_codes(self) -> dict[str, Any]:
        """What was on the page, in codes, counts and dates: no answer and no word of anybody."""
        return {
            "since": self.since.isoformat(), "until": self.until.isoformat(), "taken": self.taken, "missed": self.missed, "unsure": self.unsure,
            "silent": self.silent, "uses": self.uses, "check_ins": [str(c.id) for c in self.check_ins],
            "flags": [[day.isoformat(), f.code] for day, f in self.flags], "results": [str(s.now.id) for s in self.scores],
            "entries": [str(e.id) for e in self.entries], "supplies": [str(s.prescription_id) for s in self.supplies],
            "bridges": [str(b.id) for b in self.bridges], "mg": [plain(d.taken_mg) for d in self.days],
        }  # fmt: skip

    @property
    def digest(self) -> str:
        """Names what a page showed, so that nobody decides on less than what is there."""
        return hashlib.sha256(json.dumps(self.as_codes, sort_keys=True).encode()).hexdigest()


@shown
def what_changed(chart: OpenChart) -> Changes | None:
    """None while no plan was ever agreed."""
    plan = plan_to_review(chart)
    if plan is None:
        return None
    last = next((r for r in reassessments(chart) if r.plan_id == plan.id), None)
    today = local(chart.at, patient_card(chart).time_zone).date()
    since = min(last.on if last else plan.text.starts_on, today)
    days = diary(chart, since, today)
    fixed = [one for d in days for one in d.lines if one.slot != "as_needed"]
    answered = check_ins(chart, since=since)
    record = evaluation(chart)
    from_at = datetime.combine(since, time(), ZoneInfo(clinic_card(chart.clinic_id).time_zone))
    return Changes(
        since=since, until=today, taken=sum(x.status == "taken" for x in fixed), missed=sum(x.status == "missed" for x in fixed),
        unsure=sum(x.status == "unsure" for x in fixed), silent=_silent(days), uses=sum(len(d.uses) for d in days),
        days_with_use=sum(bool(d.uses) for d in days), days=days, check_ins=answered, flags=tuple((c.day, f) for c in answered for f in c.flags),
        scores=_scores(record.results, from_at), entries=tuple(e for e in record.entries if e.recorded_at >= from_at),
        supplies=tuple(s for s in supply_lines(chart) if s.signed_at >= from_at - timedelta(days=1)),
        bridges=tuple(b for b in bridges(chart) if b.plan_id == plan.id and b.on >= since),
    )  # fmt: skip


def _silent(days: tuple[Day, ...]) -> int:
    """Doses with neither "taken" nor "missed" nor "not sure". Today's may still come."""
    return sum(d.line(x.slot) is None for d in days[:-1] if d.plan for x in d.plan.fixed)


def _scores(results: tuple[ResultLine, ...], since: datetime) -> tuple[Score, ...]:
    found: dict[str, list[ResultLine]] = {}
    for one in results:  # newest first
        found.setdefault(one.instrument, []).append(one)
    newest = [(mine[0], mine[1] if len(mine) > 1 else None) for mine in found.values()]
    return tuple(Score(now.name, now, before) for now, before in newest if now.answered_at >= since or before is not None)
