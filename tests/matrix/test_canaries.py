"""Two clinics with disjoint secrets: whatever people of one ask, nothing that the other holds comes back, by any road.

Each secret is a word in two halves. Requests use the first half freely (to search for it, to sort by it); only the second half is a leak.
"""

import io
import logging
import os
import random
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from serein.care.visits.actions import NewEncounter, record_encounter
from serein.foundation.outbox.models import Letter
from serein.foundation.people.keys import open_chart, open_job
from tests.care.prescribed import Desk, allergy, desk
from tests.people import AT, FourPeople, make_clinic, maria
from tests.web import client_of

from .addresses import ROUTES

QUICK, LONG = 5_000, 200_000


@dataclass
class Furnished:
    """A clinic whose every text is a canary of its own."""

    desk: Desk
    code: str
    canaries: list[str] = field(default_factory=list)
    ids: list[UUID] = field(default_factory=list)


def furnished(letter: str) -> Furnished:
    canaries: list[str] = []

    def canary() -> str:
        canaries.append(f"Kana{letter}{len(canaries)}" + "zqxjkvw"[: 3 + len(canaries) % 4] + f"{letter}{len(canaries):02}")
        return canaries[-1]

    clinic = make_clinic(AT, name=f"Clinic {canary()}")
    ada, sam = clinic.clinician(f"Ada {canary()}"), clinic.clinician(f"Sam {canary()}")
    new = maria(given=canary(), family=canary(), address=f"3 {canary()} Lane", phone=canary())
    patient = clinic.patient(of=ada, new=new)
    people = FourPeople(clinic, ada, clinic.pharmacist(f"Grace {canary()}"), patient, sam)
    found = desk(people=people, goal=f"Sleep like {canary()}")
    found.learn(allergy(f"nuts {canary()}"))
    record_encounter(found.chart(), NewEncounter(kind="video", started_at=AT, reason=canary(), note=canary()))
    found.answer_warnings()
    signed = found.sign()
    code = getattr(signed, "code", "")
    assert code, signed
    ids = [
        patient.patient_id,
        found.plan_id,
        found.draft_id,
        signed.prescription_id,
        ada.account_id,
        patient.account_id,
        clinic.id,
    ]
    return Furnished(found, code, canaries, [i for i in ids if i is not None])


@dataclass
class Asker:
    """Makes one request after another from a seed; the same seed asks the same."""

    rng: random.Random
    mine: Furnished
    other: Furnished

    def text(self) -> str:
        halves = [c[:6] for c in self.other.canaries]
        return self.rng.choice([*halves, "%", "_", "", "\x00", "x" * 500, "<b>", "' OR 1=1 --", "-name", "../", str(uuid4())])

    def value(self, name: str) -> object:
        if name.endswith("_id"):
            own = {"patient_id": 0, "plan_id": 1, "draft_id": 2, "prescription_id": 3, "account_id": 4}.get(name, 2)
            whose = self.mine.ids if self.rng.random() < 0.5 else self.other.ids
            return whose[own] if self.rng.random() < 0.7 else self.rng.choice([*self.other.ids, *self.mine.ids, uuid4()])
        if name == "code":
            return self.rng.choice([self.other.code, self.mine.code])
        return {"about": "missed-doses", "day": "2026-11-23", "slot": "night", "token": "x", "what": "care"}.get(name, "care")

    def ask(self, desk: str, client: Client):
        """One request, mostly to the asker's own desk: elsewhere every door is shut before anything is looked up."""
        routes = [r for r in ROUTES if r[0].startswith(desk)] if self.rng.random() < 0.7 else ROUTES
        name, pattern = self.rng.choice(routes)
        path = reverse(name, kwargs={k: self.value(k) for k in pattern.pattern.converters})
        fields = (
            "name",
            "page",
            "show",
            "band",
            "q",
            "sort",
            "order",
            "patient_id",
            "clinic_id",
            "id",
            "account",
            "by",
            "since",
            "_include",
        )
        asked = {
            f: str(self.value(f) if f.endswith("id") else self.text()) for f in self.rng.sample(fields, self.rng.randrange(4))
        }
        method = client.get if self.rng.random() < 0.7 else client.post
        return name, method(path, asked)


def words_of(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if answer.headers.get("Content-Type", "").startswith("application/pdf"):
        return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    return content.decode("utf-8", "replace") + str(answer.headers)


def leaks(answer_words: str, other: Furnished) -> list[str]:
    return [c for c in other.canaries if c[6:] and c in answer_words]


def fuzz(requests: int, seed: int, caplog, a: Furnished, b: Furnished) -> list[tuple[str, str]]:
    people = a.desk.people
    clients = [
        # Whoever did not sign in has no desk of their own: they try all of them.
        ("", Client()), ("clinician:", client_of(people.clinician)), ("clinician:", client_of(people.stranger)),
        ("pharmacist:", client_of(people.pharmacist)), ("patient:", client_of(people.patient)),
        ("compliance:", client_of(people.clinic.officer)),
    ]  # fmt: skip
    asker, found, answered = Asker(random.Random(seed), a, b), [], 0
    caplog.set_level(logging.INFO)
    for _ in range(requests):
        name, answer = asker.ask(*asker.rng.choice(clients))
        said = words_of(answer)
        answered += answer.status_code == 200
        assert answer.status_code < 500, name
        found += [(name, c) for c in leaks(said, b)]
    found += [("log", c) for c in [*a.canaries, *b.canaries] if c in caplog.text]
    open_job(people.clinic.id, purpose="deliver outbox", at=AT)
    letters = " ".join(f"{x.to} {x.body}" for x in Letter.objects.filter(clinic=people.clinic.id))
    found += [("letter", c) for c in b.canaries if c in letters]
    assert answered > requests / 8, "most of it was refused: a fuzz that opens nothing finds nothing"
    return found


@pytest.mark.django_db
def test_nothing_of_another_clinic_comes_back(settings, caplog):
    settings.SEREIN_CLOCK = "tests.people.clock"
    assert fuzz(QUICK, 1, caplog, furnished("A"), furnished("B")) == []


@pytest.mark.django_db
def test_a_door_that_asks_nobody_is_found_by_the_same_fuzz(settings, caplog, monkeypatch):
    settings.SEREIN_CLOCK = "tests.people.clock"
    a, b = furnished("A"), furnished("B")
    monkeypatch.setattr(
        "serein.interfaces.web.clinician.desk.open_chart",
        lambda who, patient_id, *, purpose, at: open_chart(b.desk.people.clinician, patient_id, purpose=purpose, at=at),
    )
    # Which pages are hit depends on how many there are; that three of them give it away does not.
    assert len({name for name, _ in fuzz(QUICK // 20, 1, caplog, a, b) if name.startswith("clinician:")}) >= 3


@pytest.mark.django_db
@pytest.mark.long
@pytest.mark.timeout(5000)
def test_nothing_of_another_clinic_comes_back_in_many(settings, caplog):
    settings.SEREIN_CLOCK = "tests.people.clock"
    minutes = float(os.environ.get("SEREIN_MINUTES", "30"))
    many = min(LONG, int(LONG * minutes / 120))
    assert fuzz(many, int(os.environ.get("SEREIN_SEED", "1")), caplog, furnished("A"), furnished("B")) == []
