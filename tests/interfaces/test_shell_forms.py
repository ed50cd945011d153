"""Forms: every value typed comes back, every error says where it is, and the browser refuses nothing by itself."""

import contextlib
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from serein.interfaces.web.shell.fields import DateField
from serein.interfaces.web.shell.forms import error_links
from tests.interfaces.shell_urls import Everything

RIGHT = {
    "name": "Maria Torres", "email": "maria@example.org", "born_0": "3", "born_1": "27", "born_2": "1985", "weight_kg": "61.5",
    "reason": "anxiety", "jurisdiction": "US-CA", "notes": "", "code": "", "sure": "on",
}  # fmt: skip


def form(**changes):
    data = QueryDict(mutable=True)
    for name, value in {**RIGHT, **changes}.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    return Everything(data)


def test_a_right_form_is_accepted():
    made = form(has=["lungs", "liver"])
    assert made.is_valid(), made.errors
    assert made.cleaned_data["born"] == date(1985, 3, 27)
    assert made.cleaned_data["has"] == ["lungs", "liver"]


@pytest.mark.parametrize("typed", [("3", "27", "1985"), ("March", "27", "1985"), ("mar.", "27", "1985"), ("03", "27", "1985")])
def test_a_month_may_be_a_number_or_a_word(typed):
    assert DateField().clean(list(typed)) == date(1985, 3, 27)


def test_a_whole_iso_date_is_understood():
    made = form(born="1985-03-27", born_0="", born_1="", born_2="")
    assert made.is_valid() and made.cleaned_data["born"] == date(1985, 3, 27)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("", "", ""), "Enter date of birth"),
        (("3", "", "1985"), "must include a day"),
        (("2", "30", "1985"), "real date"),
        (("3", "27", "85"), "real date"),
        (("ma", "27", "1985"), "real date"),
        (("3", "٣x", "1985"), "real date"),
        (("3", "27", "9" * 5000), "real date"),
    ],
)
def test_a_date_that_is_none_says_what_is_missing(typed, says):
    made = form(born_0=typed[0], born_1=typed[1], born_2=typed[2])
    assert not made.is_valid()
    assert says in made.errors["born"][0]


@given(st.dates(min_value=date(1800, 1, 1), max_value=date(2200, 12, 31)))
def test_every_date_survives_being_shown_and_sent(day):
    field = DateField()
    assert field.clean(field.widget.decompress(day)) == day


@given(st.lists(st.text(max_size=12), min_size=3, max_size=3))
def test_nothing_typed_in_the_boxes_breaks_the_date(typed):
    with contextlib.suppress(ValidationError):
        DateField(required=False).clean(typed)


def test_what_was_typed_wrongly_comes_back_as_typed():
    made = form(weight_kg="61,5", email="not an address", born_0="Foo", jurisdiction="US-XX", name="")
    assert not made.is_valid()
    page = str(made)
    for typed in ('value="61,5"', 'value="not an address"', 'value="Foo"'):
        assert typed in page


def test_each_error_leads_to_a_control_that_is_on_the_page():
    made = Everything(QueryDict("x=1"))
    assert not made.is_valid()
    page = str(made)
    links = error_links(made)
    assert len(links) == 6
    for target, _ in links:
        assert f'id="{target}"' in page, target


def test_the_browser_is_not_asked_to_refuse_anything():
    page = str(Everything())
    for attribute in (" required", " min=", " max=", " step=", " maxlength=", " pattern=", 'type="number"', "placeholder"):
        assert attribute not in page


def test_autocomplete_and_hints_reach_the_page():
    page = str(Everything())
    assert 'autocomplete="bday-month"' in page and 'autocomplete="name"' in page and 'autocomplete="one-time-code"' in page
    assert 'aria-describedby="id_email_helptext"' in page


def test_errors_name_their_field_and_leave_the_authors_own_words():
    made = Everything(QueryDict("weight_kg=61,5&email=x&born_0=3&born_1=27&born_2=1985"))
    said = {str(e) for errors in made.errors.values() for e in errors}
    assert said == {
        "Enter full name",
        "Enter an address such as name@example.org",
        "“Weight in kilograms” must be a number, such as 2.5",
        "Answer “Why are you here?”",
        "Choose state",
        "Tick “I checked the patient's name and date of birth”",
    }
    assert form(name="x" * 101).errors["name"] == ["“Full name” may have 100 characters, and has 101"]
    assert "Enter date of birth" in Everything(QueryDict("x=1")).errors["born"]
