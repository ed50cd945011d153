"""Chromium for tests: a page with or without JavaScript at a given width, and the questions asked of every page.

Fixtures (`tests/conftest.py` hands them to every test): `browser` (one per run), `open_page` (a factory: `open_page(width=390, js=False)` is a
fresh person without cookies), `page` (one page at 1366 px). Questions: `audit(page)` asks all of these at all widths: `axe(page)`,
`assert_fits(page)`, `assert_keyboard(page)`, `assert_quiet(page)`. Further: `printed(page)`, `weigh(browser, url)`.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

# Playwright's synchronous interface runs a loop in this thread, and Django would refuse the database beside it. Nothing here is asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

WIDTHS = (320, 390, 1366)
# No style sheet knows a difference between 320 and 390 pixels (a test holds them to it), so axe judges one of the two.
JUDGED = (320, 1366)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SHELL, DESKTOP = Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium")
# As in .ci/chromium: the same engine costs less without the desktop browser around it.
CHROMIUM = os.environ.get("CHROMIUM") or (SHELL if SHELL.exists() else DESKTOP)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        started.close()


@dataclass
class Watch:
    """What a page did behind our back: errors in the console, requests to other hosts, answers of 5xx."""

    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


WATCHES: dict[Page, Watch] = {}


def watched(page: Page) -> Page:
    watch = WATCHES[page] = Watch()

    def request(sent: Request) -> None:
        if urlsplit(sent.url).hostname not in ("localhost", None):
            watch.foreign.append(sent.url)

    def console(message: Any) -> None:
        # Chromium writes every 4xx of a page itself to the console; those are answers, not errors.
        if message.type == "error" and "Failed to load resource" not in message.text:
            watch.errors.append(message.text)

    page.on("request", request)
    page.on("console", console)
    page.on("pageerror", lambda error: watch.errors.append(str(error)))
    page.on("response", lambda r: watch.failed.append(f"{r.status} {r.url}") if r.status >= 500 else None)
    return page


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """A factory of pages, each with its own cookies: `open_page(width=1366, height=900, js=True)`."""
    contexts: list[BrowserContext] = []

    def make(*, width: int = 1366, height: int = 900, js: bool = True, **more: Any) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=js, locale="en-US", timezone_id="UTC", **more
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        return watched(context.new_page())

    yield make
    for context in contexts:
        for page in context.pages:
            WATCHES.pop(page, None)
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


# Everything that axe can see of a page but the words themselves: elements, attributes, which identifier means which, where text stands, what
# the person has opened, filled, checked or focused, the window's width. Of rows that are alike two stand for all; of a drawing what it says of
# itself.
SHAPE = r"""() => {
 const names = new Map(), one = name => names.get(name) ?? (names.set(name, names.size), names.size - 1);
 const many = ['id', 'for', 'name', 'list', 'headers', 'form', 'aria-labelledby', 'aria-describedby', 'aria-controls', 'aria-owns',
  'aria-errormessage'];
 const words = ['href', 'action', 'src', 'srcset', 'alt', 'title', 'placeholder', 'aria-label', 'datetime', 'content', 'd', 'points', 'value',
  'nonce'];
 const own = a => a.name.startsWith('data-') ? '' : a.name + '=' + (many.includes(a.name) ? a.value.split(' ').map(one).join(' ')
  : words.includes(a.name) ? (a.value.trim() ? 't' : '') : a.value);
 const shape = node => {
  if (node.nodeType === 3) return node.data.trim() ? 't' : '';
  if (node.nodeType !== 1) return '';
  const attributes = [...node.attributes].map(own), state = [node === document.activeElement, !!node.checked, !!node.value, !!node.open];
  const within = node.tagName === 'svg' ? [] : [...node.childNodes].map(shape).filter(one => one);
  const few = within.filter((one, n) => one !== within[n - 1] || one !== within[n - 2]);
  return '<' + [node.tagName, ...attributes, ...state, ...few].join(' ') + '>'; };
 return [innerWidth, matchMedia('(prefers-color-scheme: dark)').matches, shape(document.documentElement)].join(' '); }"""
PASSED: set[int] = set()


def axe(page: Page, *, rules: list[str] | None = None) -> None:
    """No violation of WCAG 2.0 to 2.2 A and AA and of axe's best practices on the page as it stands. Needs JavaScript on.

    A page that differs in nothing but words from one that passed in this run has passed: the walk sees many such."""
    shape = hash((page.evaluate(SHAPE), *(rules or ())))
    if shape in PASSED:
        return
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # Only violations are reported in full: describing every element that passed took longer than judging it.
    asked = json.dumps({"runOnly": rules or RULES, "resultTypes": ["violations"], "preload": False})
    found = AxeResults(page.evaluate(f"axe.run({asked}).then(found => ({{violations: found.violations}}))"))
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    PASSED.add(shape)


def assert_fits(page: Page) -> None:
    """Nothing makes the page scroll sideways (WCAG 1.4.10)."""
    width, inner = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= inner, f"{page.url}: {width} px wide in a window of {inner} px"


def assert_quiet(page: Page) -> None:
    """No request to another host, no error in the console, no 5xx since the page was opened."""
    watch = WATCHES[page]
    assert not watch.foreign, watch.foreign
    assert not watch.errors, watch.errors
    assert not watch.failed, watch.failed


def no_foreign_requests(page: Page) -> None:
    assert not WATCHES[page].foreign, WATCHES[page].foreign


def no_console_errors(page: Page) -> None:
    assert not WATCHES[page].errors, WATCHES[page].errors


FOCUSED = """() => { const e = document.activeElement; if (!e || e === document.body) return null;
 const r = e.getBoundingClientRect();
 const s = e.type === 'radio' || e.type === 'checkbox' ? getComputedStyle(e.nextElementSibling, '::before') : getComputedStyle(e);
 const all = [...document.querySelectorAll('*')];
 return {index: all.indexOf(e), name: (e.getAttribute('aria-label') || e.innerText || e.name || e.id || e.tagName).trim().slice(0, 60),
 top: Math.round(r.top + scrollY), left: Math.round(r.left), ring: parseFloat(s.outlineWidth) || 0, shadow: s.boxShadow !== 'none',
 seen: r.bottom > 0 && r.top < innerHeight}; }"""


def tab_stops(page: Page, most: int = 200) -> list[dict[str, Any]]:
    """What Tab reaches, in order, from the top of the page."""
    page.evaluate("document.activeElement && document.activeElement.blur(); window.scrollTo(0, 0)")
    stops: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None or (stops and stop["index"] == stops[0]["index"]):
            break
        stops.append(stop)
    return stops


def assert_keyboard(page: Page) -> list[str]:
    """Keyboard order is reading order (the order of the document), every stop can be seen and shows its focus. Returns the names in order."""
    stops = tab_stops(page)
    order = [s["index"] for s in stops]
    assert stops, f"{page.url}: nothing can be reached"
    assert order == sorted(order), f"{page.url}: {[s['name'] for s in stops]}"
    for stop in stops:
        assert stop["seen"], f"{page.url}: {stop['name']!r} has the focus outside the window"
        assert stop["ring"] >= 2.5 or stop["shadow"], f"{page.url}: {stop['name']!r} shows no focus"
    return [s["name"] for s in stops]


def shoot(page: Page, name: str) -> None:
    """A picture of the page at both widths in the folder SEREIN_SHOTS, when somebody wants to look."""
    folder = os.environ.get("SEREIN_SHOTS")
    if not folder:
        return
    for width, mark in ((1366, "d"), (390, "m")):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(folder) / f"{name}-{mark}.png", full_page=True)
    page.set_viewport_size({"width": 1366, "height": 900})


def printed(page: Page) -> bytes:
    """The page as a PDF on A4; fails when it does not fit the paper's width or is empty."""
    page.emulate_media(media="print")
    try:
        assert not page.locator(".govuk-button:visible, .helpbar:visible").count(), f"{page.url}: controls are printed"
        return page.pdf(format="A4", print_background=False)
    finally:
        page.emulate_media(media="screen")


