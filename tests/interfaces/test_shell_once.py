"""A page sent twice does nothing twice, and what somebody typed is never lost."""

import re
import threading
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client
from django.utils.timezone import now

from serein.interfaces.web.shell import kept
from serein.interfaces.web.shell.models import Submission
from serein.interfaces.web.shell.tasks import sweep
from tests.interfaces.shell_people import enter
from tests.people import four_people, make_clinic

pytestmark = pytest.mark.usefixtures("guide_urls")
TEXT = "Shaky, and not sleeping.\nCalled at 10:15 – “worse”."


def token_on(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found
    return unescape(found.group(1))


def opened(client: Client) -> str:
    answer = client.get("/note/")
    assert answer.status_code == 200
    return token_on(answer.content.decode())


@pytest.fixture
def people(db):
    return four_people()


@pytest.fixture
def maria(people, client):
    return enter(client, people.patient, "password")


def test_a_form_does_its_deed_once_and_leads_on(maria, guide_urls):
    answer = maria.post("/note/", {"once": opened(maria), "text": TEXT})
    assert (answer.status_code, answer["Location"]) == (302, "/note/done/")
    assert [d["text"] for d in guide_urls] == [TEXT]


def test_the_same_page_sent_again_leads_to_the_first_answer_and_says_so(maria, guide_urls):
    token = opened(maria)
    maria.post("/note/", {"once": token, "text": TEXT})
    again = maria.post("/note/", {"once": token, "text": TEXT}, follow=True)
    assert len(guide_urls) == 1
    assert again.redirect_chain == [("/note/done/", 302)]
    assert "You had already sent this. It was done once." in again.content.decode()


def test_an_old_page_with_other_words_does_nothing_and_keeps_the_words(maria, guide_urls):
    token = opened(maria)
    maria.post("/note/", {"once": token, "text": TEXT})
    answer = maria.post("/note/", {"once": token, "text": "No, it was at 11:15."})
    assert answer.status_code == 409
    assert "No, it was at 11:15." in answer.content.decode() and "/note/done/" in answer.content.decode()
    assert len(guide_urls) == 1


def test_a_form_that_was_not_right_may_be_sent_again(maria, guide_urls):
    token = opened(maria)
    wrong = maria.post("/note/", {"once": token, "text": "x" * 501})
    assert wrong.status_code == 422 and "x" * 501 in wrong.content.decode()
    assert "<title>Error: " in wrong.content.decode()
    assert maria.post("/note/", {"once": token, "text": TEXT}).status_code == 302
    assert len(guide_urls) == 1


def test_a_post_without_a_token_or_with_an_invented_one_does_nothing(maria, guide_urls):
    for token in ("", "invented", "x" * 5000, "eyJ:1:abc"):
        answer = maria.post("/note/", {"once": token, "text": TEXT})
        assert answer.status_code == 400 and "Shaky, and not sleeping." in answer.content.decode()
    assert not guide_urls


def test_a_defect_in_the_deed_frees_the_token_with_the_deed(maria, guide_urls, monkeypatch):
    token = opened(maria)

    class Broken(list):
        def append(self, _):
            raise RuntimeError("a defect")

    from tests.interfaces import shell_urls

    maria.raise_request_exception = False
    monkeypatch.setattr(shell_urls, "DONE", Broken())
    assert maria.post("/note/", {"once": token, "text": TEXT}).status_code == 500
    monkeypatch.undo()
    assert not Submission.objects.exists()


def test_of_eight_posts_at_the_same_instant_one_does_the_deed(committed, guide_urls):
    from django.db import transaction

    with transaction.atomic():
        people = four_people()
    clients = [enter(Client(), people.patient, "password") for _ in range(8)]
    token, answers = opened(clients[0]), []
    start = threading.Barrier(8)

    def send(client):
        start.wait()
        answers.append(client.post("/note/", {"once": token, "text": TEXT}))
        connections.close_all()

    threads = [threading.Thread(target=send, args=[c]) for c in clients]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert len(guide_urls) == 1
    assert [a["Location"] for a in answers] == ["/note/done/"] * 8


def test_a_form_sent_after_the_session_ended_is_kept_and_sent_after_signing_in_again(maria, people, guide_urls):
    token = opened(maria)
    maria.logout()
    answer = maria.post("/note/", {"once": token, "text": TEXT})
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login/?next=")
    assert not guide_urls
    assert TEXT not in str(dict(maria.session.items()))
    enter(maria, people.patient, "password")
    page = maria.get("/carry-on/").content.decode()
    assert "Called at 10:15" in page and 'action="/note/"' in page and token_in_textarea(page) == token
    assert maria.post("/note/", {"once": token, "text": TEXT}).status_code == 302
    assert [d["text"] for d in guide_urls] == [TEXT]


def token_in_textarea(page):
    found = re.search(r'<textarea name="once"[^>]*>\n([^<]*)</textarea>', page)
    return found and unescape(found.group(1))


def test_somebody_else_who_signs_in_there_never_sees_it(maria, people):
    token = opened(maria)
    maria.logout()
    maria.post("/note/", {"once": token, "text": TEXT})
    enter(maria, people.clinician, "password", "totp")
    answer = maria.get("/carry-on/", follow=False)
    assert answer.status_code == 302 and kept.KEY not in maria.session


def test_a_page_of_somebody_else_is_not_done_in_my_name(maria, people, guide_urls):
    token = opened(maria)
    enter(maria, people.clinician, "password", "totp")
    answer = maria.post("/note/", {"once": token, "text": TEXT})
    assert answer.status_code == 409 and not guide_urls
    assert "belongs to somebody else" in answer.content.decode() and "Shaky" not in answer.content.decode()


def test_what_was_kept_can_be_thrown_away(maria, people):
    token = opened(maria)
    maria.logout()
    maria.post("/note/", {"once": token, "text": TEXT})
    enter(maria, people.patient, "password")
    maria.post("/carry-on/throw-away/")
    assert maria.get("/carry-on/").status_code == 302


def test_a_stranger_cannot_have_us_keep_things(client, db):
    answer = client.post("/note/", {"once": "invented", "text": TEXT})
    assert answer.status_code == 302 and kept.KEY not in client.session


def test_a_password_and_a_code_are_never_kept_or_shown(people, client):
    enter(client, people.clinician, "password", "totp")
    token = token_on(client.get("/sign/").content.decode())
    client.logout()
    client.post("/sign/", {"once": token, "password": "Secret-Word-1", "second_factor": "987654", "note": "visible words"})
    enter(client, people.clinician, "password", "totp")
    page = client.get("/carry-on/").content.decode()
    assert "visible words" in page and "Secret-Word-1" not in page and "987654" not in page


def test_a_form_without_csrf_token_does_nothing_and_is_shown_back_to_its_owner(people, guide_urls):
    client = enter(Client(enforce_csrf_checks=True), people.patient, "password")
    answer = client.post("/note/", {"once": opened(client), "text": TEXT})
    assert answer.status_code == 403 and "Called at 10:15" in answer.content.decode() and "Send it now" in answer.content.decode()
    assert not guide_urls
    forged = client.post("/note/", {"once": "forged", "text": TEXT})
    assert forged.status_code == 403 and "Send it now" not in forged.content.decode()


def test_a_stash_that_is_too_large_is_refused_in_words(maria):
    token = opened(maria)
    maria.logout()
    answer = maria.post("/note/", {"once": token, "text": "x" * 300_000})
    assert answer.status_code == 413 and kept.KEY not in maria.session


def test_two_clinics_share_nothing_here(db):
    make_clinic()
    make_clinic(name="Other Clinic")
    assert "Riverside" not in Client().get("/accounts/login/").content.decode()


def test_old_tokens_and_dead_sessions_are_swept_and_young_ones_stay(maria):
    maria.post("/note/", {"once": opened(maria), "text": TEXT})
    used_at = Submission.objects.get().at
    over = Session.objects.create(session_key="over", session_data="", expire_date=now() - timedelta(minutes=1))
    assert sweep(used_at + timedelta(days=29)) == 0
    assert Session.objects.exists() and not Session.objects.filter(pk=over.pk).exists()
    assert sweep(used_at + timedelta(days=31)) == 1
    assert not Submission.objects.exists()
