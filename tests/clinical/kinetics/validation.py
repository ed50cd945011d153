"""Prints docs/explanation/kinetics-validation.md from the model: `python -m tests.clinical.kinetics.validation`.

Each row is a published mean beside what the model gives for such a person; nothing was fitted to a row. A row whose number is itself a parameter
of the model is marked as its source: agreement there shows only that the engine does what it was told.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from serein.clinical import knowledge
from serein.clinical.kinetics import Course, Dose, Levels, NotValid, Parameters, Person, Typical, levels, typical
from serein.clinical.kinetics.propagator import restored_entries

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "kinetics-validation.md"
YOUNG, OLD = Decimal(30), Decimal(70)


@dataclass(frozen=True)
class Row:
    """`people` is n, None where the page that was read gives none. `own`: the published number is a parameter of the model."""

    id: str
    study: str
    people: int | None
    what: str
    published: float
    predicted: float
    unit: str
    own: bool = False

    @property
    def tolerance(self) -> float:
        return 0.3 if self.people is not None and self.people >= 10 else 0.5

    @property
    def verdict(self) -> str:
        if self.own:
            return "its source"
        return "holds" if abs(self.predicted / self.published - 1) <= self.tolerance else "**misses**"


def body(age: Decimal = YOUNG, **more: object) -> Parameters:
    found = typical(knowledge.load(), "diazepam", Person(age_years=age, weight_kg=Decimal(70), height_cm=Decimal(175), **more))  # type: ignore[arg-type]
    assert isinstance(found, Typical), found
    return found.parameters


def run(parameters: Parameters, *doses: Dose, at: list[Decimal]) -> Levels:
    return levels(Course(parameters, doses, (), tuple(at)))


def hours(first: float, last: float, steps: int) -> list[Decimal]:
    return [Decimal(str(first)) + (Decimal(str(last)) - Decimal(str(first))) * i / steps for i in range(steps + 1)]


def peak(parameters: Parameters, mg: float) -> tuple[float, float]:
    """(ng/mL, hours) of the highest level after one dose, read each minute."""
    grid = hours(0, 6, 360)
    curve = run(parameters, Dose(at_h=Decimal(0), mg=mg), at=grid).parent
    highest = max(curve)
    return highest, float(grid[curve.index(highest)])


def half_life(parameters: Parameters) -> float:
    """Of the slow phase."""
    long = 24.0 * 60
    slow = restored_entries(parameters.rates, long)[1] / restored_entries(parameters.rates, long + 1)[1]
    return math.log(2) / math.log(slow)


def half_life_of_metabolite(parameters: Parameters) -> float:
    return math.log(2) / parameters.rates[5]


def last_day(parameters: Parameters, mg: float, days: int) -> tuple[float, float]:
    """Mean levels over the last of `days` days with one dose a day."""
    dose = Dose(at_h=Decimal(0), mg=mg, every_h=Decimal(24), count=days)
    found = run(parameters, dose, at=hours(24 * (days - 1), 24 * days, 240))
    return mean(found.parent), mean(found.metabolite)


def mean(curve: tuple[float, ...]) -> float:
    return (sum(curve) - (curve[0] + curve[-1]) / 2) / (len(curve) - 1)


def clearance(parameters: Parameters) -> float:
    """mL/min"""
    return parameters.clearance_l_per_h * 1000 / 60


def single_doses() -> list[Row]:
    usual = body()
    ten, five = peak(usual, 10), peak(usual, 5)
    v1, v2 = "Greenblatt 1989, 10 mg by mouth, men of 18 to 44 years", "Greenblatt, absorption, 5 mg tablet fasting"
    return [
        Row("V1", v1, 48, "peak", 406, ten[0], "ng/mL"),
        Row("V1", v1, 48, "half-life", 44.2, half_life(usual), "h"),
        Row("V1", v1, 48, "clearance", 26.6, clearance(usual), "mL/min", own=True),
        Row("V1", v1, 48, "volume", 83, usual.central_l + usual.peripheral_l, "L", own=True),
        Row("V2", v2, 37, "peak", 157, five[0], "ng/mL"),
        Row("V2", v2, 37, "time of the peak", 0.9, five[1], "h"),
        Row("V12", "Perucca 1994, 10 mg by mouth", 8, "peak", 108, ten[0], "ng/mL"),
        Row("V17", "de Silva 1966, 10 mg by mouth (180 to 210)", None, "peak", 195, ten[0], "ng/mL"),
        Row("V14", "Klotz 1987, 10 mg by mouth, men", 9, "half-life", 35.3, half_life(usual), "h"),
        Row("V14", "Klotz 1987, 10 mg by mouth, men", 9, "clearance", 28.2, clearance(usual), "mL/min"),
    ]


def repeated_doses() -> list[Row]:
    usual, cirrhosis = body(), body(cirrhosis=True)
    well, ill = last_day(usual, 5, 22), last_day(cirrhosis, 5, 22)
    v3, v4 = "Ochs 1983, 5 mg a day for 22 days, controls", "Ochs 1983, 5 mg a day for 22 days, cirrhosis"
    thrice = Dose(at_h=Decimal(0), mg=5, every_h=Decimal(8), count=40)
    ratio = run(usual, thrice, at=[Decimal(48), Decimal(168)])
    v19 = "Anxious in-patients, flexible dose (here: three equal doses a day)"
    return [
        Row("V3", v3, 4, "diazepam", 98, well[0], "ng/mL"),
        Row("V3", v3, 4, "nordiazepam", 206, well[1], "ng/mL"),
        Row("V4", v4, 5, "diazepam", 165, ill[0], "ng/mL"),
        Row("V4", v4, 5, "nordiazepam", 399, ill[1], "ng/mL"),
        Row("V19", v19, None, "diazepam : nordiazepam on day 2", 2.21, ratio.parent[0] / ratio.metabolite[0], ""),
        Row("V19", v19, None, "diazepam : nordiazepam on day 7", 1.14, ratio.parent[1] / ratio.metabolite[1], ""),
        Row("V13", "Locniskar, 10 mg into a vein, men", 11, "area under diazepam", 9.8, 10 / usual.clearance_l_per_h, "h·µg/mL"),
        Row("V13", "Locniskar, 10 mg into a vein, men", 11, "half-life", 55, half_life(usual), "h"),
        Row("V13", "Locniskar, 10 mg into a vein, men", 11, "nordiazepam, area of 7 days", 3.8, area_in_vein(usual), "h·µg/mL"),
    ]


def area_in_vein(parameters: Parameters) -> float:
    """Nordiazepam's area over 7 days, h·µg/mL: as if 10 mg were absorbed whole within a minute."""
    at_once = parameters.with_(bioavailability=1.0, lag_h=0.0, absorption_per_h=300.0)
    found = run(at_once, Dose(at_h=Decimal(0), mg=10), at=hours(0, 168, 1680))
    return mean(found.metabolite) * 168 / 1000


