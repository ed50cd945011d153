"""T5, T6, T27: what is typed is text: no part of a page, no part of a statement; and no list is longer than its page."""

import re
from collections.abc import Callable
from functools import partial
from html import unescape
from html.parser import HTMLParser
from itertools import product
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http import HttpResponse
from django.template import engines
from django.test import Client

from serein.interfaces.web.clinician.panel import PAGE
from tests.attacks.forms import forms_of
from tests.attacks.routes import routes
from tests.attacks.straight import Straight
from tests.attacks.world import make_world, undone
from tests.people import PASSWORD, FourPeople, four_people, maria
from tests.web import client_of

pytestmark = pytest.mark.django_db

MARKS = ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<a href=javascript:alert(1)>x</a>",
         "<iframe srcdoc='<script>1</script>'>", "<details open ontoggle=alert(1)>", "<math><mi xlink:href=javascript:1>", "<body onload=1>",
         "<input autofocus onfocus=1>", "<style>@import'//x'</style>", "<base href=//x>", "<form action=//x><button>", "{{7*7}}", "{% debug %}",
         "${7*7}"]  # fmt: skip
WRAPS = ["{}", '">{}', "'>{}", "</title>{}", "</textarea>{}", "--!>{}", "</script>{}", "]]>{}", "\\u003c{}", "&lt;{}"]
PAYLOADS = [wrap.format(mark) for mark, wrap in product(MARKS, WRAPS)]


