"""The knowledge in one file, so that a command starts in a fraction of a second: nothing but the YAML in another dress.

The build writes it (`hatch_build.py`, `make knowledge`). It is used only while the digest of every YAML file is that which it was made
from and every value still fits its class; a developer who edits a fact is answered from the YAML, slower and right. JSON and not
pickle: a file of facts must not be able to run anything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from types import GenericAlias
from typing import Any

import msgspec

NAME = "compiled.json"


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


class _Head(msgspec.Struct):
    """What tells whether the rooms may be used; they are read only then."""

    version: str
    made_from: str
    rooms: msgspec.Raw


def compiled_text(rooms: dict[str, tuple[Any, ...]], version: str, made_from: str) -> bytes:
    """The file's text, UTF-8."""
    return msgspec.json.encode({"version": version, "made_from": made_from, "rooms": rooms})


def read_compiled(file: Path, kinds: dict[str, Any], version: str, made_from: Callable[[], str]) -> dict[str, Any] | None:
    """The rooms of `file` as `kinds`; None when there is none, or when it was not made from this YAML by this code."""
    try:
        head = msgspec.json.decode(file.read_bytes(), type=_Head)
        if head.version != version or head.made_from != made_from():
            return None
        rooms = msgspec.defstruct("Rooms", [(name, GenericAlias(tuple, (kind, ...))) for name, kind in kinds.items()])
        held = msgspec.json.decode(head.rooms, type=rooms)
    except (OSError, ValueError):
        return None
    return {name: getattr(held, name) for name in kinds}
