"""The courier: what was written goes out, at least once, to those who want it, and says nothing on the way."""

import email
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from serein.care.access import actions as access
from serein.foundation.audit.models import TrailRow
from serein.foundation.outbox.delivery import MOST_ATTEMPTS
from serein.foundation.outbox.post import post
from serein.foundation.people.keys import open_list
from serein.interfaces.courier.letters import Office
from serein.interfaces.courier.round import Round, empty_outbox
from serein.interfaces.courier.twins import Folder, MailServer, NotDelivered
from tests.people import AT, FourPeople, four_people, given, open_for, own_chart

OFFICE = Office("http://localhost:8000", "Serein <serein@localhost>")


@dataclass
class Hands:
    """A courier that keeps what it was given, or drops it with an error."""

    fails: str = ""
    got: list[tuple[str, EmailMessage]] = field(default_factory=list)

    def hand_over(self, name: str, message: EmailMessage) -> None:
        if self.fails:
            raise NotDelivered(self.fails)
        self.got.append((name, message))

    def to(self) -> list[str]:
        return [str(m["To"]) for _, m in self.got]


def at(moment: datetime = AT):
    return lambda: moment


@pytest.fixture
def people(committed: str) -> FourPeople:
    """Four people whose own invitations have gone out of the way."""
    with transaction.atomic():
        people = four_people()
    empty_outbox(Hands(), OFFICE, at())
    return people


def letters(owner: psycopg.Connection) -> list[tuple]:
    owner.rollback()
    return owner.execute("SELECT kind, attempts, sent_at, withheld, last_error, body FROM outbox_letter ORDER BY id").fetchall()


def invite(people: FourPeople, address: str = "new@example.test") -> access.Invited:
    with transaction.atomic():
        return given(access.invite_staff(people.clinic.people(), access.NewStaff("Noa New", address, "pharmacist")))


def tell(people: FourPeople, kind: str = "plan-waiting") -> None:
    with transaction.atomic():
        post(open_for(people.clinician, people.patient), kind=kind, to=people.patient.email, body={})


def test_an_invitation_goes_out_with_its_link_and_the_link_is_kept_no_longer(people: FourPeople, as_owner: psycopg.Connection):
    invited, hands = invite(people), Hands()
    assert empty_outbox(hands, OFFICE, at()) == Round(sent=1)
    [(name, message)] = hands.got
    assert message["Message-ID"] == f"<{name}@serein.invalid>" and message["To"] == "new@example.test"
    text = message.get_content()
    assert f"http://localhost:8000/invitation/{invited.token}/" in text and "Monday, December 7, 9:00 AM" in text
    assert letters(as_owner)[-1][2] == AT and invited.token not in str(letters(as_owner))
    assert empty_outbox(hands, OFFICE, at()) == Round() and len(hands.got) == 1


def test_a_letter_names_no_drug_plan_or_person(people: FourPeople):
    with transaction.atomic():
        given(access.give_consent(own_chart(people.patient), "notices"))
    hands = Hands()
    for kind in ("plan-waiting", "prescription-ready", "prescription-dispensed", "something-nobody-named"):
        tell(people, kind)
    assert empty_outbox(hands, OFFICE, at()).sent == 4
    words = " ".join(str(m["Subject"]) + m.get_content() for _, m in hands.got).lower()
    for tell_tale in ("plan", "prescri", "dispens", "maria", "torres", "okafor", "diazepam", "dose", "drug", "medic"):
        assert tell_tale not in words


def test_a_patient_who_did_not_agree_to_notes_gets_none(people: FourPeople, as_owner: psycopg.Connection):
    hands = Hands()
    tell(people)
    assert empty_outbox(hands, OFFICE, at()) == Round(withheld=1)
    assert hands.got == [] and letters(as_owner)[-1][3] == "no-consent"
    assert empty_outbox(hands, OFFICE, at()) == Round()


def test_an_invitation_that_was_replaced_is_not_sent(people: FourPeople, as_owner: psycopg.Connection):
    invite(people)
    with transaction.atomic():
        again = given(
            access.invite_staff(
                people.clinic.people(AT + timedelta(seconds=1)), access.NewStaff("Noa", "new@example.test", "pharmacist")
            )
        )
    hands = Hands()
    assert empty_outbox(hands, OFFICE, at(AT + timedelta(seconds=2))) == Round(sent=1, withheld=1)
    assert again.token in hands.got[0][1].get_content()


@pytest.mark.parametrize("known", [True, False])
def test_an_invitation_to_help_that_was_taken_back_before_the_courier_came_is_not_told(people: FourPeople, known: bool):
    """Ended in silence: no letter may still go out about it, whether or not the address has an account."""
    email = people.stranger.email if known else "helper@example.test"
    sharing = access.Sharing(("plan",), AT.date() + timedelta(days=9))
    with transaction.atomic():
        kept = given(access.invite_helper(own_chart(people.patient), access.NewHelper("Hana", email, sharing)))
        gone = given(access.invite_helper(own_chart(people.patient), access.NewHelper("Tom", f"x{email}", sharing)))
        assert isinstance(kept, access.HelperInvited) and isinstance(gone, access.HelperInvited)
        given(access.end_sharing(own_chart(people.patient), kept.invitation_id))
    hands = Hands()
    assert empty_outbox(hands, OFFICE, at(AT + timedelta(seconds=2))) == Round(sent=1, withheld=1)
    assert hands.to() == [f"x{email}"], "the other one goes out"