def groups() -> list[Row]:
    usual, cirrhosis, old = body(), body(cirrhosis=True), body(OLD)
    slowed = body(medicines=("fluvoxamine",))
    v11, v12 = "Divoll 1983 (ages taken as 30 and 70)", "Perucca 1994, with fluvoxamine"
    return [
        Row("V9", "Klotz 1975, normal", 33, "half-life", 46.6, half_life(usual), "h"),
        Row("V9", "Klotz 1975, cirrhosis", 9, "half-life", 105.6, half_life(cirrhosis), "h"),
        Row("V9", "Klotz 1975, cirrhosis", 9, "clearance", 13.8, clearance(cirrhosis), "mL/min", own=True),
        Row("V10", "Klotz 1977, liver disease", 11, "half-life", 99.2, half_life(cirrhosis), "h"),
        Row("V11", f"{v11}, young men", 22, "half-life", 32, half_life(usual), "h"),
        Row("V11", f"{v11}, young women", 22, "half-life", 44, half_life(usual), "h"),
        Row("V11", f"{v11}, old men", 22, "half-life", 101, half_life(old), "h"),
        Row("V11", f"{v11}, old women", 22, "half-life", 99, half_life(old), "h"),
        Row("V11", f"{v11}, old men", 22, "clearance", 0.24 * 70, clearance(old), "mL/min"),
        Row("V12", v12, 8, "peak", 143, peak(slowed, 10)[0], "ng/mL"),
        Row("V12", v12, 8, "half-life", 118, half_life(slowed), "h"),
        Row("V12", v12, 8, "clearance", 0.14 * 70, clearance(slowed), "mL/min", own=True),
        Row(
            "V16",
            "Clorazepate into a vein (nordiazepam)",
            17,
            "half-life of nordiazepam",
            65,
            half_life_of_metabolite(usual),
            "h",
        ),
        Row(
            "V16",
            "Clorazepate into a vein (nordiazepam)",
            17,
            "its clearance",
            0.24 * 70 * 0.06,
            usual.metabolite_clearance_l_per_h,
            "L/h",
        ),
        Row("V16", "Clorazepate into a vein (nordiazepam)", 17, "its volume", 1.24 * 70, usual.metabolite_volume_l, "L"),
    ]


