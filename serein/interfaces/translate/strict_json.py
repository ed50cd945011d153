"""JSON as a stranger sends it: every known way to break a reader is refused before anything is translated.

`json.loads` alone lets five things through that later turn into a crash or a wrong dose: 100,000-deep nesting (a
RecursionError, which is no ValueError), duplicate keys (the last wins, silently), NaN, NUL and lone surrogates (PostgreSQL
refuses both, long after the reader has left). Numbers stay `Decimal`: 0.1 mg must not become 0.1000000000000000055.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from serein.interfaces.translate.bad_input import BadInput

MOST_BYTES = 32 * 1024 * 1024
MOST_DEPTH = 64
MOST_DIGITS = 40
MOST_EXPONENT = 30

# Possessive: an unclosed quote followed by thousands of escapes must cost one pass, not one pass for each of them.
_SKELETON = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_OTHER = re.compile(r"[^\[\]{}]+")
_PAIR = re.compile(r"\[\]|\{\}")
_SURROGATE = re.compile("[\ud800-\udfff]")

Json = Any


@dataclass(frozen=True)
class _Unusable:
    """Stands in the tree for what the parser met but cannot place, until the walk knows its path."""

    why: str


def parse(data: bytes | str, most_bytes: int = MOST_BYTES) -> Json:
    """The document as dicts, lists, str, int, Decimal, bool and None.

    Raises BadInput, never anything else: too large, not UTF-8, not JSON, deeper than 64, a duplicate key, a NUL, a lone surrogate, NaN or
    Infinity, a number of more than 40 digits or beyond 10^±30.
    """
    text = _decoded(data, most_bytes)
    _check_depth(text)
    hooks = _Hooks()
    try:
        tree = json.loads(
            text, parse_float=hooks.number, parse_int=hooks.number, parse_constant=hooks.constant, object_pairs_hook=hooks.object
        )
    except json.JSONDecodeError as error:
        raise BadInput(f"line {error.lineno} column {error.colno}", f"not JSON: {error.msg}") from None
    # The walk that finds the path costs as much as the parsing; a NUL or a surrogate in valid UTF-8 JSON can only come from an escape.
    if hooks.met or "\\u" in text or isinstance(data, str):
        check_tree(tree)
    return tree


def check_tree(tree: Json) -> None:
    """Refuse what a tree must not hold, saying where. For trees parsed elsewhere too (a request body, a test): floats are refused there."""
    waiting: list[tuple[str, Json, int]] = [("", tree, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        if depth > MOST_DEPTH:
            raise BadInput(path[:80], f"nested deeper than {MOST_DEPTH} levels")
        if isinstance(value, dict):
            for key, inner in value.items():
                if not isinstance(key, str):
                    raise BadInput(path, "a key that is not text")
                _check_text(path, key)
                waiting.append((f"{path}.{key}" if path else key, inner, depth + 1))
        elif isinstance(value, list):
            waiting.extend((f"{path}[{i}]", inner, depth + 1) for i, inner in enumerate(value))
        else:
            _check_leaf(path, value)


def _decoded(data: bytes | str, most_bytes: int) -> str:
    if len(data) > most_bytes:
        raise BadInput("", f"larger than {most_bytes} bytes")
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise BadInput(f"byte {error.start}", "not UTF-8") from None


def _check_depth(text: str) -> None:
    """Refuse deeper nesting, saying where. Each pass takes away the innermost pairs, so a real record is done in about ten fast passes."""
    brackets = _OTHER.sub("", _STRING.sub("", text))
    for _ in range(MOST_DEPTH):
        before, brackets = len(brackets), _PAIR.sub("", brackets)
        if len(brackets) in (0, before):
            break
    if brackets:
        _find_depth(text)


def _find_depth(text: str) -> None:
    depth = 0
    for match in _SKELETON.finditer(text):
        mark = match.group()
        if mark in ("[", "{"):
            depth += 1
            if depth > MOST_DEPTH:
                raise BadInput(f"character {match.start()}", f"nested deeper than {MOST_DEPTH} levels")
        elif mark in ("]", "}"):
            depth -= 1


def _check_leaf(path: str, value: Json) -> None:
    if isinstance(value, str):
        _check_text(path, value)
    elif isinstance(value, _Unusable):
        raise BadInput(path, value.why)
    elif not (value is None or isinstance(value, (bool, int, Decimal))):
        raise BadInput(path, f"a {type(value).__name__} cannot be used here")


def _check_text(path: str, text: str) -> None:
    if "\x00" in text:
        raise BadInput(path, "contains a NUL character")
    if _SURROGATE.search(text):
        raise BadInput(path, "contains a lone surrogate, which is no character")


class _Hooks:
    """What json.loads calls. `met` says that something unusable stands in the tree and must be found."""

    def __init__(self) -> None:
        self.met = False

    def object(self, pairs: list[tuple[str, Json]]) -> Json:
        tree = dict(pairs)
        if len(tree) == len(pairs):
            return tree
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        return self._unusable(f"the key {twice!r} stands there twice")

    def number(self, text: str) -> int | Decimal | _Unusable:
        if len(text) > MOST_DIGITS:
            return self._unusable(f"a number of {len(text)} characters")
        try:
            number = Decimal(text)
        except InvalidOperation:
            return self._unusable(f"the number {text} is out of range")
        # Zero too: 0e999999 is a harmless value whose written-out form is not.
        if abs(number.adjusted()) > MOST_EXPONENT:
            return self._unusable(f"the number {text} is out of range")
        return int(text) if text.lstrip("-").isdigit() else number

    def constant(self, text: str) -> _Unusable:
        return self._unusable(f"{text} is not a number")

    def _unusable(self, why: str) -> _Unusable:
        self.met = True
        return _Unusable(why)
