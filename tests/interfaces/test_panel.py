"""The clinician's list of patients: what comes first, what a page holds, and who is found by name."""

import random
import re
from datetime import timedelta
from uuid import UUID

import pytest

from serein.care.access.reads import find_cards
from serein.foundation.people.keys import open_list
from serein.foundation.tasks.actions import NewTask, open_task
from serein.foundation.tasks.reads import ORDER, tasks_of_patient, worklist
from serein.interfaces.web.shell import clock
from tests.people import AT, TestClinic, given, make_clinic, maria, my_patients, open_for
from tests.web import client_of

pytestmark = pytest.mark.django_db
FAMILIES = ("Abara", "Brandt", "Castillo", "de la Cruz", "Eriksen", "Ito")
SEED, PATIENTS, PAGE = 7, 34, 25


def tasks_for(clinic: TestClinic, clinician, n: int, choose: random.Random) -> UUID:
    """A patient with none to four open tasks, some of them due at the same instant."""
    invited = clinic.invited_patient(clinician, maria(given=f"P{n}", family=FAMILIES[n % len(FAMILIES)], phone=f"559-555-{n:04}"))
    chart = open_for(clinician, invited.patient_id)
    for m in range(choose.choice([0, 1, 1, 2, 4])):
        due = AT + timedelta(days=choose.randint(-2, 2))
        open_task(chart, NewTask(f"kind-{m}", choose.choice(list(ORDER)), f"Task {m}", "why", "a test", "nothing", due))
    return invited.patient_id


@pytest.fixture(autouse=True)
def clock_of_the_test(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def crowd():
    clinic, choose = make_clinic(), random.Random(SEED)
    ada, other = clinic.clinician(), clinic.clinician("Sam Stranger")
    mine = [tasks_for(clinic, ada, n, choose) for n in range(PATIENTS)]
    theirs = tasks_for(clinic, other, 99, random.Random(1))
    return ada, mine, theirs


def pressing_one_by_one(ada, mine) -> list[tuple[UUID, UUID, int]]:
    """The obvious way: every patient's chart, its tasks in their order, and then the patients by the first of them."""
    found = []
    for patient in mine:
        tasks = tasks_of_patient(open_for(ada, patient))
        if tasks:
            found.append((ORDER[tasks[0].tier], tasks[0].due_at, tasks[0].id, patient, len(tasks) - 1))
    return [(patient, task, more) for _, _, task, patient, more in sorted(found)]


def test_the_pages_of_the_worklist_are_the_whole_of_it_in_order(crowd):
    ada, mine, _ = crowd
    expected = pressing_one_by_one(ada, mine)
    listing, seen = my_patients(ada), []
    while (work := worklist(listing, offset=len(seen), limit=5)).page and len(seen) < len(expected):
        seen += [(p.task.patient_id, p.task.id, p.more) for p in work.page]
    assert seen == expected and work.total == len(expected)
    assert worklist(listing, offset=10_000, limit=5).page == worklist(listing, limit=5).page, "beyond the end is the first page"


def test_a_narrowed_list_holds_only_its_own_patients(crowd):
    ada, mine, theirs = crowd
    narrow = my_patients(ada).only([mine[3], theirs, mine[1]])
    assert narrow.patients == (mine[3], mine[1])
    assert {p.task.patient_id for p in worklist(narrow).page} <= set(narrow.patients)


def test_a_name_or_a_birth_date_finds_only_my_patients(crowd):
    ada, mine, _ = crowd
    listing = my_patients(ada)
    assert find_cards(listing, words="p9").total == 1
    assert {c.family for c in find_cards(listing, words="DE CRUZ la").page} == {"de la Cruz"}
    assert find_cards(listing, words="1985-03-27").total == PATIENTS
    assert find_cards(listing, words="P99").total == 0, "somebody else's patient"
    assert find_cards(listing, words="%").total == find_cards(listing, words="1985-02-31").total == 0
    steady = find_cards(listing, without_tasks=True, limit=100)
    assert {c.id for c in steady.page} == set(mine) - {patient for patient, _, _ in pressing_one_by_one(ada, mine)}


def names(page: str) -> list[str]:
    return re.findall(r'scope="row" role="rowheader"><a[^>]*>([^<]+)<', page)


def test_the_page_shows_25_and_leads_to_the_rest(crowd, django_assert_max_num_queries):
    ada, _, _ = crowd
    client = client_of(ada)
    everybody = worklist(given(open_list(ada, purpose="my patients", at=AT)), limit=100)
    first, second = (client.get("/clinic/", {"page": n}).content.decode() for n in (1, 2))
    assert len(names(first)) == PAGE and len(names(second)) == everybody.total - PAGE
    assert 'rel="next"' in first and 'rel="prev"' in second
    assert len({*names(first), *names(second)}) == everybody.total
    steady = client.get("/clinic/", {"show": "steady"}).content.decode()
    assert len(names(steady)) == PATIENTS - everybody.total
    assert "not begun yet" in steady

    with django_assert_max_num_queries(20):
        client.get("/clinic/")
    for number in ("0", "-1", "9" * 40, "٣", "1e3", "", "2 "):
        assert names(client.get("/clinic/", {"page": number}).content.decode()) == names(first), f"{number!r} is no page"
    nobody = client.post("/clinic/", {"name": "<b>Nobody</b>"}, follow=True).content.decode()
    assert "None of your patients is called that" in nobody and "<b>Nobody" not in nobody
