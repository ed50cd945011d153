"""Bundles that nobody means well with, made from a seed: the same number always makes the same bytes."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

from tests.interfaces.bundles import Json
from tests.interfaces.test_translate_fuzz import PLACES, SEED, WORDS, at, put

SEED_TEXT = json.dumps(SEED)
FOREIGN = [
    "http://example.org/codes",
    "urn:oid:2.16.840.1.113883.6.96",
    "",
    "http://snomed.info/sct/900000000000207008",
    "rxnorm",
]
WRONG: list[Any] = [None, True, False, 0, -1, 10**30, 1e-300, 1e308, [], {}, [[]], [None], "", " ", "\u0000", *WORDS]


def hostile(number: int) -> bytes:
    """Bytes of one hostile bundle."""
    mixed = random.Random(number)
    tree = json.loads(SEED_TEXT)  # a copy in a quarter of the time that `deepcopy` takes
    for _ in range(mixed.choice([1, 1, 1, 2, 3])):
        mixed.choice(DEEDS)(tree, mixed)
    text = json.dumps(tree)
    return mixed.choice(CUTS)(text, mixed).encode("utf-8", "surrogatepass")


def _wrong_type(tree: Json, mixed: random.Random) -> None:
    put(tree, mixed.choice(PLACES), copy.deepcopy(mixed.choice(WRONG)))


def _missing_part(tree: Json, mixed: random.Random) -> None:
    path = mixed.choice(PLACES)
    try:
        del at(tree, path[:-1])[path[-1]]
    except (KeyError, IndexError, TypeError):
        return


def _swapped(tree: Json, mixed: random.Random) -> None:
    """A part of the record where another belongs."""
    one, other = mixed.choice(PLACES), mixed.choice(PLACES)
    put(tree, one, copy.deepcopy(at(SEED, other)))


def _entries(tree: Json) -> list[Any]:
    entries = tree.get("entry")
    return entries if isinstance(entries, list) else []


def _duplicate(tree: Json, mixed: random.Random) -> None:
    if entries := _entries(tree):
        entries.insert(mixed.randrange(len(entries) + 1), copy.deepcopy(mixed.choice(entries)))


def _second_patient(tree: Json, mixed: random.Random) -> None:
    born = mixed.choice(["1950-01-01", "2026", ""])
    _entries(tree).append({"resource": {"resourceType": "Patient", "id": mixed.choice(["p1", "p2", "p7"]), "birthDate": born}})


def _foreign_codes(tree: Json, mixed: random.Random) -> None:
    system = mixed.choice(FOREIGN)
    for path in PLACES:
        if path[-1] == "system" and mixed.random() < 0.5:
            put(tree, path, system)


def _contradictory(tree: Json, mixed: random.Random) -> None:
    """Two instructions, an end before its start, a range upside down, a birth after the order."""
    for entry in _entries(tree):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            continue
        if isinstance(resource.get("dosageInstruction"), list) and resource["dosageInstruction"]:
            twice = copy.deepcopy(resource["dosageInstruction"][0])
            if isinstance(twice, dict):
                low, high = (
                    {"value": 50, "unit": "mg"},
                    {"value": mixed.choice([2, -2, 5]), "unit": mixed.choice(["mg", "mL", "kg"])},
                )
                twice["doseAndRate"] = [{"doseRange": {"low": low, "high": high}}]
                twice["timing"] = {"repeat": {"boundsPeriod": {"start": "2027-01-01", "end": "2026-01-01"}, "frequency": 0}}
                resource["dosageInstruction"].append(twice)
        if resource.get("resourceType") == "Patient" and mixed.random() < 0.5:
            resource["birthDate"] = "2090-01-01"


def _huge(tree: Json, mixed: random.Random) -> None:
    text = mixed.choice(["a", "9", "٣", "diazepam 5 mg ", "no "]) * mixed.choice([3_000, 20_000])
    put(tree, mixed.choice(PLACES), text)


def _many(tree: Json, mixed: random.Random) -> None:
    if entries := _entries(tree):
        entries.extend(copy.deepcopy(mixed.choice(entries)) for _ in range(60))


def _deep(tree: Json, mixed: random.Random) -> None:
    nested: Any = 1
    for _ in range(mixed.choice([50, 400])):
        nested = [nested] if mixed.random() < 0.5 else {"extension": nested}
    put(tree, mixed.choice(PLACES), nested)


DEEDS = [
    _wrong_type,
    _wrong_type,
    _missing_part,
    _missing_part,
    _swapped,
    _duplicate,
    _second_patient,
    _foreign_codes,
    _contradictory,
    _huge,
]
DEEDS += [_many, _deep]


def _whole(text: str, mixed: random.Random) -> str:
    return text


def _cut_short(text: str, mixed: random.Random) -> str:
    return text[: mixed.randrange(len(text))]


def _key_twice(text: str, mixed: random.Random) -> str:
    return text.replace('"resourceType"', '"resourceType": "Patient", "resourceType"', 1)


def _no_number(text: str, mixed: random.Random) -> str:
    return text.replace('"value": "5"', f'"value": {mixed.choice(["NaN", "Infinity", "05", "1e999999", "5." + "0" * 60])}', 1)


def _brackets(text: str, mixed: random.Random) -> str:
    return "[" * mixed.choice([1, 5000]) + text


CUTS = [_whole] * 12 + [_cut_short, _key_twice, _no_number, _brackets]
