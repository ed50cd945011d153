"""Questions of the intake as forms. The form only carries what was typed: whether an answer can be kept is decided by the action."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.forms.renderers import BaseRenderer
from django.http import QueryDict

from serein.care.evaluation.answering import Problem
from serein.care.evaluation.question import Blank, Kind, Question
from serein.clinical.knowledge import Instrument, Item
from serein.interfaces.web.shell.fields import DateField, DateParts
from serein.interfaces.web.shell.forms import Field, PageForm

Fields = dict[str, forms.Field]
CHOOSE = {"required": "Choose one answer.", "invalid_choice": "Choose one answer."}


class NeededField(Field):
    """A field that is needed in some cases: not marked as optional, because it is not always."""

    optional = False


def _needed(field: forms.Field) -> forms.Field:
    field.bound_field_class = NeededField
    return field


class QuestionForm(PageForm):
    """One question. No field is required here: the action alone knows what is needed, and says so for all of them at once.

    `say` puts the action's problems beside the fields they are about.
    """

    def say(self, problems: tuple[Problem, ...]) -> None:
        for problem in problems:
            self.add_error(problem.part if problem.part in self.fields else None, problem.says)

    def said(self) -> dict[str, Any]:
        """What was typed and chosen, as the actions take it."""
        said = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        if "date" in said:
            said["date"] = said["date"].isoformat()
        return said

    @property
    def is_empty(self) -> bool:
        """Nothing was typed or chosen on the page. A date is posted in three parts."""
        names = [n for f in self.fields for n in (f, f"{f}_0", f"{f}_1", f"{f}_2")]
        posted = cast(QueryDict, self.data)
        return not any(value.strip() for name in names for value in posted.getlist(name))


def _blank(blank: Blank) -> forms.Field:
    attrs = {"autocomplete": blank.autocomplete or "off"}
    widget: forms.Widget
    if blank.lines > 1:
        widget = forms.Textarea({"rows": blank.lines, **attrs})
    else:
        narrow = {"class": "govuk-input--width-5", "inputmode": "decimal"} if blank.number else {}
        widget = forms.TextInput({**attrs, **narrow})
    # strip=False: what people type is kept letter for letter.
    field = forms.CharField(label=blank.label, help_text=blank.hint, required=False, widget=widget, strip=False)
    return _needed(field) if blank.needs or blank.required else field


def _options(question: Question, label: str) -> forms.Field:
    choices = [(o.key, o.words) for o in question.options]
    hint = question.why if question.kind is not Kind.ROWS else ""
    if question.kind is Kind.MANY:
        widget = forms.CheckboxSelectMultiple()
        many = forms.MultipleChoiceField(
            label=label, help_text=hint, choices=choices, widget=widget, required=False, error_messages=CHOOSE
        )
        return _needed(many)
    one = forms.ChoiceField(
        label=label, help_text=hint, choices=choices, widget=forms.RadioSelect(), required=False, error_messages=CHOOSE
    )
    return _needed(one)


def fields_of(question: Question) -> Fields:
    made: Fields = {}
    if question.kind is Kind.DATE:
        widget = DateParts(birthday=True)
        made["date"] = _needed(DateField(label=question.title, help_text=question.why, widget=widget, required=False))
    if question.options and question.kind is not Kind.ROWS:
        made["choices" if question.kind is Kind.MANY else "choice"] = _options(question, question.title)
    made |= {b.key: _blank(b) for b in question.blanks}
    if question.options and question.kind is Kind.ROWS:
        made["choice"] = _options(question, "Where does it come from?")
    return made


def question_form(question: Question, data: Any = None, initial: Mapping[str, Any] | None = None) -> QuestionForm:
    kind = type("OneQuestion", (QuestionForm,), fields_of(question))
    form: QuestionForm = kind(data, initial=dict(initial or {}))
    return form


class InstrumentForm(PageForm):
    """A whole questionnaire, its words as published. No item is forced: the action says which are open, and the patient may leave them out."""

    def __init__(self, instrument: Instrument, data: Any = None, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={f"item_{k}": v for k, v in (initial or {}).items()})
        self.instrument = instrument
        for number, item in enumerate(instrument.items, 1):
            self.fields[f"item_{item.id}"] = self._item(item, f"{number}. {item.text}")
        for item in instrument.unscored:
            self.fields[f"item_{item.id}"] = self._item(item, item.text)

    def _item(self, item: Item, label: str) -> forms.Field:
        choices = [(o.value, o.label) for o in self.instrument.options_of(item)]
        return _needed(
            forms.TypedChoiceField(
                label=label,
                choices=choices,
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect(),
                error_messages=CHOOSE,
            )
        )

    def answers(self) -> dict[str, int | None]:
        return {i.id: self.cleaned_data.get(f"item_{i.id}") for i in (*self.instrument.items, *self.instrument.unscored)}

    def say_left_out(self, items: tuple[str, ...]) -> None:
        for item in items:
            self.add_error(f"item_{item}", "Choose one answer, or leave it out below.")


class SafetyForm(PageForm):
    def __init__(self, title: str, why: str, answers: tuple[tuple[str, str], ...], data: Any = None) -> None:
        super().__init__(data)
        self.fields["answer"] = forms.ChoiceField(
            label=title, help_text=why, choices=answers, widget=forms.RadioSelect(), error_messages=CHOOSE
        )


class ConsentForm(PageForm):
    yes = forms.BooleanField(error_messages={"required": "Tick the box if you agree."})

    def __init__(self, words: str, data: Any = None, *, renderer: BaseRenderer | None = None) -> None:
        super().__init__(data, renderer=renderer)
        self.fields["yes"].label = words


class ReplyForm(PageForm):
    """The patient's answer to a plan."""

    answer = forms.ChoiceField(
        label="What do you say?", choices=[("agree", "I agree to this plan"), ("ask", "I want to ask or change something")],
        widget=forms.RadioSelect(), error_messages=CHOOSE,
    )  # fmt: skip
    words = forms.CharField(
        label="Your question, or what you want to change", required=False, strip=False, widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip
