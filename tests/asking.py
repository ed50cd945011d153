"""Somebody who asks a running Serein by HTTP, without a browser: keeps a connection and cookies, reads forms, fills them in, sends them."""

import http.client
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit


@dataclass
class Form:
    """A form as a browser would send it when nothing is typed. `choices` holds the values of each group of radio buttons or boxes."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    choices: dict[str, list[str]] = field(default_factory=dict)
    words: str = ""

    def filled(self, **typed: str) -> dict[str, str]:
        """What is typed, what was there, and of every group that nobody answered the first choice: what those say who are well."""
        first = {name: values[0] for name, values in self.choices.items() if name not in self.fields}
        return {**first, **self.fields, **typed}


class Reader(HTMLParser):
    """The forms below `main`, in their order."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.forms, self.main, self.form, self.area = path, list[Form](), False, False, ""

    def handle_starttag(self, tag: str, found: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in found}
        self.main |= tag == "main"
        if tag == "form" and self.main:
            self.forms.append(Form(said.get("action") or self.path, said.get("method", "get")))
            self.form = True
        elif self.form and tag == "input":
            self._input(said, {name for name, _ in found})
        elif self.form and tag == "textarea":
            self.area = said.get("name", "")
            self.forms[-1].fields[self.area] = ""

    def _input(self, said: dict[str, str], names: set[str]) -> None:
        name, form = said.get("name", ""), self.forms[-1]
        if said.get("type") in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(said.get("value", "on"))
            if "checked" in names:
                form.fields[name] = said.get("value", "on")
        elif name:
            form.fields[name] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        self.form &= tag != "form"
        self.area = "" if tag == "textarea" else self.area

    def handle_data(self, data: str) -> None:
        if self.area:
            self.forms[-1].fields[self.area] += data
        elif self.form:
            self.forms[-1].words += data


class Client:
    """One keep-alive connection with a session's cookies."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None, timeout: float = 60.0):
        self.port, self.timeout = port, timeout
        self.connection = http.client.HTTPConnection("localhost", port, timeout=timeout)
        self.cookies = dict(cookies or {})
        self.location = self.address = ""  # where the last answer led: without and with what stands behind the question mark

    def send(self, method: str, path: str, fields: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and text. A connection that broke is made anew by the next call."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Accept-Encoding": "identity"}
        body = None
        if fields is not None:
            body = urlencode(fields).encode()
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://localhost:{self.port}"}
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        led = urlsplit(answer.headers.get("Location", ""))
        self.location, self.address = led.path, led._replace(scheme="", netloc="").geturl()
        return answer.status, text

    def read(self, path: str, seconds: float = 120.0) -> tuple[int, str]:
        """A page, asked for again while nobody answers."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                status, text = self.send("GET", path)
            except (OSError, http.client.HTTPException):
                status, text = 0, ""
            if 0 < status < 500 or time.monotonic() > deadline:
                return status, text
            time.sleep(0.1)

    def form(self, path: str, button: str = "") -> Form:
        """The first form of the page that says `button`."""
        status, text = self.read(path)
        reader = Reader(path)
        reader.feed(text)
        found = next((form for form in reader.forms if button in form.words), None)
        if status != 200 or found is None:
            raise AssertionError(f"{path} answered {status} {self.location} without a form that says {button!r}: {plain(text)}")
        return found

    def sent(self, path: str, button: str = "", **typed: str) -> str:
        """Fill in and send; where the answer leads."""
        form = self.form(path, button)
        status, text = self.send("POST", form.action, form.filled(**typed))
        if status not in (302, 303):
            raise AssertionError(f"{form.action} answered {status}: {plain(text)}")
        return self.location

    def until_answered(
        self, action: str, fields: dict[str, str], seconds: float = 120.0, renew: Callable[[], dict[str, str]] | None = None
    ) -> str:
        """Send the same form again until somebody answers, as a person does whose page did not load; where the answer leads.

        `renew` gives what must be typed anew when the page says that something typed is no longer good: a code that ran out meanwhile.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                status, text = self.send("POST", action, fields)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
                continue
            if status in (302, 303):
                return self.location
            if status == 422 and renew is not None:
                fields |= renew()
            elif status < 500:
                raise AssertionError(f"{action} answered {status}: {plain(text)}")
            time.sleep(0.1)
        raise AssertionError(f"{action}: nobody answered within {seconds} s")


def plain(text: str) -> str:
    """What a page says below `main`, for messages."""
    words: list[str] = []
    reader = HTMLParser()
    reader.handle_data = lambda data: words.append(data.strip())  # type: ignore[method-assign]
    reader.feed(text[text.find("<main") :])
    return " ".join(w for w in words if w)[:500]
