"""The same people again without making them again: what a test's beginning wrote is kept once and put back in one statement.

The first test of a run makes the four people by the real actions; what that wrote is read by a function of the superuser of the tests' cluster.
Every later test that begins alike gets the same rows, under the same ids, inside its own transaction. Only the shared database knows the
function: a test with a database of its own makes its people itself. A beginning that changes rows instead of adding some is never kept.
"""

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection

from serein.foundation.remembering import forget

T = TypeVar("T")
Rows = dict[str, list[str]]

# What a key sets for the policies.
SETTINGS = tuple(f"serein.{name}" for name in ("scope", "clinic", "at", "patient", "account", "slip", "born", "sees", "writes"))
# Triggers and foreign keys judged these rows when they were written; they are not asked a second time.
FUNCTIONS = """
CREATE FUNCTION everything() RETURNS TABLE (name text, kept text) LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE one text;
BEGIN
  FOR one IN SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
             AND c.relname NOT LIKE 'django_migrations%' LOOP
    RETURN QUERY EXECUTE format('SELECT %L::text, row_to_json(t)::text FROM %s t', one, one);
  END LOOP;
END $$;
CREATE FUNCTION put_back(clinic uuid, kept jsonb) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp SET session_replication_role = replica AS $$
DECLARE one record; columns text;
BEGIN
  IF EXISTS (SELECT FROM people_clinic WHERE id = clinic) THEN RETURN false; END IF;
  FOR one IN SELECT * FROM jsonb_each(kept) LOOP
    SELECT string_agg(quote_ident(attname), ', ') INTO columns FROM pg_attribute
      WHERE attrelid = one.key::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    EXECUTE format('INSERT INTO %1$s (%2$s) OVERRIDING SYSTEM VALUE SELECT %2$s FROM jsonb_populate_recordset(NULL::%1$s, $1)', one.key, columns)
      USING one.value;
  END LOOP;
  RETURN true;
END $$;
"""


@dataclass(frozen=True)
class Kept:
    clinic: UUID
    rows: str
    settings: dict[str, str]
    answer: Any


_kept: dict[Hashable, Kept | None] = {}


def planted(key: Hashable, clinic_of: Callable[[T], UUID], make: Callable[[], T]) -> T:
    """What `make` gives: made the first time and whenever these rows stand already, put back otherwise. `clinic_of` names a row that it adds."""
    if not _function_stands():
        return make()
    known = _kept.get(key)
    if known is not None and _put_back(known):
        return known.answer
    if key in _kept:
        return make()
    before = _everything()
    answer = make()
    _kept[key] = _added(before, _everything(), clinic_of(answer), answer)
    return answer


def _function_stands() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regprocedure('put_back(uuid, jsonb)') IS NOT NULL")
        return bool(cursor.fetchone()[0])


def _everything() -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, kept FROM everything()")
        return set(cursor.fetchall())


def _added(before: set[tuple[str, str]], after: set[tuple[str, str]], clinic: UUID, answer: Any) -> Kept | None:
    if before - after:
        return None
    rows: Rows = {}
    for name, row in sorted(after - before):
        rows.setdefault(name, []).append(row)
    text = "{" + ", ".join(f"{json.dumps(name)}: [{', '.join(some)}]" for name, some in rows.items()) + "}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, coalesce(current_setting(name, true), '') FROM unnest(%s::text[]) AS name", [list(SETTINGS)])
        return Kept(clinic, text, dict(cursor.fetchall()), answer)


def _put_back(kept: Kept) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT put_back(%s, %s::jsonb)", [kept.clinic, kept.rows])
        if not cursor.fetchone()[0]:
            return False
        # The last key of the beginning stands, as it does after the actions themselves.
        cursor.execute(
            "SELECT " + ", ".join(["set_config(%s, %s, true)"] * len(kept.settings)),
            [text for pair in kept.settings.items() for text in pair],
        )
    forget()
    return True
