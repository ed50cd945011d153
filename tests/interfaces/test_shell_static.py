"""Static files as a clinic serves them: hashed names, compressed once, nothing referred to that is not there."""

import json
import re

import pytest

from serein.config.place import PACKAGE
from serein.interfaces.web.shell.collect import HashedFiles, collect_static, sources


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "static"
    collect_static()
    return settings.STATIC_ROOT


def test_every_file_has_a_hashed_name_and_the_large_ones_are_compressed(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    assert names.keys() == sources().keys()
    for hashed in names.values():
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", hashed) and (collected / hashed).exists()
    govuk = collected / names["serein/vendor/govuk-frontend-6.6.0/govuk.css"]
    assert govuk.with_name(govuk.name + ".br").stat().st_size < 12_000


def test_the_style_sheet_asks_for_the_font_by_its_hashed_name(collected):
    storage = HashedFiles(location=collected, base_url="/static/")
    sheet = (collected / storage.stored_name("serein/app.css")).read_text()
    font = re.search(r'url\("([^"]+woff2)"\)', sheet).group(1)
    assert re.search(r"\.[0-9a-f]{12}\.woff2$", font) and (collected / "serein" / font).exists()


def test_what_templates_ask_for_is_there():
    asked = {
        name
        for file in (PACKAGE / "interfaces" / "web").rglob("*.html")
        for name in re.findall(r"{%\s*static\s+['\"]([^'\"]+)", file.read_text())
    }
    assert asked and asked <= sources().keys()


def test_a_second_collection_leaves_no_old_file(collected):
    (collected / "stale.js").write_text("old")
    collect_static()
    assert not (collected / "stale.js").exists()
