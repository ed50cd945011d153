"""T4: a form changes what it shows and nothing else, whatever is sent along. Each post is made twice, plainly and with every column of every
table beside it; what it writes must be the same, statement by statement."""

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import connection, models
from django.test import Client
from psycopg.types.json import Jsonb

import serein
from serein.foundation.people.models import RoleGrant
from serein.interfaces.web.compliance.views import people as people_views
from tests.attacks.forms import Form, forms_of
from tests.attacks.routes import routes
from tests.attacks.world import World, make_world, undone

pytestmark = pytest.mark.django_db
# What is new with each request: the session, the one-time token's claim (its digest covers what was sent), counters of tries.
OWN = ("django_session", "shell_submission", "serein_cache")
RANDOM = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32,64}|[A-Za-z0-9_\-]{43,}|0x[0-9a-f]+"
)
LEAST_DEEDS = 20


@pytest.fixture
def world(settings, tmp_path) -> World:
    settings.STATE = tmp_path
    settings.SEREIN_CLOCK = "tests.people.clock"
    return make_world()


def value_for(column: models.Field, world: World) -> str:
    """What an attacker would like to stand there."""
    if isinstance(column, models.BooleanField):
        return "1"
    if isinstance(column, models.DateTimeField):
        return "2020-01-01T00:00:00Z"
    if isinstance(column, models.DateField):
        return "2020-01-01"
    if isinstance(column, models.ForeignKey | models.UUIDField):
        return str(world.stranger.account_id)
    if isinstance(column, models.IntegerField | models.DecimalField):
        return "99"
    return str(column.choices[-1][0]) if column.choices else "forged"


def every_column(world: World) -> dict[str, str]:
    found: dict[str, str] = {}
    for model in apps.get_models():
        if model.__module__.startswith("serein."):
            for column in model._meta.concrete_fields:
                found[column.name] = found[column.attname] = value_for(column, world)
    return found | {"roles": "compliance", "is_staff": "1", "is_superuser": "1", "account": found["account"], "by": found["by"]}


def plain_value(value: Any) -> Any:
    """What stands in a JSON column whole, which its wrapper would abbreviate."""
    return value.obj if isinstance(value, Jsonb) else value


def written(client: Client, path: str, fields: dict[str, Any]) -> tuple[int, list[str]]:
    """Status, and each statement that changed something, with identifiers and what is random unnamed. Nothing of it stays, nor a signing out."""
    found: list[str] = []

    def note(execute, sql, params, many, context):
        if re.match(r"\s*(INSERT|UPDATE|DELETE)", sql) and not any(table in sql for table in OWN):
            found.append(RANDOM.sub("#", f"{sql} {[plain_value(p) for p in params]}"))
        return execute(sql, params, many, context)

    cookies = client.cookies.output()
    with undone(), connection.execute_wrapper(note):
        status = client.post(path, fields).status_code
    client.cookies.load(cookies.replace("Set-Cookie: ", ""))
    return status, found


def posts(world: World) -> Iterator[tuple[str, Client, str, Form]]:
    """Every form in `main` of every page that somebody reaches, once."""
    seen: set[tuple[str, ...]] = set()
    for route in routes():
        if route.path.startswith(("/accounts/", "/invitation", "/second-step")):
            continue
        client = world.client(world.at_desk_of(route))
        path = route.filled(world.known)
        with undone():
            page = client.get(path, follow=True)
        if page.status_code != 200:
            continue
        here = page.request["PATH_INFO"]
        for form in forms_of(page.content.decode(errors="replace")):
            known = (form.action or here, *sorted(form.asked))
            if known not in seen:
                seen.add(known)
                yield route.name, client, form.action or here, form


def compared(world: World) -> tuple[set[str], list[str]]:
    """Names of the addresses at which a deed was done, and those where the extra fields changed what was written."""
    more, done, wrong = every_column(world), set(), []
    for name, client, path, form in posts(world):
        plain = written(client, path, form.fields)
        forged = written(client, path, {**{k: v for k, v in more.items() if not form.shows(k)}, **form.fields})
        if plain[1] != forged[1]:
            wrong.append(name)
        if plain[0] == 302 and any("INSERT" in s for s in plain[1]):
            done.add(f"{name} {path.rstrip('/').rsplit('/', 1)[-1]}")
    return done, wrong


def test_no_extra_field_changes_what_a_form_writes(world):
    done, wrong = compared(world)
    assert wrong == []
    assert len(done) >= LEAST_DEEDS, sorted(done)


def test_a_view_that_takes_what_is_sent_is_seen(world, monkeypatch):
    """The control: an invitation whose role and more come from the post itself."""
    really = people_views.render_form_page

    def weak(request, form, **context):
        if request.POST.get("revoked_at"):
            RoleGrant.objects.filter(account=request.POST["account"]).update(revoked_at=None)
        return really(request, form, **context)

    monkeypatch.setattr(people_views, "render_form_page", weak)
    client = world.client("compliance")
    form = next(f for f in forms_of(client.get("/compliance/invite/").content.decode()))
    form.fields["email"] = ["no address"]
    more = every_column(world)
    plain = written(client, "/compliance/invite/", form.fields)
    forged = written(client, "/compliance/invite/", {**more, **form.fields})
    assert plain[1] != forged[1]


def test_no_form_is_made_from_a_table_and_no_view_hands_on_all_that_was_sent():
    """What would let the attack in again: forms with the columns of a model, or a post taken whole."""
    for path in Path(serein.__file__).parent.glob("interfaces/web/**/*.py"):
        text = path.read_text()
        assert not re.search(
            r"\*\*\s*request\.POST\b|request\.POST\.(dict|items)\(|ModelForm|modelform_factory|setattr\(", text
        ), path
    for name in ("clinician.risk", "compliance.forms", "patient.forms", "pharmacist.forms", "clinician.handover_form"):
        module = import_module(f"serein.interfaces.web.{name}")
        own = [c for _, c in inspect.getmembers(module, inspect.isclass) if issubclass(c, forms.BaseForm)]
        assert not any(issubclass(c, forms.BaseModelForm) for c in own)