def test_a_letter_that_fails_is_tried_again_later_and_later_and_at_last_given_up(
    people: FourPeople, as_owner: psycopg.Connection
):
    invite(people)
    hands, moment, tries = Hands(fails="smtp: 451"), AT, []
    while moment < AT + timedelta(days=3):
        tries += [moment] if empty_outbox(hands, OFFICE, at(moment)).failed else []
        moment += timedelta(minutes=1)
    gaps = [(b - a).total_seconds() / 60 for a, b in pairwise(tries)]
    assert len(tries) == MOST_ATTEMPTS and gaps == sorted(gaps) and gaps[0] <= 2 and gaps[-1] == 360
    assert letters(as_owner)[-1][1:5] == (MOST_ATTEMPTS, None, "", "smtp: 451")
    with transaction.atomic():
        given(open_list(people.clinic.officer, purpose="trail", at=moment))
        assert TrailRow.objects.filter(deed="deliver_letter", outcome="refused", why="given-up").count() == 1


def test_a_courier_that_dies_holds_its_letter_five_minutes_and_the_next_one_sends_it(people: FourPeople):
    invite(people)

    class Dies:
        def hand_over(self, name: str, message: EmailMessage) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        empty_outbox(Dies(), OFFICE, at())
    hands = Hands()
    assert empty_outbox(hands, OFFICE, at(AT + timedelta(minutes=4))) == Round()
    assert empty_outbox(hands, OFFICE, at(AT + timedelta(minutes=6))) == Round(sent=1)


def test_of_several_couriers_one_takes_each_letter(people: FourPeople):
    for i in range(6):
        invite(people, f"new{i}@example.test")
    hands = Hands()

    def go(_: int) -> Round:
        try:
            return empty_outbox(hands, OFFICE, at())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        rounds = list(pool.map(go, range(4)))
    assert sum(r.sent for r in rounds) == 6 and sorted(hands.to()) == [f"new{i}@example.test" for i in range(6)]


def test_a_round_with_nothing_to_do_leaves_no_row(people: FourPeople, as_owner: psycopg.Connection):
    def rows() -> int:
        as_owner.rollback()
        return as_owner.execute("SELECT count(*) FROM audit_trailrow").fetchone()[0]  # type: ignore[index]

    before = rows()
    empty_outbox(Hands(), OFFICE, at())
    assert rows() == before


def test_the_function_that_sees_past_the_wall_tells_clinics_only(people: FourPeople, as_owner: psycopg.Connection):
    invite(people)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM outbox_clinics_with_letters(%s)", [AT])
        assert cursor.fetchall() == [(people.clinic.id,)]
        cursor.execute("SELECT count(*) FROM outbox_letter")
        assert cursor.fetchone() == (0,)


def test_the_folder_keeps_one_closed_file_a_letter(tmp_path: Path):
    message = EmailMessage()
    message["To"], message["Subject"] = "a@example.test", "Hello"
    message.set_content("Text")
    folder = Folder(tmp_path / "outbox")
    folder.hand_over("one", message)
    folder.hand_over("one", message)
    [file] = (tmp_path / "outbox").iterdir()
    assert file.name == "one.eml" and file.stat().st_mode & 0o077 == 0 and file.parent.stat().st_mode & 0o077 == 0
    assert email.message_from_bytes(file.read_bytes())["To"] == "a@example.test"


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(NotDelivered, match="folder: NotADirectoryError"):
        Folder(tmp_path / "file" / "outbox").hand_over("one", EmailMessage())


@pytest.fixture
def mail_server() -> Iterator[tuple[int, list[bytes]]]:
    """A server that speaks just enough SMTP, and refuses the address no@example.test."""
    listening, got = socket.create_server(("127.0.0.1", 0)), []

    def talk() -> None:
        peer, _ = listening.accept()
        with peer, peer.makefile("rb") as lines:
            peer.sendall(b"220 here\r\n")
            for line in lines:
                word = line.split(b" ")[0].strip().upper().split(b":")[0]
                if word == b"RCPT" and b"no@" in line:
                    peer.sendall(b"550 unknown: no@example.test\r\n")
                elif word == b"DATA":
                    peer.sendall(b"354 go on\r\n")
                    body = b""
                    while not body.endswith(b"\r\n.\r\n"):
                        body += lines.readline()
                    got.append(body)
                    peer.sendall(b"250 kept\r\n")
                else:
                    peer.sendall(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    yield listening.getsockname()[1], got
    listening.close()
    thread.join(5)


def message_to(address: str) -> EmailMessage:
    message = EmailMessage()
    message["To"], message["From"], message["Subject"] = address, "serein@localhost", "Hello"
    message.set_content("Text")
    return message


def test_the_mail_server_gets_the_letter(mail_server: tuple[int, list[bytes]]):
    port, got = mail_server
    MailServer(f"smtp://127.0.0.1:{port}").hand_over("one", message_to("a@example.test"))
    assert b"Subject: Hello" in got[0] and b"Text" in got[0]


def test_a_refusing_mail_server_is_told_by_its_number_only(mail_server: tuple[int, list[bytes]]):
    port, got = mail_server
    with pytest.raises(NotDelivered) as refused:
        MailServer(f"smtp://127.0.0.1:{port}").hand_over("one", message_to("no@example.test"))
    assert "example.test" not in refused.value.code and got == []


def test_no_mail_server_is_a_failure_and_not_a_crash():
    with pytest.raises(NotDelivered, match="smtp: ConnectionRefusedError"):
        MailServer("smtp://127.0.0.1:1").hand_over("one", message_to("a@example.test"))
