"""Input that nobody types is refused in words; never a 5xx, never a deed, nothing typed lost."""

import json
import re
from html import unescape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serein.interfaces.web.shell.hostile import MAX_DEPTH, Unusable, check_json
from tests.interfaces.shell_people import enter
from tests.people import four_people

pytestmark = pytest.mark.usefixtures("guide_urls")
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def maria(db, client):
    client.raise_request_exception = False
    return enter(client, four_people().patient, "password")


def token(client):
    return unescape(re.search(r'name="once" value="([^"]+)"', client.get("/note/").content.decode()).group(1))


def test_nul_in_what_was_typed_is_named_and_the_rest_can_be_sent(maria, guide_urls):
    answer = maria.post("/note/", {"once": token(maria), "text": "before\x00after"})
    page = answer.content.decode()
    assert answer.status_code == 400 and not guide_urls
    assert "beforeafter" in page and "Send it now" in page and 'action="/note/"' in page


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"text=%00", FORM, 400),
        (b"text=%ED%A0%80", FORM, 400),
        (b"\xff\xfe\x00=\x00", FORM, 400),
        (b"text=" + b"x" * 2_100_000, FORM, 413),
        (b"&".join(b"f%d=1" % i for i in range(600)), FORM, 413),
        (b"--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nhalf", "multipart/form-data; boundary=x", 400),
        (b"anything", "multipart/form-data", 400),
        (b"anything", "multipart/form-data; boundary=" + "x" * 500, 400),
        (b"[" * 100_000, "application/json", 400),
        (b"[" * 100_000 + b"]" * 100_000, "application/json", 400),
        (b'{"a":' * 100_000, "application/fhir+json", 400),
        (b'{"a": 1, "a": 2}', "application/json", 400),
        (b'{"a": "\\ud800"}', "application/json", 400),
        (b'{"\\u0000": 1}', "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b"1" * 100_000, "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'"\\' + b"\\" * 99_999, "application/json", 400),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_used_is_refused_in_words(maria, guide_urls, body, kind, status):
    answer = maria.generic("POST", "/note/", body, content_type=kind)
    assert answer.status_code == status, answer.content[:300]
    assert answer.content and not guide_urls
    if kind.endswith("json"):
        assert json.loads(answer.content)


def test_a_fhir_client_gets_an_operation_outcome(maria):
    answer = maria.generic("POST", "/note/", b"{", content_type="application/fhir+json")
    assert json.loads(answer.content)["resourceType"] == "OperationOutcome"
    assert answer["Content-Type"] == "application/fhir+json"


@pytest.mark.parametrize(
    "path",
    ["/note/%00", "/note/?x=%00", "/%ED%A0%80/", "/" + "a" * 9000, "/note/?" + "x=1&" * 3000, "//evil.example/", "/%2e%2e/"],
)
def test_an_address_that_nobody_types_is_refused_or_not_found(maria, path):
    assert maria.get(path).status_code in (200, 301, 302, 400, 404)


@pytest.mark.parametrize(
    "value",
    ["aaaaaaaaaa\x00aa", "a" * 5000, "';DROP TABLE", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "ü" * 40],
)
@pytest.mark.parametrize("name", ["session", "csrf", "messages"])
def test_a_cookie_that_we_never_set_is_ignored(db, client, name, value):
    client.raise_request_exception = False
    quoted = '"' + "".join(f"\\{ord(c):03o}" if ord(c) < 32 else c for c in value) + '"'
    answer = client.get("/accounts/login/", headers={"cookie": f"{name}={quoted}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("header", ["abc", "-1", "9" * 40, "1e3", ""])
def test_a_length_that_is_none_is_refused(maria, header):
    answer = maria.generic("POST", "/note/", b"text=x", content_type=FORM, CONTENT_LENGTH=header)
    assert answer.status_code in (302, 400, 413)


def test_a_form_in_another_encoding_or_under_another_name_is_no_defect(maria):
    for kind in (
        "text/plain",
        "application/xml",
        FORM + "; charset=utf-16",
        FORM + "; charset=bogus",
        "",
        "x" * 300,
        "application/json; charset=bogus",
    ):
        assert maria.generic("POST", "/note/", b"text=x", content_type=kind).status_code < 500


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=400),
    kind=st.sampled_from([FORM, "multipart/form-data; boundary=b", "application/json", "application/fhir+json", "a/b"]),
)
def test_no_body_makes_a_defect(maria, body, kind):
    assert maria.generic("POST", "/note/", body, content_type=kind).status_code < 500


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60), key=st.text(max_size=20), query=st.text(max_size=20))
def test_no_text_makes_a_defect(maria, text, key, query):
    on_the_wire = query.encode("utf-8", "surrogatepass").decode("latin-1")
    data = json.dumps({key: text, "text": text})
    answer = maria.generic("POST", "/note/", data, content_type="application/json", QUERY_STRING="q=" + on_the_wire)
    assert answer.status_code < 500


ORDINARY = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | ORDINARY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ORDINARY, inner, max_size=4),
)


@given(JSON)
def test_ordinary_json_passes_unchanged(value):
    assert check_json(json.dumps(value).encode()) == value


def test_depth_counts_brackets_and_not_what_stands_in_texts():
    assert check_json(json.dumps({"a": "[" * 500 + '\\"' + "{" * 500}).encode())
    assert check_json(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    with pytest.raises(Unusable):
        check_json(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))


def test_pages_for_what_went_wrong_say_what_to_do(maria):
    for path, status in (("/nowhere/", 404), ("/boom/", 500), ("/sign/", 403), ("/raced/", 409)):
        answer = maria.get(path)
        page = answer.content.decode()
        assert answer.status_code == status and "<h1>" in page and "Go to the start page" in page
    assert "a defect" not in maria.get("/boom/").content.decode()


def test_the_page_for_a_defect_needs_no_database(maria, monkeypatch):
    from django.db import connection

    def gone(*args, **kwargs):
        raise RuntimeError("the database is gone")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", gone)
        assert maria.get("/account/").status_code == 500