class Structure(HTMLParser):
    """Every start tag with the names of its attributes, and what could run."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[tuple[str, ...]] = set()
        self.running: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        self.tags.add((tag, *sorted(names)))
        given_ = dict(attrs)
        if any(name.startswith("on") or name == "style" for name in names):
            self.running.append(f"{tag} {names}")
        if tag == "script" and not given_.get("src") and given_.get("type") not in ("application/json",):
            self.running.append("script")
        if any((value or "").strip().lower().startswith(("javascript:", "data:text", "vbscript:")) for _, value in attrs):
            self.running.append(f"{tag} {attrs}")


def structure(page: str) -> Structure:
    found = Structure()
    found.feed(page)
    return found


@pytest.fixture
def people(settings) -> FourPeople:
    settings.SEREIN_CLOCK = "tests.people.clock"
    return four_people()


def pages(client: Client) -> str:
    """The list of patients, page by page."""
    found, seen, left = [], set(), ["/clinic/"]
    while left:
        path = left.pop()
        seen.add(path)
        text = client.get(path).content.decode()
        found.append(text)
        more = {unescape(m) for m in re.findall(r'href="(\?[^"]*page=\d+[^"]*|/clinic/\?[^"]*page=\d+[^"]*)"', text)}
        left += sorted({m if m.startswith("/") else f"/clinic/{m}" for m in more} - seen - set(left))
    return "\n".join(found)


CHART = re.compile(r"/clinic/patients/([0-9a-f-]{36})/")


def called_by(payloads: list[str], people: FourPeople) -> None:
    """Patients whose names and address are payloads."""
    for first, second in zip(payloads[::2], payloads[1::2], strict=True):
        people.clinic.invited_patient(people.clinician, maria(given=first, family=second, address=second))


def seen_by(client: Client) -> str:
    """The list of patients, page by page, and a few of their charts."""
    text = pages(client)
    return text + "".join(client.get(f"/clinic/patients/{one}/").content.decode() for one in sorted(set(CHART.findall(text)))[:6])


def test_150_payloads_stay_text_and_no_list_is_longer_than_its_page(people):
    client = client_of(people.clinician)
    called_by(["Plain", "Name"], people)
    plain = structure(seen_by(client))
    called_by(PAYLOADS, people)
    text = seen_by(client)
    found = structure(text)
    # What a longer list shows beside a short one: the way to its other pages.
    assert found.running == [] and {t[0] for t in found.tags} - {t[0] for t in plain.tags} <= {"nav", "ul", "li", "svg", "path"}
    shown = unescape(text).upper()
    assert all(p.upper() in shown for p in PAYLOADS if "&" not in p and "\\" not in p)
    for query in ("limit=100000&size=100000&per_page=100000", "page=" + "9" * 20, "page=-1", "page=1&offset=0&count=1000"):
        answer = client.get(f"/clinic/?{query}")
        assert answer.status_code < 500 and len(set(CHART.findall(answer.content.decode()))) <= PAGE, query


def test_what_a_patient_types_stays_text_where_a_clinician_reads_it(people):
    mine, payload = client_of(people.patient), "<img src=x onerror=alert(1)>"
    form = forms_of(mine.get("/me/reach/").content.decode())[0]
    typed = {name: [payload] if value == ["Seen and agreed today"] else value for name, value in form.fields.items()}
    assert mine.post("/me/reach/", typed).status_code == 302
    page = client_of(people.clinician).get(f"/clinic/patients/{people.patient.patient_id}/").content.decode()
    assert payload in unescape(page) and structure(page).running == []


def test_a_page_that_trusts_its_text_is_seen(people, monkeypatch):
    """The control: charts of templates that escape nothing, and the list with rows that escape nothing."""
    called_by(PAYLOADS[:2], people)
    client = client_of(people.clinician)
    assert structure(seen_by(client)).running == []
    with monkeypatch.context() as trusting:
        trusting.setattr(engines["django"].engine, "autoescape", False)
        assert structure(pages(client)).running == [] != structure(seen_by(client)).running
    monkeypatch.setattr("serein.interfaces.web.clinician.templatetags.clinician.escape", str)
    assert structure(pages(client)).running != []


INJECTIONS = [
    "zq'--", 'zq" OR 1=1 --', "zq'); SELECT pg_sleep(9);--", "zq' UNION SELECT 1--", "1;zq", "zq\\", "zq%'", "zq{}", "zq$$", "zq\x1f",
]  # fmt: skip
PARAMETERS = (
    "q", "find", "page", "before", "sort", "order", "deed", "who", "month", "day", "from", "to", "next", "filter", "name", "band",
)  # fmt: skip


def statements_with(mark: str, ask: Callable[[], HttpResponse]) -> tuple[list[str], int]:
    """The statements that hold the mark itself, not as a parameter, and the status of the answer."""
    found: list[str] = []

    def note(execute, sql, params, many, context):
        if mark in sql:
            found.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        return found, ask().status_code


def test_nothing_that_is_sent_becomes_part_of_a_statement(settings, tmp_path):
    settings.STATE, settings.SEREIN_CLOCK = tmp_path, "tests.people.clock"
    world, asked = make_world(), 0
    askers = {role: Straight(who) for role, who in world.people.items()}
    hostile = {"code": "zq'--", "token": "zq'--", "key": "zq", "slot": "zq", "day": "zq"}
    for number, route in enumerate(routes()):
        if "logout" in route.path or "invitation" in route.path:
            continue
        query = urlencode(dict.fromkeys(PARAMETERS, INJECTIONS[number % len(INJECTIONS)]))
        for path in {route.filled(world.known), route.filled(hostile)}:
            with undone():
                ask = partial(askers[world.at_desk_of(route)].ask, "GET", f"{path}?{query}")
                found, status = statements_with("zq", ask)
                assert found == [] and status < 500, route
                asked += 1
    assert asked > 100


def test_a_statement_put_together_from_text_is_seen(db):
    """The control."""

    def weak() -> HttpResponse:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 'zq'")
        return HttpResponse()

    assert statements_with("zq", weak)[0]


@pytest.mark.parametrize("text", INJECTIONS)
def test_the_door_takes_no_statement_either(people, text):
    client = Client()
    fields = {"login": text + "@example.test", "password": PASSWORD + text}
    assert statements_with("zq", lambda: client.post("/accounts/login/", fields))[0] == []
