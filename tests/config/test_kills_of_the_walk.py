"""A patient is prescribed for, dispensed to and watched while processes are killed: what was acknowledged is there, nothing is twice."""

import os
import re
import shutil
import signal
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from serein.config.demonstration import sign_ins, totp
from serein.config.place import Place
from tests.asking import Client

from .running import Up

pytestmark = pytest.mark.timeout(900)
WEB, WORKER, DATABASE = "-m granian", "serein.config.worker", "bin/postgres -D"
SECONDS = 240
# Where in an answer's life the kill falls: at once, while it is worked on, about when it is done.
MOMENTS = (0.0, 0.02, 0.06)


@dataclass
class Walk:
    """The demonstration, its people by role, and every process that fell."""

    up: Up
    clients: dict[str, Client] = field(default_factory=dict)
    killed: list[str] = field(default_factory=list)

    def code(self, role: str) -> str:
        """The next code of this person's telephone: each counts once, so a new half minute is waited for."""
        place = Place(self.up.state)
        found = next(one for one in sign_ins(place) if one.role == role)
        time.sleep(30 - time.time() % 30 + 0.2)
        return totp(found.totp_secret, time.time() + float(place.note("clock") or 0))

    def renew(self) -> dict[str, str]:
        return {"second_factor": self.code("clinician")}

    def sign_in(self, role: str) -> Client:
        who = next(one for one in sign_ins(Place(self.up.state)) if one.role == role)
        client = self.clients[role] = Client(self.up.port)
        client.sent("/accounts/login/", login=who.email, password=who.password)
        if who.totp_secret:
            client.sent(client.location, code=totp(who.totp_secret, time.time() + float(Place(self.up.state).note("clock") or 0)))
        return client

    def killing(self, words: str, client: Client, path: str, button: str = "", **typed: str) -> str:
        """Send a form, kill that process while it is answered, and send the same form until an answer comes; where it leads."""
        form = client.form(path, button)
        fields, moment = form.filled(**typed), MOMENTS[len(self.killed) % len(MOMENTS)]
        answers: list[str] = []
        sending = threading.Thread(target=lambda: answers.append(client.until_answered(form.action, fields, SECONDS, self.renew)))
        sending.start()
        time.sleep(moment)
        os.kill(self.up.until_runs(words, SECONDS), signal.SIGKILL)
        self.killed.append(words)
        sending.join(SECONDS)
        assert answers, f"{form.action} was not answered after {words} was killed: {self.up.said[-2000:]}"
        self.up.until_runs(words, SECONDS)
        self.up.until_answers(SECONDS)
        # Once more, by somebody who pressed the button twice: it leads to the same place and does nothing.
        assert client.until_answered(form.action, fields, SECONDS) == answers[0]
        return answers[0]

    def rows(self, table: str, where: str = "true") -> int:
        with psycopg.connect(**Place(self.up.state).connections()["serein_owner"]) as connection:
            found = connection.execute(f"SELECT count(*) FROM {table} WHERE {where}").fetchone()
        return found[0]


@pytest.fixture
def walk():
    folder = Path(tempfile.mkdtemp(prefix="serein-kills-"))
    up = Up(folder / "state", "--now", "2026-11-23T17:00:00+00:00")
    try:
        up.until_ready()
        yield Walk(up)
    finally:
        if up.process.poll() is None:
            up.end()
            up.until_alone()
        shutil.rmtree(folder)


def shown(client: Client, path: str, pattern: str) -> str:
    status, text = client.read(path)
    found = re.search(pattern, text)
    assert status == 200 and found, f"{path} answered {status} without {pattern}"
    return found[0]


def test_five_kills_lose_nothing_and_do_nothing_twice(walk):
    before = {table: walk.rows(table) for table in ("prescribing_prescription", "prescribing_dispensing", "people_patient")}
    patient, clinician = walk.sign_in("patient"), walk.sign_in("clinician")

    walk.killing(WEB, patient, "/me/plan/", answer="agree")
    assert walk.rows("planning_planreply", "answer = 'agree'") == 2, "Walter's, and Jordan's once"

    clinician.sent("/clinic/", "Find", name="Reyes")
    record = shown(clinician, clinician.address, r"/clinic/patients/[0-9a-f-]{36}/")
    draft = clinician.sent(f"{record}plans/", "Write a prescription")
    check = clinician.sent(draft)
    sign = clinician.sent(check, "Record the reason") if "Without" not in check else check
    password = next(one for one in sign_ins(Place(walk.up.state)) if one.role == "clinician").password
    prescription = walk.killing(
        DATABASE, clinician, sign, "Sign prescription", password=password, second_factor=walk.code("clinician")
    )
    assert walk.rows("prescribing_prescription") == before["prescribing_prescription"] + 1

    # Not the middle of an id, which one in a thousand times has digits only.
    code = shown(clinician, prescription, r"(?<![\w-])[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}(?![\w-])")
    pharmacist = walk.sign_in("pharmacist")
    walk.killing(WEB, pharmacist, f"/rx/{code.replace('-', '')}", "Record as dispensed")
    assert walk.rows("prescribing_dispensing") == before["prescribing_dispensing"] + 1

    walk.killing(DATABASE, patient, "/me/", "I took it")
    assert walk.rows("monitoring_doseentry") == 1

    invited = {"given": "Nadia", "family": "Novak", "birth_date_0": "3", "birth_date_1": "5", "birth_date_2": "1990",
               "email": "nadia@example.test", "address": "9 Orchard Lane, Fresno, CA 93650"}  # fmt: skip
    walk.killing(WORKER, clinician, "/clinic/patients/new/", **invited)
    assert walk.rows("people_patient") == before["people_patient"] + 1
    everything_was_posted(walk)
    assert walk.killed == [WEB, DATABASE, WEB, DATABASE, WORKER]
    deeds = "deed IN ('reply_to_plan', 'sign_prescription', 'dispense', 'log_dose', 'invite_patient') AND outcome = 'done'"
    assert walk.rows(f"(SELECT DISTINCT deed FROM audit_trailrow WHERE {deeds}) x") == 5
    twice = f"SELECT 1 FROM audit_trailrow WHERE {deeds} GROUP BY deed, patient_id, subject_id HAVING count(*) > 1"
    assert walk.rows(f"({twice}) x") == 0, "a deed stands twice on the trail"


def everything_was_posted(walk: Walk) -> None:
    """The worker comes back and hands over what was put out while it was gone."""
    # A letter that the killed worker held in its hands waits for minutes before another takes it up; here they are over.
    with psycopg.connect(**Place(walk.up.state).connections()["serein_owner"]) as connection:
        connection.execute("UPDATE outbox_letter SET not_before = NULL WHERE sent_at IS NULL")
    deadline = time.monotonic() + SECONDS
    while left := walk.rows("outbox_letter", "sent_at IS NULL AND withheld = ''"):
        assert time.monotonic() < deadline, f"{left} letters lie unsent"
        time.sleep(0.3)
    assert walk.rows("outbox_letter", "\"to\" = 'nadia@example.test'") == 1
