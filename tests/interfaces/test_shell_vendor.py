"""What the browser is given from others: reviewed bytes, with licences, asking nobody else for anything."""

import base64
import hashlib
import json
import re

import pytest

from serein.config.place import PACKAGE

SHELL = PACKAGE / "interfaces" / "web" / "shell"
VENDOR = SHELL / "static" / "serein" / "vendor"
RECORD = json.loads((VENDOR / "vendor.files.json").read_text())
OURS = [f for folder in PACKAGE.rglob("static") for f in folder.rglob("*") if f.suffix in (".css", ".js")]


def sha384(data: bytes) -> str:
    return "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode()


def problems(record, files):
    """What does not match between the record and the files (name -> bytes)."""
    listed = {r["file"]: r for r in record}
    found = [f"not listed: {name}" for name in files.keys() - listed.keys()] + [
        f"missing: {n}" for n in listed.keys() - files.keys()
    ]
    for name in files.keys() & listed.keys():
        if (sha384(files[name]), len(files[name])) != (listed[name]["sha384"], listed[name]["bytes"]):
            found.append(f"changed: {name}")
    return found


def on_disk():
    return {
        str(f.relative_to(VENDOR)): f.read_bytes() for f in VENDOR.rglob("*") if f.is_file() and f.name != "vendor.files.json"
    }


def test_vendored_files_are_those_recorded_and_no_others():
    assert problems(RECORD, on_disk()) == []


@pytest.mark.parametrize("tamper", ["change", "add", "remove"])
def test_a_changed_added_or_removed_file_is_found(tamper):
    files = on_disk()
    name = next(iter(files))
    match tamper:
        case "change":
            files[name] += b" "
        case "add":
            files["evil.js"] = b""
        case "remove":
            del files[name]
    assert len(problems(RECORD, files)) == 1


def test_every_package_has_a_licence_text_and_a_known_licence():
    packages = {r["file"].split("/")[0] for r in RECORD}
    assert {r["file"].split("/")[0] for r in RECORD if r["file"].endswith("LICENSE.txt")} == packages
    assert {r["licence"] for r in RECORD} <= {"MIT", "0BSD", "OFL-1.1"}


def asks_elsewhere(text):
    """Addresses of other hosts in a style sheet or script; comments, XML namespaces and the print rule's selectors are none."""
    text = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", text, flags=re.S | re.M)
    text = re.sub(r'"http://www\.w3\.org/[^"]*"|\[href\^="https?://"\]', "", text)
    return re.findall(r"(?:https?:)?//[\w.-]+\.\w{2,}[^\s\"')]*", text)


@pytest.mark.parametrize("file", OURS, ids=lambda f: f.name)
def test_no_style_sheet_or_script_asks_another_host(file):
    assert asks_elsewhere(file.read_text()) == []


def test_an_address_of_another_host_would_be_found():
    assert asks_elsewhere("src:url(https://assets.example.uk/f.woff2)") and asks_elsewhere('@import "//cdn.example.com/x.css"')


def test_the_style_sheet_carries_no_protected_font_name_and_still_hides_the_native_radio():
    css = (VENDOR / "govuk-frontend-6.6.0" / "govuk.css").read_text()
    assert not re.search("GDS|Frutiger|crown", css)
    assert "@font-face" not in css
    assert (
        'font-family:"Source Sans 3"' in css
    )  # unquoted, a name that ends in a digit is invalid, and the page falls back to Times
    assert re.search(r"\.govuk-radios__input\{[^}]*opacity:0", css)
    assert "#0f7a52" not in "".join(re.findall(r"\.govuk-button[^{}]*\{[^}]*\}", css))


def test_no_template_holds_inline_script_style_or_another_host():
    for file in (PACKAGE / "interfaces" / "web").rglob("*.html"):
        text = re.sub(r'<script[^>]*type="application/json"[^>]*>.*?</script>', "", file.read_text(), flags=re.S)
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), f"{file}: inline script"
        assert not re.search(r"\sstyle=|<style|hx-on|\son(click|load|submit|change)=", text), f"{file}: inline style or handler"
        assert not re.search(r"(?:src|action)=[\"']https?:", text), f"{file}: another host"
