"""What `serein levels` says: as JSON, as CSV, as a picture, in words."""

import csv
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from serein.clinical.kinetics.course import Levels
from serein.interfaces.translate.levels_request import LevelsRequest, as_numbers
from serein.interfaces.translate.strict_json import Json

if TYPE_CHECKING:
    from serein.clinical.kinetics import Band, Doubt, Individual
    from serein.interfaces.paper.curve import Curve

NOT_CONFIRMED = "No licensed human has confirmed this knowledge."
# Of 400 people four lie outside a band of 99 %: a wider one would rest on one or two of them.
WIDEST = Decimal("0.99")
NO_BLOOD_TEST = "An estimate, not a blood test."


@dataclass(frozen=True)
class Answer:
    """`knowledge` is (version, whether a licensed human has confirmed it), or None when parameters were given."""

    request: LevelsRequest
    levels: Levels
    band: "Band | None" = None
    individual: "Individual | None" = None
    knowledge: tuple[str, bool] | None = None

    @property
    def model(self) -> str:
        if self.request.typical is not None:
            return self.request.typical.model
        body = self.request.course.parameters
        parts = "two compartments" if body.intercompartmental_l_per_h else "one compartment"
        made = f", metabolite {self.request.metabolite}" if body.fraction_to_metabolite else ""
        return f"{self.request.substance}, {parts}, first-order absorption{made}"

    @property
    def parameters_from(self) -> str:
        found = f"knowledge {self.knowledge[0]}" if self.knowledge else "as given"
        return f"{found}, fitted to {len(self.request.measured)} measured" if self.individual else found

    @property
    def unknown(self) -> tuple[str, ...]:
        said = self.request.typical.unknown if self.request.typical else ()
        if self.band is not None and self.request.band is not None and self.request.band > WIDEST:
            said = (
                *said,
                f"How far a band of {float(self.request.band) * 100:g} % reaches: it ends with the outermost of those calculated.",
            )
        doubtful = sum(d.count for d in self.request.course.doses if d.unknown)
        return (*said, f"Whether {doubtful} doses were taken: every adherence is held equally likely.") if doubtful else said

    @property
    def series(self) -> list[tuple[str, tuple[float, ...], tuple[float, ...] | None, tuple[float, ...] | None]]:
        """(substance, levels, low, high) of the parent and, where one is modelled, the metabolite."""
        found, wide = self.levels, self.band
        ends = (wide.parent_low, wide.parent_high) if wide else (None, None)
        ends_other = (wide.metabolite_low, wide.metabolite_high) if wide else (None, None)
        parent = (self.request.substance, found.parent, *ends)
        other = (self.request.metabolite, found.metabolite, *ends_other)
        return [parent, other] if self.request.metabolite else [parent]


def as_json(answer: Answer) -> Json:
    said: dict[str, Json] = {"times_h": as_numbers(answer.request.course.times_h)}
    said |= {f"{name}_ng_per_ml": values for name, values, _, _ in answer.series}
    if answer.band is not None:
        said["band"] = {f"{name}_ng_per_ml": {"low": low, "high": high} for name, _, low, high in answer.series}
    if answer.individual is not None:
        said["individual"] = _individual(answer.individual)
    said["model"], said["parameters_from"] = answer.model, answer.parameters_from
    if answer.request.typical is not None and answer.knowledge is not None:
        said["knowledge"], said["confirmed"] = answer.knowledge
        said["sources"] = [
            {"id": s.id, "title": s.title, "where": s.where, "kind": s.kind} for s in answer.request.typical.sources
        ]
    if answer.unknown:
        said["unknown"] = answer.unknown
    return said


def _individual(one: "Individual") -> Json:
    doubts = [{"measured": d.number, "share_of_people_below": d.share_below, "could_be": d.could_be} for d in one.doubts]
    return {
        "parameters": {name: getattr(one.parameters, name) for name in one.shrinkage if hasattr(one.parameters, name)}
        | {"central_l": one.parameters.central_l, "peripheral_l": one.parameters.peripheral_l},
        "shrinkage": one.shrinkage,
        "draws": one.draws,
        "effective_draws": one.effective_draws,
        "doubts": doubts,
    }


def as_csv(answer: Answer) -> str:
    """One row a time, in full precision."""
    to = io.StringIO()
    rows = csv.writer(to, lineterminator="\n")
    head, columns = ["time_h"], [as_numbers(answer.request.course.times_h)]
    for name, values, low, high in answer.series:
        for suffix, column in (("", values), ("_low", low), ("_high", high)):
            if column is not None:
                head.append(f"{name}_ng_per_ml{suffix}")
                columns.append(list(column))
    rows.writerow(head)
    rows.writerows(zip(*columns, strict=True))
    return to.getvalue()


def as_curve(answer: Answer) -> "Curve":
    from serein.interfaces.paper.curve import Curve, Line

    share = answer.request.band
    notes = [NO_BLOOD_TEST + (f" Tinted: {float(share) * 100:g} of 100 people." if share and answer.band else "")]
    notes[0] += " Straight lines join the times that were asked for."
    notes.append(f"Model: {answer.model}. Parameters: {answer.parameters_from}.")
    if answer.knowledge and not answer.knowledge[1]:
        notes.append(NOT_CONFIRMED)
    lines = tuple(Line(name, values, low, high) for name, values, low, high in answer.series)
    return Curve(tuple(map(float, answer.request.course.times_h)), lines, tuple(notes))


def for_people(answer: Answer) -> str:
    names = [name for name, *_ in answer.series]
    head = f"{'hour':>10}" + "".join(f"  {name + ' ng/mL':>18}" for name in names)
    lines = [f"{float(t):>10g}" for t in answer.request.course.times_h]
    for _, values, _, _ in answer.series:
        lines = [f"{row}  {value:>18.1f}" for row, value in zip(lines, values, strict=True)]
    if answer.band is not None:
        head += f"  {'band of ' + answer.request.substance:>22}"
        pairs = zip(lines, answer.band.parent_low, answer.band.parent_high, strict=True)
        lines = [f"{row}  {f'{lo:.1f} to {hi:.1f}':>22}" for row, lo, hi in pairs]
    doubts = [f"Measured level {d.number + 1} is hardly possible: {'; '.join(d.could_be)}." for d in _doubts(answer)]
    stands = [f"Model: {answer.model}. Parameters: {answer.parameters_from}."]
    if answer.request.typical is not None:
        stands.append(f"Sources: {'; '.join(dict.fromkeys(s.title for s in answer.request.typical.sources))}.")
    if answer.knowledge and not answer.knowledge[1]:
        stands.append(NOT_CONFIRMED)
    return "\n".join([head, *lines, "", NO_BLOOD_TEST, *doubts, *stands, *(f"Not known: {one}" for one in answer.unknown)])


def _doubts(answer: Answer) -> tuple["Doubt", ...]:
    return answer.individual.doubts if answer.individual else ()
