"""What the pharmacist types."""

from decimal import Decimal

from django import forms

from serein.care.prescribing import codes
from serein.care.prescribing.actions.dispensing import LONGEST_WORDS, REASONS
from serein.interfaces.web.shell.forms import PageForm


class CodeForm(PageForm):
    """Typed, pasted, or put in by a scanner, which types the whole address."""

    code = forms.CharField(
        label="Code on the prescription",
        help_text="12 letters and digits, such as 7Q4M-K2PD-9XWA. Small letters and missing hyphens are fine. A scanner works here too.",
        max_length=300,
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "class": "govuk-input--width-20 code-input",
                "spellcheck": "false",
                "autocapitalize": "characters",
            }
        ),
        error_messages={"required": "Enter the code on the prescription", "max_length": "The code has 12 letters and digits"},
    )

    def clean_code(self) -> str:
        code = codes.typed(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError("The code has 12 letters and digits")
        return code


class DispenseForm(PageForm):
    """One tick. The quantity is what the page showed: if the record says otherwise, nothing is dispensed."""

    identity_checked = forms.BooleanField(
        label="I checked the patient’s name and date of birth",
        error_messages={"required": "Check the patient’s name and date of birth, then tick the box"},
    )
    quantity = forms.DecimalField(min_value=Decimal("0.001"), max_digits=9, decimal_places=3, widget=forms.HiddenInput)


class DeclineForm(PageForm):
    reason = forms.ChoiceField(
        label="Why will you not dispense it?",
        choices=list(REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason"},
    )
    words = forms.CharField(
        label="More about it",
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea({"rows": 3}),
        help_text="Whoever checks this prescription next can read it, with your name.",
        error_messages={"max_length": "Use at most 1,000 characters"},
    )