def rows() -> list[Row]:
    return [*single_doses(), *repeated_doses(), *groups()]


def outside() -> str:
    """Why the model has no number for 150 to 200 mg a day (V17), in its own words."""
    file = knowledge.load().kinetics_of("diazepam")
    assert file is not None
    return f"more than {file.most_mg_in_24_h} mg within 24 hours is not valid here"


def page() -> str:
    every = rows()
    judged = [r for r in every if not r.own]
    held = sum(r.verdict == "holds" for r in judged)
    daily = last_day(body(), 10, 60)
    missed = "; ".join(f"{r.id} {r.what} ({r.predicted:.3g} against {r.published:g})" for r in judged if r.verdict != "holds")
    return "\n".join(
        [
            "<!-- Printed from the model; change the knowledge, then run: python -m tests.clinical.kinetics.validation -->",
            "# The level model beside published levels", "", *INTRODUCTION, "",
            f"**{held} of {len(judged)} rows hold.** Those that do not: {missed or 'none'}.", "",
            "| Id | Study | n | What | Published | Model | Ratio | Tolerance | Verdict |",
            f"|{' --- |' * 9}", *map(line, every), "", "## What follows", "", *PEAKS,
            f"- **Steady levels are its best part**: 10 mg a day give {daily[0] / 10:.1f} ng/mL per mg a day (published: 20 to 34)",
            f"  and {daily[1] / daily[0]:.1f} times as much nordiazepam as diazepam (published: 1.4 to 2.4).",
            f"- **Doses beyond a label have no prediction**: {outside()}, so that the 150 to 200 mg a day of V17 are not", *BEYOND, "",
        ]
    )  # fmt: skip


INTRODUCTION = (
    "Every published mean that was found, beside what the model of `serein levels` gives for a typical such person (70 kg; 30 years where",
    "no age is told). No parameter was changed to please a row. A row **holds** when the prediction lies within 30 % of a mean of ten people",
    "or more, within 50 % of a smaller one. A row marked *its source* is where the parameter comes from, and proves nothing. All numbers were",
    "read in secondary pages (see the sources in the knowledge); no licensed human has confirmed them.",
)
PEAKS = (
    "- **Peaks are not to be trusted.** Published mean peaks of one 10 mg dose range from 108 to 406 ng/mL; no adult split of the volume of",
    "  distribution was found, and the model's lies between. `serein levels` says so under every estimate, and its bands do not hold all of",
    "  this.",
)
BEYOND = (
    "  compared. A vein (V13, V16) and children lie outside the model too; what is compared there does not depend on absorption.",
    "- **Half-lives follow from clearance and volume.** Means of skewed half-lives lie above ln 2·V/CL of the mean parameters; rows of",
    "  half-lives are judged as they stand.",
)


def line(r: Row) -> str:
    published, predicted = (f"{value:.3g} {r.unit}".strip() for value in (r.published, r.predicted))
    ratio, n = f"{r.predicted / r.published:.2f}", r.people or "not told"
    return f"| {r.id} | {r.study} | {n} | {r.what} | {published} | {predicted} | {ratio} | ±{r.tolerance:.0%} | {r.verdict} |"


if __name__ == "__main__":
    assert not isinstance(body(), NotValid)
    PAGE.write_text(page(), "utf-8")
