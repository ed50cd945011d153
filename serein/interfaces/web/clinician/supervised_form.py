"""What is asked in a supervised course: how it begins, ten ratings, what was given, why it ends."""

from collections.abc import Sequence

from django import forms

from serein.care.tapering.actions import LONGEST_WHY, Ratings
from serein.care.tapering.supervised import LONGEST, SETTINGS, CourseText, reasons_offered
from serein.clinical import knowledge
from serein.clinical.taper.supervised import CIWA, NONE_OF_THESE, OLDER, Regimen
from serein.interfaces.web.shell.forms import PageForm

from .taper_form import number
from .templatetags.clinician import tallman


class BeginForm(PageForm):
    setting = forms.ChoiceField(
        label="Where is the patient watched?", choices=list(SETTINGS.items()), widget=forms.RadioSelect,
        error_messages={"required": "Say where the patient is watched"},
    )  # fmt: skip
    who_watches = forms.CharField(
        label="Who watches, and where?", required=False, max_length=LONGEST, help_text="As it was agreed, such as: Ward 4, night team.",
    )  # fmt: skip
    reasons = forms.MultipleChoiceField(
        label="Is any of these true?", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Say which is true, or that none is"}
    )  # fmt: skip
    regimen = forms.ChoiceField(label="Regimen", widget=forms.RadioSelect, error_messages={"required": "Choose a regimen"})
    dose_mg = number(
        "One dose, mg",
        "Within what the regimen says. Whether tablets make it is checked only for substances whose products are known here.",
    )
    despite = forms.CharField(
        label="If another substance than the preferred one: why?", required=False, max_length=LONGEST, widget=forms.Textarea({"rows": 2})
    )  # fmt: skip
    before_mg = number(
        "Benzodiazepine taken daily before, mg", "It goes on afterwards as before. Empty: none, or not known.", required=False
    )

    def offer(self, regimens: Sequence[Regimen], *, older: bool) -> None:
        regimen, reasons = self.fields["regimen"], self.fields["reasons"]
        assert isinstance(regimen, forms.ChoiceField) and isinstance(reasons, forms.MultipleChoiceField)
        regimen.choices = [(r.id, f"{tallman(r.substance)}, {r.kind}: {r.says}") for r in regimens]
        reasons.choices = [*((p, p.capitalize()) for p in reasons_offered()), (NONE_OF_THESE, "None of these")]
        self.initial.setdefault("reasons", [OLDER] if older else [])

    def text(self) -> CourseText:
        return CourseText(**{**self.cleaned_data, "reasons": tuple(self.cleaned_data["reasons"])})


class RatingsForm(PageForm):
    """One field for each item of the instrument, by its id."""

    drowsy = forms.BooleanField(label="Drowsy, hard to wake, or breathing slowly", required=False)
    seizure = forms.BooleanField(label="A seizure since the last look", required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        instrument = knowledge.load().instrument(CIWA)
        self.items = [item.id for item in instrument.items]
        for item in instrument.items:
            name, _, ask = item.text.partition(": ")
            self.fields[item.id] = forms.ChoiceField(
                label=name, help_text=ask[:1].upper() + ask[1:], widget=forms.Select,
                choices=[("", "Rate it"), *((str(o.value), _option(o.value, o.label)) for o in instrument.options_of(item))],
                error_messages={"required": f"Rate {name[:1].lower()}{name[1:]}", "invalid_choice": "Choose one of the ratings"},
            )  # fmt: skip
        self.order_fields([*self.items, "drowsy", "seizure"])

    def ratings(self) -> Ratings:
        data = self.cleaned_data
        return Ratings({item: int(data[item]) for item in self.items}, drowsy=data["drowsy"], seizure=data["seizure"])


def _option(value: int, label: str) -> str:
    """The number first; '2, between' has it already."""
    return label if label.startswith(f"{value},") else f"{value}: {label}"


class GivenForm(PageForm):
    mg = number("Given, mg", "0 if nothing was given.")
    why = forms.CharField(label="If it is not what the regimen gives: why?", required=False, max_length=LONGEST_WHY)


class EndForm(PageForm):
    why = forms.CharField(
        label="How did it end, and what comes next?", max_length=LONGEST_WHY, error_messages={"required": "Say how it ended"}
    )
