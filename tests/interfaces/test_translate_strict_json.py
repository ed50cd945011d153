"""JSON that a stranger sends is refused with one line that says what and where, whatever is wrong with it."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serein.interfaces.translate.bad_input import BadInput
from serein.interfaces.translate.strict_json import MOST_DEPTH, check_tree, parse

HOSTILE = {
    "empty": (b"", "line 1 column 1: not JSON"),
    "not JSON": (b"{'a': 1}", "not JSON"),
    "not UTF-8": (b'{"a": "\xff"}', "byte 7: not UTF-8"),
    "100,000 lists deep": (b"[" * 100_000, "nested deeper than 64"),
    "100,000 objects deep": (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, "nested deeper than 64"),
    "NUL in a value": (b'{"a": {"b": "x\\u0000"}}', "a.b: contains a NUL character"),
    "NUL in a key": (b'{"a\\u0000": 1}', "NUL"),
    "lone surrogate": (b'{"a": ["\\ud800"]}', "a[0]: contains a lone surrogate"),
    "duplicate key": (b'{"a": {"dose": 5, "dose": 50}}', "a: the key 'dose' stands there twice"),
    "duplicate key at the top": (b'{"dose": 5, "dose": 50}', "the key 'dose' stands there twice"),
    "NaN": (b'{"a": NaN}', "a: NaN is not a number"),
    "Infinity": (b'[-Infinity]', "[0]: -Infinity is not a number"),
    "5,000 digits": (b"[" + b"9" * 5000 + b"]", "[0]: a number of 5000 characters"),
    "huge exponent": (b'{"a": 1e999999}', "a: the number 1e999999 is out of range"),
    "exponent that overflows Decimal": (b"[1e99999999999999999999]", "out of range"),
    "zero with a huge exponent": (b"[0e999999]", "out of range"),
    "unclosed string of escapes": (b'["' + b'\\"' * 100_000, "not JSON"),
    "control character in text": (b'["a\nb"]', "not JSON"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_json_is_refused_on_one_line(name: str) -> None:
    data, says = HOSTILE[name]
    with pytest.raises(BadInput) as refused:
        parse(data)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value) and str(refused.value).isprintable()


def test_a_document_over_the_size_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(BadInput, match="larger than 10 bytes"):
        parse(b"[" + b" " * 20, most_bytes=10)


def test_numbers_keep_every_written_digit() -> None:
    assert parse(b'{"a": 0.1, "b": 2.50, "c": 1e2, "d": 7}') == {
        "a": Decimal("0.1"),
        "b": Decimal("2.50"),
        "c": Decimal("1e2"),
        "d": 7,
    }


def test_brackets_inside_text_are_not_depth() -> None:
    assert parse('["' + "[" * 1000 + '\\"["]') == ["[" * 1000 + '"[']


def test_the_deepest_allowed_tree_is_read() -> None:
    assert parse("[" * MOST_DEPTH + "]" * MOST_DEPTH)
    with pytest.raises(BadInput):
        parse("[" * (MOST_DEPTH + 1) + "]" * (MOST_DEPTH + 1))


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse(b"\xef\xbb\xbf{}") == {}


def test_a_tree_with_binary_floats_is_refused() -> None:
    with pytest.raises(BadInput, match="dose: a float"):
        check_tree({"dose": 0.1})


def test_a_message_shows_no_control_characters() -> None:
    assert str(BadInput("a\nb", "c\x1b[31m\ud800")) == r"a\nb: c\x1b[31m\ud800"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_bad_input(data: bytes) -> None:
    try:
        parse(data)
    except BadInput as error:
        assert str(error).isprintable()


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='[]{}",:\\u0d8tfn-1e. ', max_size=60))
def test_no_near_json_raises_anything_but_bad_input(text: str) -> None:
    try:
        parse(text)
    except BadInput as error:
        assert str(error).isprintable()


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='[]{}"\\,a', max_size=40), st.integers(0, MOST_DEPTH + 2))
def test_the_fast_depth_check_says_what_the_obvious_one_says(text: str, deeper: int) -> None:
    from serein.interfaces.translate.strict_json import _check_depth, _find_depth

    def verdict(check: Callable[[str], None]) -> str:
        try:
            check("[" * deeper + text + "]" * deeper)
        except BadInput as error:
            return str(error)
        return "shallow"

    assert verdict(_check_depth) == verdict(_find_depth)
