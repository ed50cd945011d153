"""What is asked about a plan that exists already: its lines, and what it is judged by."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from serein.care.tapering.reads import Start
from serein.care.tapering.text import OFFERED_POLICIES, POLICY, TaperText, limits, offered
from serein.clinical.quantities import NotAQuantity, decimal, plain
from serein.clinical.taper import OWN
from serein.interfaces.web.shell.forms import PageForm

from .taper_form import number
from .templatetags.clinician import tallman

LONGEST, MOST_BYTES = 200_000, 200_000
MOST_MG = Decimal(1000)


class ExistingForm(PageForm):
    says_optional = False
    plan = forms.CharField(
        label="The plan", required=False, max_length=LONGEST, strip=False, widget=forms.Textarea({"rows": 10, "spellcheck": "false"}),
        help_text="One line a step: day, mg a day, and the tablets if you know them. Such as 2027-01-04, 18, 3 x 5 mg + 1.5 x 2 mg. "
        "Or paste what serein taper reads or prints.",
    )  # fmt: skip
    file = forms.FileField(
        label="Or a file", required=False, help_text="Text with such lines, or JSON of serein taper.", allow_empty_file=True
    )
    daily_mg = number("Dose before the first line, mg a day", "A file of serein taper says its own.", required=False)
    products = forms.MultipleChoiceField(label="Products at hand", widget=forms.CheckboxSelectMultiple, required=False)
    policy = forms.ChoiceField(
        label="Judged by", choices=[(k, v) for k, v in OFFERED_POLICIES.items() if k != OWN], required=False
    )

    def offer(self, jurisdiction: str) -> None:
        field = self.fields["products"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(p.id, tallman(p.name)) for p in offered(jurisdiction)]

    def take_file(self) -> None:
        """What a file holds stands in the box from then on: a browser forgets the file with the page, and nothing may be lost."""
        file = self.files.get("file")
        if file is None:
            return
        if (file.size or 0) > MOST_BYTES:
            self.add_error("file", "The file is larger than any plan. Choose another one.")
            return
        try:
            held = file.read().decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", "The file holds no text that can be read (UTF-8). Choose another one.")
            return
        if "\x00" in held:
            self.add_error("file", "The file holds characters that are no text. Choose another one.")
            return
        ticked = self.data.getlist("products")  # type: ignore[attr-defined]
        self.data = {name: self.data.get(name) for name in self.data} | {"products": ticked, "plan": held}
        self.full_clean()

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if data is not None and not data.get("plan", "").strip() and "plan" not in self.errors and not self.files.get("file"):
            self.add_error("plan", "Type or paste the plan, or choose a file")
        return data

    def clean_daily_mg(self) -> str:
        written: str = self.cleaned_data["daily_mg"].strip()
        try:
            mg = decimal(written) if written else Decimal(1)
        except NotAQuantity:
            mg = Decimal(0)
        if not 0 < mg <= MOST_MG or mg != round(mg, 4):
            raise forms.ValidationError("Enter milligrams a day, such as 20.")
        return written

    def settings(self, start: Start | None, on: date) -> TaperText | None:
        """What lines are judged by: the usual pace of the rules; None without a dose before the first line."""
        data = self.cleaned_data
        if not data.get("daily_mg"):
            return None
        policy = data["policy"] or POLICY
        usual = limits(policy).usual
        return TaperText(
            daily_mg=plain(decimal(data["daily_mg"])), cut_percent=plain(usual.cut_percent), every_days=usual.every_days, goal_mg="0",
            products=tuple(data["products"]), times=start.times if start else ("night",), starts_on=on, policy=policy,
        )  # fmt: skip
