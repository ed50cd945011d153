"""The pages that list cryptography, connections and logs name every module and program that has to do with them."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

from serein.config import running
from tests.house import data, write_components

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
CRYPTOGRAPHY = frozenset({"cryptography", "joserfc", "hashlib", "hmac", "secrets", "ssl"})
CONNECTIONS = frozenset({"socket", "http", "smtplib", "psycopg", "urllib.request", "ssl", "httpx", "requests"})
# What stands in `http` and opens nothing.
HARMLESS = frozenset({"HTTPStatus"})
OF_DJANGO = frozenset({"salted_hmac", "signing", "get_random_string"})


def imported(text: str) -> set[str]:
    """Modules that a file imports by name, and what it takes of Django's own cryptography."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names} | {a.name.split(".")[0] for a in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            names = {a.name for a in node.names}
            found |= set() if names <= HARMLESS else {node.module, node.module.split(".")[0]}
            found |= names & OF_DJANGO if node.module.startswith("django.") else set()
    return found


def using(words: frozenset[str]) -> set[str]:
    """Paths of the house's modules that import one of them. Medicine's core keeps digests of its own facts and opens nothing."""
    files = (p for p in (ROOT / "serein").rglob("*.py") if not {"migrations", "clinical"} & set(p.parts))
    return {str(p.relative_to(ROOT / "serein").with_suffix("")) for p in files if imported(p.read_text()) & words}


def named(page: str) -> set[str]:
    return set(re.findall(r"`((?:care|config|foundation|interfaces)/[a-z_/]+)`", (REFERENCE / page).read_text()))


@pytest.mark.parametrize(("page", "words"), [("cryptography.md", CRYPTOGRAPHY | OF_DJANGO), ("connections.md", CONNECTIONS)])
def test_every_module_is_on_its_page_and_none_that_is_gone(page, words):
    assert using(words) - named(page) == set(), f"say on docs/reference/{page} what it is for"
    assert {m for m in named(page) if not (ROOT / "serein" / f"{m}.py").exists()} == set()


@pytest.mark.parametrize(
    "line", ["import ssl", "from hashlib import md5", "import urllib.request", "from django.core import signing"]
)
def test_a_module_that_takes_it_up_is_found(line):
    assert imported(line) & (CRYPTOGRAPHY | CONNECTIONS | OF_DJANGO)
    assert not imported("from http import HTTPStatus") & CONNECTIONS


def test_logs_go_where_the_page_says_and_nowhere_else():
    page = (REFERENCE / "logs.md").read_text()
    handlers = settings.LOGGING["handlers"]
    assert {name: h["class"] for name, h in handlers.items()} == {"stderr": "logging.StreamHandler"}
    programs = set(re.findall(r'Program\("(\w+)"', Path(running.__file__).read_text()))
    assert programs and {f"logs/{name}.log" for name in programs | {"postgres"}} == set(re.findall(r"`(logs/\w+\.log)`", page))
    assert "--no-access-log" in Path(running.__file__).read_text()


def test_every_table_belongs_to_one_class_of_data():
    without_a_model = {"serein_cache", "django_migrations"}
    named = [table for kind in data.KINDS for table in data.of_class(kind)]
    assert data.without_a_class() == frozenset()
    assert len(named) == len(set(named)) and set(named) - data.tables() == without_a_model


def test_every_component_stands_on_its_page_in_its_version():
    rows = re.findall(r"^\| ([A-Za-z0-9._-]+) \| (\S+) \|", write_components.PAGE.read_text(), re.M)
    assert rows[2:] == write_components.locked(), "python -m tests.house.write_components"
