"""What is asked about a switch to diazepam. The form is sent by GET for a look and by POST to keep what was seen: both carry the same fields."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django import forms

from serein.care.tapering.reads import TaperCard
from serein.care.tapering.reads.taken import Taken, TakenEntry
from serein.care.tapering.switching import LONGEST_WHY, SwitchText, shortest_days, switchable
from serein.care.tapering.text import SLOTS, number_of, offered
from serein.clinical.quantities import plain
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm

from .dosing_form import LABELS
from .taper_form import DAYS_AHEAD, NARROW, number
from .templatetags.clinician import tallman

# Where the record says how often and not when: the times that people take so many doses at.
USUAL = {1: ("night",), 2: ("morning", "night"), 3: ("morning", "noon", "night"), 4: SLOTS}
TAKEN = ("substance", *SLOTS, "tablets", "halves")


class SwitchForm(PageForm):
    """`text()` is it as a value."""

    substance = forms.ChoiceField(label="Medicine", error_messages={"required": "Choose what is taken now"})
    morning = number(f"{LABELS['morning']}, mg", required=False)
    noon = number(f"{LABELS['noon']}, mg", required=False)
    evening = number(f"{LABELS['evening']}, mg", required=False)
    night = number(f"{LABELS['night']}, mg", required=False)
    tablets = forms.CharField(
        label="Its tablets, mg each", help_text="Such as 0.5, 1. What the patient has at home.", max_length=60,
        error_messages={"required": "Enter the mg of each tablet, such as 0.5, 1"},
        widget=forms.TextInput(NARROW | {"class": "govuk-input--width-10"}),
    )  # fmt: skip
    halves = forms.BooleanField(label="These tablets may be halved", required=False)
    chosen_mg = number("mg of it beside 10 mg of diazepam", "Your choice, within the tables. Nothing is filled in.")
    why = forms.CharField(
        label="Why this value?",
        max_length=LONGEST_WHY,
        help_text="Kept with the plan, under your name.",
        error_messages={"required": "Say why this value"},
    )
    starts_on = DateField(label="First dose switched on")
    every_days = forms.IntegerField(label="Days between two doses", widget=forms.TextInput(NARROW))
    products = forms.MultipleChoiceField(
        label="Diazepam made from",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one product"},
    )
    despite = forms.CharField(
        label="Switch although it is not advised, because", required=False, max_length=LONGEST_WHY,
        help_text="Only in liver disease or from 65 years. Kept with the plan.",
    )  # fmt: skip

    def offer(self, jurisdiction: str, running: TaperCard | None) -> None:
        """The choices; while a switch runs, what is taken is what it left and is not asked again."""
        substance, products = self.fields["substance"], self.fields["products"]
        assert isinstance(substance, forms.ChoiceField) and isinstance(products, forms.MultipleChoiceField)
        substance.choices = [("", "Choose"), *((id, tallman(name)) for id, name in switchable())]
        products.choices = [(p.id, tallman(p.name)) for p in offered(jurisdiction)]
        self.fields["every_days"].help_text = f"{shortest_days()} or more."
        if running is not None:
            for name in TAKEN:
                del self.fields[name]

    def parts(self) -> list[dict[str, Any]]:
        """The fields under their headings."""
        found = [
            ("Taken now", ("substance", "tablets", "halves"), SLOTS), ("How much diazepam", ("chosen_mg", "why", "products"), ()),
            ("When", ("starts_on", "every_days"), ()), ("If it is not advised", ("despite",), ()),
        ]  # fmt: skip
        named = [
            (title, [self[n] for n in fields if n in self.fields], [self[n] for n in row if n in self.fields])
            for title, fields, row in found
        ]
        return [{"title": title, "fields": fields, "row": row} for title, fields, row in named if fields or row]

    def text(self) -> SwitchText:
        data = self.cleaned_data
        doses = tuple((at, mg.strip()) for at in SLOTS if (mg := data.get(at, "")).strip())
        return SwitchText(
            substance=data.get("substance", ""), doses=doses, tablets=_split(data.get("tablets", "")), halves=data.get("halves", False),
            chosen_mg=data["chosen_mg"].strip(), why=data["why"], every_days=data["every_days"], starts_on=data["starts_on"],
            products=tuple(data["products"]), despite=data["despite"],
        )  # fmt: skip


def _split(written: str) -> tuple[str, ...]:
    return tuple(written.replace(",", " ").split())


def initial(taken: Taken, on: date, jurisdiction: str, standing: TaperCard | None) -> dict[str, Any]:
    """A switch that was written before, else what the record says is taken. The value beside 10 mg is never filled in but from a choice made."""
    found: dict[str, Any] = {
        "starts_on": on + timedelta(days=DAYS_AHEAD), "every_days": shortest_days(),
        "products": [p.id for p in offered(jurisdiction) if p.form == "tablet"],
    }  # fmt: skip
    if standing is not None and standing.switch is not None:
        s = standing.switch
        return found | {
            "substance": s.substance, **{d.at: plain(d.mg) for d in s.before}, "tablets": ", ".join(s.tablets), "halves": s.halves,
            "chosen_mg": s.chosen_mg, "why": s.why, "every_days": s.every_days, "despite": s.despite,
            "products": [p.id for p in standing.request.products], "starts_on": max(standing.starts_on, found["starts_on"]),
        }  # fmt: skip
    entry = taken.entries[0] if taken.entries else None
    return found | (_from_record(entry) if entry else {"substance": taken.told})


def _from_record(entry: TakenEntry) -> dict[str, Any]:
    found: dict[str, Any] = {"substance": entry.substance}
    if entry.single_mg is not None:
        single = plain(entry.single_mg)
        found |= dict.fromkeys(USUAL.get(entry.times or 0, ()), single) | {"tablets": single}
    return found


def daily_mg(form: SwitchForm, running: TaperCard | None) -> Decimal:
    """What is taken a day as far as the fields say; 0 where they do not."""
    if running is not None:
        return sum((d.mg for d in running.still_before), Decimal(0))
    return sum((number_of(str(form[at].value() or "").strip()) or Decimal(0) for at in SLOTS), Decimal(0))


def query(text: SwitchText, running: TaperCard | None) -> str:
    """The address of a look at this text."""
    pairs: list[tuple[str, str]] = [("chosen_mg", text.chosen_mg), ("why", text.why), ("every_days", str(text.every_days))]
    pairs += [("starts_on", text.starts_on.isoformat()), ("despite", text.despite), *(("products", p) for p in text.products)]
    if running is None:
        pairs += [("substance", text.substance), *text.doses, ("tablets", ", ".join(text.tablets))]
        pairs += [("halves", "on")] if text.halves else []
    return "?" + urlencode(pairs)
