"""The page of limits, gathered from the code: what each form takes, how long and how large, how often, for how long."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from allauth.account import app_settings as account
from django import forms
from django.conf import settings

import serein
import serein.interfaces.web
from serein.interfaces.web import costly
from serein.interfaces.web.pharmacist.looking import LOOK_UPS
from serein.interfaces.web.shell import kept, proving
from serein.interfaces.web.shell.hostile import MAX_DEPTH

NAMES = re.compile(r"(LONGEST|MOST|OLDEST|SHORTEST|LASTS|WITHIN|LATELY|FINDS|LIFE|LARGEST)(_[A-Z_]+)?")
KINDS = {
    "BooleanField": "a tick", "CharField": "text", "ChoiceField": "one of a list", "CodeField": "a one-time code", "DateField": "a day",
    "DecimalField": "a number", "EmailField": "an e-mail address", "FileField": "a file", "IntegerField": "a whole number",
    "MultipleChoiceField": "some of a list", "PasswordField": "a password", "TimeField": "a time of day", "UUIDField": "an id",
    "KeyField": "a passkey's answer",
}  # fmt: skip
# Counted in characters or items of what people type; those of engines and files have references of their own.
LEFT_OUT = ("serein.clinical", "serein.interfaces.cli", "serein.interfaces.translate", "serein.interfaces.oidc", "serein.config")


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(serein.__path__, "serein."):
        if ".migrations" not in found.name and not found.name.startswith(LEFT_OUT):
            yield importlib.import_module(found.name)


def subclasses(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from subclasses(one)


def field_words(name: str, field: forms.Field) -> str:
    said = [KINDS.get(type(field).__name__, type(field).__name__)]
    longest, least, most = (getattr(field, a, None) for a in ("max_length", "min_value", "max_value"))
    said += [f"up to {longest} characters"] if longest else []
    said += [f"from {least}"] if least is not None else []
    said += [f"to {most}"] if most is not None else []
    return f"`{name}` ({', '.join(said)}{'' if field.required else '; may be left out'})"


def form_rows() -> list[str]:
    found = {f for f in subclasses(forms.BaseForm) if f.__module__.startswith("serein.") and getattr(f, "base_fields", None)}
    return [
        f"| {f.__module__.removeprefix('serein.interfaces.web.')}.{f.__name__} | "
        f"{'; '.join(field_words(n, x) for n, x in f.base_fields.items())} |"
        for f in sorted(found, key=lambda f: (f.__module__, f.__name__))
    ]  # fmt: skip


def number_rows() -> list[str]:
    """Each limit where it was written, not where it was imported to."""
    rows = set()
    for module in modules():
        source = getattr(module, "__file__", None)
        text = Path(source).read_text("utf-8") if source else ""
        for name, value in vars(module).items():
            here = re.search(rf"^(?:.*, )?{name}(?:,.*)? = ", text, re.M)
            if NAMES.fullmatch(name) and here and isinstance(value, int | timedelta) and not isinstance(value, bool):
                rows.add(f"| {module.__name__.removeprefix('serein.')} | `{name}` | {_worded(value)} |")
    return sorted(rows)


def _worded(value: Any) -> str:
    if not isinstance(value, timedelta):
        return f"{value}"
    minutes = int(value.total_seconds() // 60)
    return f"{minutes // 1440} days" if minutes % 1440 == 0 else f"{minutes} minutes"


def often_rows() -> list[str]:
    signing_in = {
        k: v for k, v in sorted(account.RATE_LIMITS.items()) if k in ("login", "login_failed", "reauthenticate", "reset_password")
    }
    codes = {**LOOK_UPS, **proving.OFTEN}
    return [
        *(f"| {kind.replace('_', ' ')} | {often} |" for kind, often in signing_in.items()),
        *(f"| {kind.replace('_', ' ')} | {often} |" for kind, often in codes.items()),
        *(f"| {c.kind}: {c.why} | {c.often}, {' and '.join(sorted(c.methods))}, at {', '.join(sorted(c.addresses))} |" for c in costly.COSTS),
    ]  # fmt: skip


def page(printed: str) -> str:
    sessions = settings.SEREIN_SESSIONS
    return "\n".join(
        [
            printed, "# Limits", "",
            "What the pages take, how much of it, how often and for how long. The server holds each of them, whatever a browser did; what does "
            "not fit is answered in words, and nothing typed is lost.", "",
            "## What is sent", "",
            f"- at most {settings.SEREIN_MAX_BODY_BYTES:,} bytes a request, {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS} fields, JSON "
            f"{MAX_DEPTH} levels deep; no key twice, no NUL, no half of a surrogate pair, UTF-8 alone",
            "- files: a handover (`handover_form.FileForm`) and a list of dates (`taper_existing_form.ExistingForm`), UTF-8 within the "
            "same limit; FHIR R4 as strict JSON and CSV, read as plain values, never run, never unpacked",
            f"- kept after a session ended: at most {kept.LIMIT_BYTES:,} bytes of one form, without passwords and codes", "",
            "## How often", "",
            "Amount, time (s, m, h), and per what: an address (`ip`), an account (`user`), what was typed (`key`). Beyond it the answer is "
            "429 and says when to come back.", "", "| What | At most |", "| --- | --- |", *often_rows(), "",
            "## How long", "",
            *(f"- a session of {'a patient' if who == 'patient' else 'somebody who works here'}: {idle} minutes without a page, {whole} in all"
              for who, (idle, whole) in sorted(sessions.items())),
            f"- a link to renew a password: {settings.PASSWORD_RESET_TIMEOUT // 60} minutes", "",
            "## Limits in code", "", "Characters, rows, days and times, where they stand.", "",
            "| Where | Name | At most (or at least) |", "| --- | --- | --- |", *number_rows(), "",
            "## Forms", "",
            "Fields that a form makes as it is shown (questions, items of a questionnaire, rows) follow what they ask.", "",
            "| Form | Fields |", "| --- | --- |", *form_rows(), "",
        ]
    )  # fmt: skip
