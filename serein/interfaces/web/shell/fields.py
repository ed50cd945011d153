"""Widgets and fields that Django does not have in this shape."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


class DateParts(forms.MultiWidget):
    """Month, day and year as three boxes with their names above: no order to guess, no calendar to fight with.

    Posted as `name_0`, `name_1`, `name_2`; a plain `name=YYYY-MM-DD` is understood too.
    """

    template_name = "shell/forms/date.html"
    use_fieldset = True
    parts = (("Month", "2"), ("Day", "2"), ("Year", "4"))

    def __init__(self, attrs: dict[str, Any] | None = None, *, birthday: bool = False) -> None:
        super().__init__([forms.TextInput() for _ in self.parts], attrs)
        self.birthday = birthday

    def decompress(self, value: Any) -> list[str]:
        if isinstance(value, date):
            return [str(value.month), str(value.day), str(value.year)]
        pieces = str(value or "").split("-")
        return [pieces[1], pieces[2], pieces[0]] if len(pieces) == 3 else ["", "", ""]

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        whole = data.get(name)
        if whole:
            return self.decompress(whole)
        return [str(data.get(f"{name}_{i}") or "").strip() for i in range(3)]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        return name not in data and all(f"{name}_{i}" not in data for i in range(3))

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        autocomplete = ("bday-month", "bday-day", "bday-year") if self.birthday else ("", "", "")
        for part, (label, width), fill in zip(context["widget"]["subwidgets"], self.parts, autocomplete, strict=True):
            part |= {"label": label, "width": width, "autocomplete": fill}
        return context


def _month(text: str) -> int:
    low = text.lower().rstrip(".")
    by_name = [i for i, m in enumerate(MONTHS, 1) if len(low) >= 3 and m.startswith(low)]
    return by_name[0] if by_name else int(text)


class DateField(forms.Field):
    """A calendar day typed in three boxes. `on` is never asked here: whether a day may lie in the past is the caller's rule."""

    widget = DateParts
    default_error_messages = {
        "required": "Enter a date",
        "part": "The date must include a %(part)s",
        "invalid": "The date must be a real date, such as March 27, 1985",
    }

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or (isinstance(value, list) and not any(value)):
            return None
        if isinstance(value, date):
            return value
        pieces = list(value) if isinstance(value, list) else DateParts().decompress(value)
        for piece, (label, _) in zip(pieces, DateParts.parts, strict=True):
            if not piece:
                raise ValidationError(self.error_messages["part"], code="part", params={"part": label.lower()})
        try:
            month, day, year = _month(pieces[0]), int(pieces[1]), int(pieces[2])
            if not 1800 <= year <= 2200:  # "85" is not a year that anybody alive was born in or a plan ends in
                raise ValueError(year)
            return date(year, month, day)
        except (ValueError, OverflowError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(initial) != self.to_python(data))
        except ValidationError:
            return True


class CodeField(forms.CharField):
    """A code that a person copies: spaces and hyphens do not count, paste works, phones show digits (WCAG 3.3.8)."""

    def __init__(self, *, digits: bool = True, **kwargs: Any) -> None:
        attrs = {"autocomplete": "one-time-code" if digits else "off", "class": "govuk-input--width-10", "spellcheck": "false"}
        if digits:
            attrs["inputmode"] = "numeric"
        kwargs.setdefault("widget", forms.TextInput(attrs))
        kwargs.setdefault("max_length", 64)
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace(" ", "").replace("-", "")
