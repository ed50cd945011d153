"""The authorisation matrix inside: keys, their parts and rights, actions and reads, against what the issue's words expect."""

from collections.abc import Iterable
from datetime import date

from serein.foundation.people import deeds, wards
from serein.foundation.people.gate import CODE, NotShown
from serein.foundation.people.keys import Key, Refused, open_chart, open_find, open_list, open_new_chart
from serein.foundation.people.permissions import Right, Sight
from tests.house.test_gate import functions
from tests.people import AT

from .world import CHART_PURPOSES, FIND_PURPOSE, FINDS, LIST_PURPOSES, NEW_PURPOSES, Cell

Wrong = tuple[str, str, str, str]
Compared = tuple[int, list[Wrong]]
PURPOSES = (*CHART_PURPOSES, *LIST_PURPOSES, FIND_PURPOSE, *NEW_PURPOSES)


def keys_of(cell: Cell) -> list[tuple[str, Key | Refused]]:
    """What the cell's person gets, whatever they ask for."""
    who = cell.who
    assert who is not None
    return [
        *((p, open_chart(who, cell.patient_id, purpose=p, at=AT)) for p in CHART_PURPOSES),
        *((p, open_list(who, purpose=p, at=AT)) for p in LIST_PURPOSES),
        (FIND_PURPOSE, open_find(who, family="Nobody", birth_date=date(1985, 3, 27), at=AT)),
        *((p, open_new_chart(who, purpose=p, at=AT)) for p in NEW_PURPOSES),
    ]


def opened(cell: Cell) -> set[str]:
    return {p for p, key in keys_of(cell) if not isinstance(key, Refused)}


def should_open(cell: Cell) -> set[str]:
    if cell.relation == "revoked":
        return set()
    by_role = {p for many in (LIST_PURPOSES, NEW_PURPOSES) for p, roles in many.items() if cell.role in roles}
    by_role |= {"on the rota"} if (cell.role, cell.relation) == ("clinician", "rota") else set()
    by_role |= {FIND_PURPOSE} if cell.role == "clinician" and cell.relation in FINDS else set()
    return by_role | {p for p in CHART_PURPOSES if cell.opened_for(p)}


def keys_given(cells: Iterable[Cell]) -> Compared:
    """Every purpose that a key can be asked for."""
    people = [c for c in cells if c.who is not None]
    wrong = [(c.role, c.relation, "key", p) for c in people for p in opened(c) ^ should_open(c)]
    return len(people) * len(PURPOSES), wrong


def expected_of(purpose: str, cell: Cell) -> tuple[frozenset[str], frozenset[str]]:
    if opens := cell.opened_for(purpose):
        return opens.sees, opens.may
    whole = frozenset(str(s) for s in Sight) - {"staff", "trail", "system", "psychotherapy-notes"}
    return {
        "my patients": (whole, frozenset()),
        "people and licences": (frozenset({"staff"}), frozenset({"staff", "grant"})),
        "right to sign": (frozenset({"staff"}), frozenset({"grant"})),
        "patients affected": (frozenset({"staff"}), frozenset()),
        "on the rota": (frozenset({"identity"}), frozenset()),
        "emergencies": (frozenset({"staff"}), frozenset({"review"})),
        FIND_PURPOSE: (frozenset({"identity"}), frozenset({"break glass"})),
        "trail": (frozenset({"staff", "trail"}), frozenset()),
        "the system": (frozenset({"system"}), frozenset()),
        "invite patient": (whole, frozenset({"register", "invite"})),
        "import record": (whole, frozenset({"register", "prepare"})),
    }[purpose]  # type: ignore[return-value]


def parts_and_rights(cells: Iterable[Cell]) -> Compared:
    """Each key shows and allows exactly what the words say, for each part and each right."""
    asked, wrong = 0, list[Wrong]()
    for cell in (c for c in cells if c.who is not None):
        for purpose, key in keys_of(cell):
            if isinstance(key, Refused):
                continue
            sees, may = expected_of(purpose, cell)
            asked += len(Sight) + len(Right)
            wrong += [(cell.role, cell.relation, purpose, str(p)) for p in Sight if (p in key.sees) != (p in sees)]
            wrong += [(cell.role, cell.relation, purpose, str(r)) for r in Right if (r in key.may) != (r in may)]
    return asked, wrong


ACTIONS = sorted((a, f) for a, f in functions("actions") if a in deeds.RIGHTS)
READS = sorted((a, f) for a, f in functions("reads"))


def gate_opens(function, key: Key) -> bool:
    """Whether the gate lets this function begin with this key. One argument too many is an error that only the body can raise."""
    if isinstance(key, Refused):
        return False
    try:
        answer = function(key, no_such_argument=True)
    except NotShown:
        return False
    except TypeError:
        return True
    assert isinstance(answer, Refused) and answer.code == CODE
    return False


def actions_and_reads(cells: Iterable[Cell]) -> Compared:
    """Every exported action and read with every key that anybody gets, and without one for everybody else."""
    asked, wrong = 0, list[Wrong]()
    for cell in cells:
        keys = [] if cell.who is None else [k for _, k in keys_of(cell) if not isinstance(k, Refused)]
        opens = [expected_of(p, cell) for p in sorted(should_open(cell))]
        asked += len(ACTIONS) + len(READS)
        for address, action in ACTIONS:
            if any(gate_opens(action, key) for key in keys) != any(deeds.RIGHTS[address] in may for _, may in opens):
                wrong.append((cell.role, cell.relation, "do", address))
        for address, read in READS:
            if any(gate_opens(read, key) for key in keys) != any(wards.READS[address] <= sees for sees, _ in opens):
                wrong.append((cell.role, cell.relation, "read", address))
    return asked, wrong
