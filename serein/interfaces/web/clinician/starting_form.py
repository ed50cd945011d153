"""What is asked where a taper cannot begin at a steady dose."""

from django import forms

from serein.care.tapering.starting import LONGEST, NALOXONE, QUESTIONS, BoughtText, UseText
from serein.care.tapering.text import offered
from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import PageForm

from .taper_form import number
from .templatetags.clinician import tallman


class UseForm(PageForm):
    mg_per_use = number("One use, mg", "As prescribed here, of diazepam.")
    uses = number("Days a week with a use", "The most in a usual week.")
    goal_uses = number("Down to, days a week")
    start_on = DateField(label="First change on")
    every_days = number("Days between steps", "Each step is one day a week less.")
    products = forms.MultipleChoiceField(
        label="Made from", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one product"}
    )  # fmt: skip
    again_on = DateField(label="Look again on")

    def offer(self, jurisdiction: str) -> None:
        field, here = self.fields["products"], offered(jurisdiction)
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(p.id, tallman(p.name)) for p in here]
        self.initial.setdefault("products", [p.id for p in here if p.form == "tablet"])

    def sent_names(self) -> set[str]:
        """The names under which its fields travel: a date has three."""
        days = {f"{name}_{part}" for name in ("start_on", "again_on") for part in (0, 1, 2)}
        return {*self.fields, *days}

    def text(self) -> UseText:
        data = self.cleaned_data
        numbers = {name: data[name].strip() for name in ("mg_per_use", "uses", "goal_uses", "every_days")}
        return UseText(**numbers, start_on=data["start_on"], products=tuple(data["products"]), again_on=data["again_on"])


class BoughtForm(PageForm):
    """One box for each question; a number on a package stays words."""

    naloxone = forms.ChoiceField(
        label="Naloxone", choices=list(NALOXONE.items()), widget=forms.RadioSelect,
        error_messages={"required": "Say whether naloxone was offered"},
    )  # fmt: skip
    steady = forms.BooleanField(label="The dose that was watched is steady now", required=False)
    again_on = DateField(label="See the patient again on", required=False, help_text="Until the dose is steady.")

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, question in QUESTIONS.items():
            self.fields[name] = forms.CharField(
                label=question, max_length=LONGEST, widget=forms.Textarea({"rows": 2}),
                error_messages={"required": f"{question} Write “not known” where nobody knows."},
            )  # fmt: skip
        self.order_fields([*QUESTIONS, "naloxone", "steady", "again_on"])

    def text(self) -> BoughtText:
        data = self.cleaned_data
        return BoughtText(
            told=tuple((name, data[name]) for name in QUESTIONS),
            naloxone=data["naloxone"],
            steady=data["steady"],
            again_on=data["again_on"],
        )
