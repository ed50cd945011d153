"""The knowledge in one file, so that a command starts in a fraction of a second: nothing but the YAML in another dress.

The build writes it (`hatch_build.py`, `make knowledge`). It is used only while the digest of every YAML file and the shape of
every class are those it was made from; a developer who edits a fact is answered from the YAML, slower and right. JSON and not
pickle: a file of facts must not be able to run anything.

Reading skips the constructors' checks because the writer has passed them: what is written here was built from the YAML first.
"""

from __future__ import annotations

import hashlib
import json
import typing
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any

from serein.clinical import findings, quantities
from serein.clinical.knowledge import facts, kinetic_facts, law_facts, pathway_facts, questions, reported_facts

NAME = "compiled.json"
MODULES = (facts, kinetic_facts, law_facts, pathway_facts, questions, reported_facts, findings, quantities)

Convert = Callable[[Any], Any]


def digest(folder: Any, paths: Iterable[str]) -> str:
    """SHA-256 over names and bytes of the YAML files in `paths` below `folder`."""
    total = hashlib.sha256()
    for path in sorted(paths):
        files = sorted((f.name, f) for f in folder.joinpath(*path.split("/")).iterdir() if f.name.endswith(".yaml"))
        for name, file in files:
            body = file.read_bytes()
            total.update(f"{path}/{name} {len(body)}\n".encode())
            total.update(body)
    return total.hexdigest()


def compiled_text(rooms: dict[str, tuple[Any, ...]], kinds: dict[str, Any], version: str, made_from: str) -> str:
    """The file's text: the shape of each class once, then each record as a row of its fields."""
    shapes: dict[str, list[list[Any]]] = {}
    for kind in kinds.values():
        _shape(kind, shapes)
    rows = {name: [_row(value) for value in values] for name, values in rooms.items()}
    head = {"version": version, "made_from": made_from, "shapes": shapes, "kinds": {n: k.__name__ for n, k in kinds.items()}}
    return json.dumps({**head, "rooms": rows}, ensure_ascii=False, separators=(",", ":"))


def read_compiled(file: Path, version: str, made_from: Callable[[], str]) -> dict[str, tuple[Any, ...]] | None:
    """The rooms of `file`; None when there is none, or when it was not made from this YAML by this code."""
    try:
        held = json.loads(file.read_text("utf-8"))
        if held["version"] != version or held["made_from"] != made_from():
            return None
        makers = _makers(held["shapes"])
        return {name: tuple(map(makers[held["kinds"][name]], rows)) for name, rows in held["rooms"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _shape(kind: Any, shapes: dict[str, list[list[Any]]]) -> None:
    """Names and codecs of a class's fields, and of the classes they hold."""
    if kind.__name__ in shapes:
        if [f.name for f in fields(kind)] != [name for name, _ in shapes[kind.__name__]]:
            raise TypeError(f"two classes are called {kind.__name__}")
        return
    hints = typing.get_type_hints(kind)
    shapes[kind.__name__] = [[f.name, None] for f in fields(kind)]
    shapes[kind.__name__] = [[f.name, _codec(hints[f.name], shapes)] for f in fields(kind)]


def _codec(hint: Any, shapes: dict[str, list[list[Any]]]) -> Any:
    """How a field is read back: null as it is, a name of a class, or ["many", codec]."""
    if typing.get_origin(hint) in (typing.Union, UnionType):
        return _codec(next(a for a in typing.get_args(hint) if a is not type(None)), shapes)
    if typing.get_origin(hint) is tuple:
        return ["many", _codec(typing.get_args(hint)[0], shapes)]
    if is_dataclass(hint):
        _shape(hint, shapes)
        return hint.__name__  # type: ignore[union-attr]
    return hint.__name__ if hint in (Decimal, date) or issubclass(hint, Enum) else None


def _row(value: Any) -> Any:
    if is_dataclass(value):
        return [_row(getattr(value, f.name)) for f in fields(value)]
    if isinstance(value, tuple):
        return [_row(v) for v in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, (Decimal, date)) else value


def _makers(shapes: dict[str, list[list[Any]]]) -> dict[str, Convert]:
    known = {name: kind for module in MODULES for name, kind in vars(module).items() if isinstance(kind, type)}
    makers: dict[str, Convert] = {"Decimal": Decimal, "date": date.fromisoformat}
    makers |= {name: kind for name, kind in known.items() if issubclass(kind, Enum)}
    for name, shape in shapes.items():
        if [f.name for f in fields(known[name])] != [f for f, _ in shape]:
            raise ValueError(f"{name} has changed its fields")
        makers[name] = _maker(known[name], shape, makers)
    return makers


def _maker(kind: Any, shape: list[list[Any]], makers: dict[str, Convert]) -> Convert:
    names, new = [f for f, _ in shape], object.__new__
    special = [(name, codec) for name, codec in shape if codec is not None]

    def convert(codec: Any, value: Any) -> Any:
        if isinstance(codec, list):
            inner = codec[1]
            if inner is None:
                return tuple(value)
            return tuple(map(makers[inner], value)) if isinstance(inner, str) else tuple(convert(inner, v) for v in value)
        return makers[codec](value)

    def make(row: list[Any]) -> Any:
        held = dict(zip(names, row, strict=True))
        for name, codec in special:
            if held[name] is not None:
                held[name] = convert(codec, held[name])
        made = new(kind)
        made.__dict__.update(held)  # frozen, so not by setattr
        return made

    return make
