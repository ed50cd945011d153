"""A frozen value that is filled in one go behaves as the frozen dataclass that it was."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import dataclass, field

import pytest

from serein.clinical import case, findings, history, quantities
from serein.clinical.swift import swift


@dataclass(frozen=True)
class Plain:
    first: int
    second: str = "b"
    third: list[int] = field(default_factory=list)
    kept: str = field(default="k", kw_only=True)
    worked_out: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        if self.first < 0:
            raise ValueError("first is below zero")
        object.__setattr__(self, "worked_out", self.first * 2)


@swift
@dataclass(frozen=True)
class Swift(Plain):
    pass


@pytest.mark.parametrize("given", [((1,), {}), ((1, "x", [2]), {"kept": "y"}), ((), {"first": 3, "second": "z"})])
def test_it_holds_what_the_dataclass_holds(given):
    places, names = given
    one, other = Plain(*places, **names), Swift(*places, **names)
    assert dataclasses.asdict(one) == dataclasses.asdict(other)


def test_it_refuses_what_the_dataclass_refuses():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Swift(1).first = 2  # type: ignore[misc]
    with pytest.raises(ValueError, match="below zero"):
        Swift(-1)
    for places, names in [((), {}), ((1, "b", [], "kept by place"), {}), ((1,), {"fourth": 4})]:
        with pytest.raises(TypeError):
            Swift(*places, **names)


def test_each_has_a_list_of_its_own_and_can_be_copied():
    one, other = Swift(1), Swift(1)
    assert one == other and hash(Swift(1, third=())) and one.third is not other.third
    assert copy.deepcopy(one) == pickle.loads(pickle.dumps(one)) == dataclasses.replace(other, first=1) == one


def test_the_values_of_the_core_keep_their_fields_in_order():
    kinds = [k for m in (case, findings, history, quantities) for k in vars(m).values() if dataclasses.is_dataclass(k)]
    assert len(kinds) > 20
    for kind in kinds:
        given = [f.name for f in dataclasses.fields(kind) if f.init]
        names = list(inspect.signature(kind.__init__).parameters)[1:]
        assert sorted(names) == sorted(given) and [n for n in names if n in given] == names
