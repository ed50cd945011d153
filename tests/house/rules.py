"""The rules of the house that import-linter cannot see. Each finds violations and names them; an empty list is a kept rule."""

import ast
import dataclasses
import inspect
import os
import subprocess
import sys
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import msgspec
from django.db import models

ROOT = Path(__file__).parents[2] / "serein"
FOUNDATION = ["people", "tasks", "audit", "outbox"]
STAGES = ["access", "visits", "evaluation", "planning", "prescribing", "monitoring", "tapering", "continuity"]
PATH = FOUNDATION + STAGES
KEYS = {"OpenChart", "OpenList", "OpenSlip", "OpenJob"}
KEY_NAMES = {"chart", "listing", "slip", "job", "key"}
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
WORDS_THAT_MEAN_NOTHING = {"utils", "helpers", "common", "manager", "service", "misc"}
# Where the machine's clock may be read: at the outermost edge, once, and handed inwards as an argument.
EDGES = {"config", "interfaces/cli", "interfaces/courier", "interfaces/web/shell/clock.py"}
CLOCKS = {"now", "today", "utcnow"}
# What the frame of every page reads (`shell/context.py`). A page may name its own `clinic`: it is the same card.
FRAME = {"person", "versions", "session_left"}


def ours(model: type[models.Model]) -> bool:
    return model.__module__.startswith(("serein.foundation.", "serein.care."))


def sources(root: Path = ROOT) -> list[Path]:
    return [f for f in sorted(root.rglob("*.py")) if "migrations" not in f.parts]


def walk(file: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(file.read_text()))


def relations_ahead(all_models: Iterable[type[models.Model]]) -> list[str]:
    """Foreign keys and many-to-many relations that point further along the patient's path than the table that holds them."""
    found = []
    for model in filter(ours, all_models):
        for field in [*model._meta.get_fields(), *model._meta.many_to_many]:
            there = field.related_model if field.is_relation and not field.auto_created else None
            if not inspect.isclass(there) or not ours(there):
                continue
            here_label, there_label = model._meta.app_label, there._meta.app_label
            both_below = here_label in FOUNDATION and there_label in FOUNDATION
            if not both_below and PATH.index(there_label) > PATH.index(here_label):
                found.append(f"{model.__name__}.{field.name}: {here_label} -> {there_label}")
    return found


def hands_out_rows(hint: object, seen: frozenset[object] = frozenset()) -> bool:
    """Whether a value of this type holds a model or a queryset: itself, in a list or union, or in a field of a dataclass or a Struct."""
    if hint in seen:
        return False
    seen |= {hint}
    origin = typing.get_origin(hint) or hint
    if inspect.isclass(origin):
        if issubclass(origin, models.Model | models.QuerySet | models.Manager):
            return True
        if dataclasses.is_dataclass(origin) or issubclass(origin, msgspec.Struct):
            return any(hands_out_rows(h, seen) for h in typing.get_type_hints(origin).values())
    return any(hands_out_rows(arg, seen) for arg in typing.get_args(hint))


def takes_a_key(function: object) -> bool:
    hints = typing.get_type_hints(function)
    return any(
        name in KEY_NAMES and KEYS & {getattr(t, "__name__", "") for t in (hint, *typing.get_args(hint))}
        for name, hint in hints.items()
        if name != "return"
    )


def open_reads(module: ModuleType) -> list[str]:
    """Public functions of a reads module that read without a key or hand out rows."""
    found = []
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if not function.__module__.startswith(module.__name__) or name.startswith("_"):
            continue
        hints = typing.get_type_hints(function)
        if "return" not in hints or hands_out_rows(hints["return"]):
            found.append(f"{module.__name__}.{name} hands out rows")
        if not takes_a_key(function):
            found.append(f"{module.__name__}.{name} reads without a key")
    return found


