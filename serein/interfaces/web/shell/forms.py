"""Forms in GOV.UK mark-up through Django's own rendering: `{{ form }}` on a page is already right.

`Renderer` is `settings.FORM_RENDERER`; its four templates and the widget templates beside them are all there is. A page's form derives from
`PageForm`. Validation is the server's alone: no `required`, `min` or `type=number` reaches the browser, because a browser that refuses a value
shows its own words, at one field at a time, and an `<input type=number>` throws away what it cannot read (nothing typed may be lost).
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.functional import cached_property


class Field(forms.BoundField):
    """A bound field that knows what its GOV.UK template needs."""

    as_heading = False
    """Whether the label or legend is the page's h1: set by `render_form_page` when the page asks one question."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        built = super().build_widget_attrs(attrs, widget)
        built.pop("required", None)
        return built

    @cached_property
    def is_tick(self) -> bool:
        """A single checkbox: label beside the box, hint below."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def first_id(self) -> str:
        """The id of the first control, where a link of the error summary leads. A fieldset itself takes no focus."""
        return f"{self.auto_id}_0" if self.use_fieldset else self.auto_id

    @property
    def optional(self) -> bool:
        asks = getattr(self.form, "says_optional", True)  # forms of allauth are not ours
        return bool(asks) and not self.field.required and not self.is_tick and not self.field.disabled


class Renderer(TemplatesSetting):
    form_template_name = "shell/forms/form.html"
    field_template_name = "shell/forms/field.html"
    bound_field_class = Field


class PageForm(forms.Form):
    """A form that a page shows. Rules of care stay in the actions, whose answer the view turns into `form.add_error`."""

    use_required_attribute = False
    says_optional = True
    """False for a filter, where nothing has to be filled in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.error_messages |= {code: says for code, says in plain_errors(name, field).items() if is_djangos(field, code)}


def error_links(form: forms.BaseForm) -> list[tuple[str, str]]:
    """(id of a control, message) for the error summary, in the order of the fields; an error of the whole form leads to its first control."""
    visible = form.visible_fields()
    first = getattr(visible[0], "first_id", "main") if visible else "main"
    links = [(first, str(e)) for e in form.non_field_errors()]
    for bound in form:
        target = first if bound.is_hidden else getattr(bound, "first_id", bound.auto_id)
        links += [(target, str(e)) for e in bound.errors]
    return links


def is_djangos(field: forms.Field, code: str) -> bool:
    """Whether nobody has chosen words for this error: what a page's author wrote stands."""
    said = field.error_messages.get(code)
    return any(said is c.default_error_messages.get(code) for c in type(field).__mro__ if hasattr(c, "default_error_messages"))


def plain_errors(name: str, field: forms.Field) -> dict[str, str]:
    """What to do, with the field's own name: six times "This field is required" in a summary tells nobody anything."""
    label = str(field.label or name.replace("_", " "))
    lower = label[:1].lower() + label[1:]
    if isinstance(field, forms.BooleanField):
        return {"required": f"Tick “{label}”"}
    if label.endswith("?"):
        said = {"required": f"Answer “{label}”", "invalid_choice": f"Choose one of the answers to “{label}”"}
    elif isinstance(field, forms.ChoiceField):
        said = {"required": f"Choose {lower}", "invalid_choice": f"Choose {lower} from the list"}
    else:
        said = {"required": f"Enter {lower}"}
    if isinstance(field, forms.EmailField):
        said["invalid"] = "Enter an address such as name@example.org"
    elif isinstance(field, forms.DecimalField | forms.FloatField):
        # With a point, because "1,5" is fifteen in some places and one and a half in others.
        said["invalid"] = f"“{label}” must be a number, such as 2.5"
    elif isinstance(field, forms.IntegerField):
        said["invalid"] = f"“{label}” must be a whole number, such as 2"
    literal = label.replace("%", "%%")  # Django fills the numbers in with the % operator
    return said | {"max_length": f"“{literal}” may have %(limit_value)d characters, and has %(show_value)d"}
