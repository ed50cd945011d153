"""The fields that a plan and a prescription share: a product, and how many of it at which time of the day."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from serein.care.planning.text import TIMES, PlannedDose, plannable_products
from serein.clinical.quantities import plain
from serein.interfaces.web.shell.forms import PageForm

from .templatetags.clinician import tallman

WIDTH = {"class": "govuk-input--width-5", "inputmode": "decimal", "autocomplete": "off"}
LABELS = {"morning": "Morning", "noon": "Noon", "evening": "Evening", "night": "Night", "as_needed": "Each time"}
HOW = "Tablets or mL each time, such as 1 or 0.5. Leave empty for none."


def units_field(at: str) -> forms.CharField:
    return forms.CharField(label=LABELS[at], required=False, max_length=24, widget=forms.TextInput(WIDTH))


@dataclass(frozen=True)
class Step:
    """At most five fields under one heading; those in `row` stand side by side where there is room."""

    title: str
    fields: tuple[str, ...] = ()
    row: tuple[str, ...] = ()
    lead: str = ""


class DosesForm(PageForm):
    """`doses()` gives the day's doses as typed; what is wrong with them is for the plan and the order to say."""

    product = forms.ChoiceField(
        label="Product",
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a product", "invalid_choice": "Choose a product"},
    )
    morning = units_field("morning")
    noon = units_field("noon")
    evening = units_field("evening")
    night = units_field("night")
    as_needed = units_field("as_needed")
    as_needed_max = forms.CharField(label="Times a day at most", required=False, max_length=3, widget=forms.TextInput(WIDTH))
    as_needed_week = forms.CharField(label="Times in any 7 days", required=False, max_length=3, widget=forms.TextInput(WIDTH))

    plan_of_steps: ClassVar[tuple[Step, ...]] = ()

    def steps(self) -> list[dict[str, Any]]:
        """The steps with their bound fields, for `clinician/steps.html`."""
        return [
            {"title": s.title, "lead": s.lead, "fields": [self[n] for n in s.fields], "row": [self[n] for n in s.row]}
            for s in self.plan_of_steps
        ]

    def offer(self, jurisdiction: str) -> None:
        """Offer the products of this market; staff read them in tall-man letters."""
        field = self.fields["product"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(p.id, tallman(p.name)) for p in plannable_products(jurisdiction=jurisdiction)]

    def doses(self) -> tuple[PlannedDose, ...]:
        data = self.cleaned_data
        typed = ((at, data.get(at, "").strip()) for at in TIMES)
        most = tuple(data.get(name, "").strip() for name in ("as_needed_max", "as_needed_week"))
        return tuple(PlannedDose(at, units, *(most if at == "as_needed" else ())) for at, units in typed if units)

    def place(self, mistakes: tuple[tuple[str, str], ...]) -> None:
        """Put what the action found at the fields of the page."""
        for name, says in mistakes:
            field = {"doses": "morning"}.get(name, name)
            self.add_error(field if field in self.fields else None, says)


def typed(doses: tuple[PlannedDose, ...]) -> dict[str, str]:
    """Doses as the initial values of the form."""
    found = {d.at: d.units for d in doses}
    extra = next((d for d in doses if d.at == "as_needed"), None)
    week = plain(extra.most_a_week) if extra else ""
    return found | {"as_needed_max": extra.max_per_day if extra else "", "as_needed_week": week}