def forged_keys(root: Path = ROOT) -> list[str]:
    """Keys made, or altered with dataclasses.replace, outside keys.py."""
    found = []
    for file in sources(root):
        if file.relative_to(root) == Path("foundation/people/keys.py"):
            continue
        for node in walk(file):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in KEYS or (name == "replace" and node.args and getattr(node.args[0], "id", "") in KEY_NAMES):
                    found.append(f"{file.relative_to(root)}:{node.lineno}")
    return found


def floats_where_doses_are_decided(root: Path = ROOT) -> list[str]:
    found = []
    for place in (root / "clinical" / room for room in ("quantities.py", "dosing", "taper")):
        for file in [place] if place.suffix else sorted(place.rglob("*.py")):
            for node in walk(file):
                literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
                if literal or (isinstance(node, ast.Name) and node.id == "float"):
                    found.append(f"{file.relative_to(root)}:{node.lineno}")
    return found


def clocks_inside(root: Path = ROOT) -> list[str]:
    """Calls that ask the machine for the time, other than at the edges."""
    found = []
    for file in sources(root):
        if any(file.relative_to(root).is_relative_to(edge) for edge in EDGES):
            continue
        for node in walk(file):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = getattr(node.func.value, "id", getattr(node.func.value, "attr", ""))
                asks = node.func.attr in CLOCKS and owner in ("datetime", "date", "timezone")
                if asks or (owner == "time" and node.func.attr in ("time", "monotonic")):
                    found.append(f"{file.relative_to(root)}:{node.lineno}")
    return found


def rooms_too_large(root: Path = ROOT) -> list[str]:
    found = []
    for file in sources(root):
        if file.read_text().count("\n") > LONGEST_FILE:
            found.append(f"{file.relative_to(root)} has {file.read_text().count(chr(10))} lines")
        for node in walk(file):
            if (
                isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
            ):
                found.append(f"{file.relative_to(root)}:{node.name}")
    return found


def names_that_mean_nothing(root: Path = ROOT) -> list[str]:
    return [str(f.relative_to(root)) for f in sources(root) if WORDS_THAT_MEAN_NOTHING & {f.stem, *f.relative_to(root).parts}]


def frames_overwritten(root: Path = ROOT) -> list[str]:
    """Contexts of pages that give a name of the frame around every page another meaning: the frame then shows nothing, or something else."""
    found = []
    for file in sources(root / "interfaces" / "web"):
        if file.relative_to(root).is_relative_to("interfaces/web/shell"):
            continue
        for node in walk(file):
            names = [k.value for k in node.keys if isinstance(k, ast.Constant)] if isinstance(node, ast.Dict) else []
            found += [f"{file.relative_to(root)}:{node.lineno}: {name}" for name in names if name in FRAME]
    return found


def patient_tables_without_furniture(all_models: Iterable[type[models.Model]]) -> list[str]:
    """Models with a patient that lack the clinic or the time-ordered key."""
    found = []
    for model in filter(ours, all_models):
        columns = {f.column for f in model._meta.local_concrete_fields}
        if "patient_id" not in columns:
            continue
        key = model._meta.pk
        if "clinic_id" not in columns:
            found.append(f"{model.__name__} has no clinic")
        if not isinstance(key, models.UUIDField) or getattr(key.default, "__name__", "") != "new_id":
            found.append(f"{model.__name__} has no time-ordered key")
    return found


def needs_django(modules: str, root: Path = ROOT) -> bool:
    """Whether importing `modules` (a package with all below it, or one module) brings Django in. In a process of its own."""
    code = (
        "import importlib, pkgutil, sys\n"
        f"top = importlib.import_module({modules!r})\n"
        "for found in pkgutil.walk_packages(getattr(top, '__path__', []), top.__name__ + '.'): importlib.import_module(found.name)\n"
        "sys.exit(3 if any(name.split('.')[0] == 'django' for name in sys.modules) else 0)\n"
    )
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run([sys.executable, "-c", code], cwd=root.parent, env=kept | {"PYTHONPATH": str(root.parent)}, check=False)
    if done.returncode not in (0, 3):
        raise RuntimeError(f"importing {modules} failed")
    return done.returncode == 3
