"""Measured levels as rows and words of the watch page."""

from dataclasses import dataclass

from serein.care.monitoring.reads import Estimate, Fit, LevelLine, Weighed, measured_levels
from serein.clinical.kinetics import NotValid
from serein.clinical.quantities import plain
from serein.foundation.people.keys import OpenChart

from .templatetags.clinician import instant

STANDING = {"used": "used", "doubtful": "doubtful: not used", "not used": "not used", "error": "entered in error"}
SAYS_MUCH = (
    ("clearance_l_per_h", "clearance"),
    ("volume_l", "volume"),
    ("metabolite_clearance_l_per_h", "clearance of nordiazepam"),
)


@dataclass(frozen=True)
class LevelRow:
    """`value` as the laboratory printed it; `doubtful` rows offer a clinician's word, `in_error` ones nothing any more."""

    line: LevelLine
    value: str
    drawn: str
    last_dose: str
    standing: str
    reasons: tuple[str, ...]
    doubtful: bool
    in_error: bool


def level_rows(key: OpenChart, levels: Estimate | NotValid, zone: str) -> list[LevelRow]:
    """Every level, also where there is no estimate to weigh it against."""
    if isinstance(levels, NotValid):
        return [
            _row(Weighed(x, "error", (x.error_why,)) if x.error_at else Weighed(x, "not used", ("there is no estimate",)), zone)
            for x in measured_levels(key)
        ]
    return [_row(w, zone) for w in levels.fit.weighed]


def _row(one: Weighed, zone: str) -> LevelRow:
    line = one.line
    return LevelRow(
        line, f"{plain(line.value)} {line.unit}", instant(line.drawn_at, zone),
        instant(line.last_dose_at, zone) if line.last_dose_at else "not told", STANDING[one.standing], one.reasons,
        one.standing == "doubtful", one.standing == "error",
    )  # fmt: skip


def fit_words(fit: Fit) -> str:
    """What the levels made of the estimate, in one or two sentences; empty where none is used."""
    if fit.found is None:
        return ""
    # As the engine calculates it: 1 less what is left of the spread between people, so 0 where the levels say nothing of a parameter.
    says = ", ".join(
        f"{name} {round(100 * fit.found.shrinkage[field])} %" for field, name in SAYS_MUCH if field in fit.found.shrinkage
    )
    one = fit.used == 1
    return (
        f"Fitted to {fit.used} measured level{'' if one else 's'}: curve and band are this person's, between the typical person and what was "
        f"measured. How much the level{' says' if one else 's say'}: {says}; the rest is the typical person."
    )