def weigh(browser: Browser, url: str) -> int:
    """Bytes of a first visit, as a compressing server sends them: bodies already compressed as they are, the rest through gzip."""
    context = browser.new_context()
    page = context.new_page()
    bodies: list[bytes] = []

    def count(response: Any) -> None:
        body = response.body()
        bodies.append(body if urlsplit(response.url).path.endswith((".woff2", ".png")) else gzip.compress(body, 6))

    page.on("requestfinished", lambda request: count(request.response()))
    page.goto(url, wait_until="networkidle")
    context.close()
    return sum(map(len, bodies))


def audit(page: Page, url: str | None = None) -> None:
    """Everything that is asked of every page, at every width: axe, no sideways scroll, keyboard, nothing behind our back."""
    if url:
        page.goto(url)
    before = page.viewport_size or {"width": 1366, "height": 900}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": before["height"]})
        assert_fits(page)
        if width in JUDGED:
            axe(page)
    page.set_viewport_size(before)
    assert_keyboard(page)
    assert_quiet(page)


def sign_in(page: Page, url: str, email: str, password: str, code: str | None = None) -> None:
    """Through the sign-in pages as a person does it; `code` for those with a second factor. Works with JavaScript off."""
    page.goto(url + "/accounts/login/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    if code is not None:
        page.get_by_label("Code").fill(code)
        page.get_by_role("button", name="Sign in", exact=True).click()
