"""Reads a knowledge file into frozen values and refuses everything that is not exactly as declared.

A silently ignored key is a limit that nobody enforces: unknown, missing and repeated keys, floats and wrong types are errors.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

import yaml
from msgspec import Struct
from msgspec.structs import fields

from serein.clinical.knowledge.facts import BadKnowledge

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Exact(Loader):  # type: ignore[misc]
    """YAML with decimals kept exact and repeated keys refused."""


def _number(loader: Any, node: Any) -> Decimal:
    return Decimal(loader.construct_scalar(node))


def _mapping(loader: Any, node: Any) -> dict[Any, Any]:
    keys = [loader.construct_object(k) for k, _ in node.value]
    twice = {k for k in keys if keys.count(k) > 1}
    if twice:
        raise BadKnowledge(f"line {node.start_mark.line + 1}: {sorted(twice)} given twice")
    return dict(zip(keys, (loader.construct_object(v, deep=True) for _, v in node.value), strict=True))


_Exact.add_constructor("tag:yaml.org,2002:float", _number)
_Exact.add_constructor("tag:yaml.org,2002:map", _mapping)


def parse(text: str, where: str) -> Any:
    """The plain values in a YAML text. `where` names it in errors."""
    try:
        return yaml.load(text, Loader=_Exact)  # noqa: S506  (_Exact is a safe loader)
    except (yaml.YAMLError, BadKnowledge) as e:
        raise BadKnowledge(f"{where}: {e}") from None


def build(kind: Any, value: Any, where: str) -> Any:
    """`value` as `kind`: a Struct, an Enum, tuple[X, ...], X | None, or a plain type."""
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in typing.get_args(kind):
            return None
        return build(next(a for a in typing.get_args(kind) if a is not type(None)), value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise BadKnowledge(f"{where}: a list is needed")
        return tuple(build(typing.get_args(kind)[0], v, f"{where}[{i}]") for i, v in enumerate(value))
    if dataclasses.is_dataclass(kind) or (isinstance(kind, type) and issubclass(kind, Struct)):
        return _record(kind, value, where)
    return _plain(kind, value, where)


def _record(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise BadKnowledge(f"{where}: a mapping is needed")
    hints = typing.get_type_hints(kind)
    needed = _needed(kind)
    if unknown := sorted(str(k) for k in value if k not in needed):
        raise BadKnowledge(f"{where}: unknown key {', '.join(unknown)}")
    if missing := [name for name, must in needed.items() if must and name not in value]:
        raise BadKnowledge(f"{where}: missing {', '.join(missing)}")
    try:
        return kind(**{k: build(hints[k], v, f"{where}.{k}") for k, v in value.items()})
    except ValueError as e:
        raise e if isinstance(e, BadKnowledge) else BadKnowledge(f"{where}: {e}") from None


def _needed(kind: Any) -> dict[str, bool]:
    """The fields of a record, and whether each must be given; those of quantities must."""
    return (
        {f.name: f.required for f in fields(kind)}
        if issubclass(kind, Struct)
        else {f.name: True for f in dataclasses.fields(kind)}
    )


def _plain(kind: Any, value: Any, where: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            raise BadKnowledge(f"{where}: {value!r} is none of {[m.value for m in kind]}") from None
    if kind is Decimal and isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return Decimal(value)
    if kind in (str, int, bool, date) and type(value) is kind:
        return value
    raise BadKnowledge(f"{where}: {value!r} is no {getattr(kind, '__name__', kind)}")
