"""The authorisation matrix: keys, actions and reads, for everybody in every relation, against what the issue's words expect."""

from datetime import date

import pytest

from serein.foundation.people import deeds, wards
from serein.foundation.people.gate import CODE, NotShown
from serein.foundation.people.keys import Key, Refused, open_chart, open_find, open_list, open_new_chart
from serein.foundation.people.models import Account
from serein.foundation.people.permissions import Right, Sight
from tests.house.test_gate import functions
from tests.people import AT, four_people
from tests.people import maria as new_patient

from .world import CHART_PURPOSES, FIND_PURPOSE, FINDS, LIST_PURPOSES, NEW_PURPOSES, RELATIONS, ROLES, Cell, World, everybody

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    people = four_people()
    records = [people.clinic.patient(of=people.stranger, new=new_patient(given=f"Own{n}")).patient_id for n in range(len(ROLES))]
    # The invited accounts themselves stay without a patient here: the matrix gives each record to the person of its row.
    Account.objects.filter(patient_id__in=records).update(patient_id=None)
    return everybody(people.clinic, people.patient, dict(zip(ROLES, records, strict=True)))


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


def test_keys(world: World):
    assert len(world.cells) == len(ROLES) * len(RELATIONS) == 81
    wrong = [(c.role, c.relation, opened(c) ^ should_open(c)) for c in world.people() if opened(c) != should_open(c)]
    assert wrong == []


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


def test_rights_and_parts(world: World):
    """Each key shows and allows exactly what the words say, for each part and each right."""
    cells, wrong = 0, []
    for cell in world.people():
        for purpose, key in keys_of(cell):
            if isinstance(key, Refused):
                continue
            sees, may = expected_of(purpose, cell)
            for part in Sight:
                cells += 1
                if (part in key.sees) != (part in sees):
                    wrong.append((cell.role, cell.relation, purpose, str(part)))
            for right in Right:
                cells += 1
                if (right in key.may) != (right in may):
                    wrong.append((cell.role, cell.relation, purpose, str(right)))
    assert wrong == [] and cells > 500


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


def test_actions_and_reads(world: World):
    """Every exported action and read with every key that anybody gets, and without one for everybody else."""
    cells, wrong = 0, []
    for cell in world.cells:
        keys = [] if cell.who is None else [(p, k) for p, k in keys_of(cell) if not isinstance(k, Refused)]
        for address, action in ACTIONS:
            cells += 1
            done = any(gate_opens(action, key) for _, key in keys)
            should = any(deeds.RIGHTS[address] in expected_of(p, cell)[1] for p in sorted(should_open(cell)))
            if done != should:
                wrong.append((cell.role, cell.relation, address))
        for address, read in READS:
            cells += 1
            shown = any(gate_opens(read, key) for _, key in keys)
            should = any(wards.READS[address] <= expected_of(p, cell)[0] for p in sorted(should_open(cell)))
            if shown != should:
                wrong.append((cell.role, cell.relation, address))
    assert wrong == []
    assert cells > 11_000
