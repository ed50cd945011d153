"""“What if”: another daily dose, asked by GET and stored nowhere, with its answer in words."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.safestring import SafeString

from serein.care.monitoring.reads import DoseHistory, Estimate, WhatIf, what_if
from serein.clinical.kinetics import NotValid
from serein.clinical.quantities import plain
from serein.foundation.people.keys import OpenChart
from serein.interfaces.web.shell.forms import PageForm

MOST_MG = 1000
LEVELS = (("Diazepam, highest of the day", "high"), ("Diazepam, lowest of the day", "low"))


class InsteadForm(PageForm):
    says_optional = False
    dose = forms.DecimalField(
        label="Another dose from tomorrow, mg a day", min_value=0, max_value=MOST_MG, max_digits=7, decimal_places=3,
        widget=forms.TextInput({"class": "govuk-input--width-5", "inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"max_value": f"Enter a dose of at most {MOST_MG} mg a day", "min_value": "Enter a dose of 0 or more"},
    )  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """`answer` is None where nothing was asked, the dose cannot be read, or the model says nothing (`why`)."""

    form: InsteadForm
    answer: WhatIf | None = None
    why: str = ""
    lines: tuple[str, ...] = ()
    plot: SafeString | str = ""


def asked_of(
    request: HttpRequest, key: OpenChart, history: DoseHistory, levels: Estimate | NotValid, at_first: str = ""
) -> Asked:
    """`at_first` fills the box where nothing was asked yet."""
    if "dose" not in request.GET or isinstance(levels, NotValid):
        return Asked(InsteadForm())
    form = InsteadForm(request.GET)
    if not form.is_valid():
        return Asked(form)
    found = what_if(key, history, form.cleaned_data["dose"], levels.fit)
    return Asked(form, why=found.why) if isinstance(found, NotValid) else Asked(form, found, lines=tuple(_lines(found)))


def _lines(found: WhatIf) -> list[str]:
    plan = f"{plain(found.plan_mg)} mg" if found.plan_mg is not None else "no dose"
    said = [f"From {found.first:%d-%b-%Y} {plain(found.mg)} mg a day instead of {plan} as planned for that day."]
    for name, what in LEVELS:
        said.append(_compared(name, getattr(found.planned, what), getattr(found.instead, what), found))
    planned, instead = (_mean(d) for d in (found.planned, found.instead))
    said.append(_compared("Nordiazepam", planned, instead, found))
    if found.settles_in_days is None:
        said.append("When the level settles cannot be said.")
    else:
        said.append(f"Nine tenths of the change are there after about {found.settles_in_days} days.")
    return said


def _mean(level: Any) -> float:
    return float(level.metabolite_low + level.metabolite_high) / 2


def _compared(name: str, planned: float, instead: float, found: WhatIf) -> str:
    apart = f" ({Decimal(100 * (instead - planned) / planned):+.0f} %)" if planned >= 1 else ""
    return f"{name} on {found.instead.day:%d-%b-%Y}: about {instead:.0f} ng/mL instead of {planned:.0f}{apart}."
