"""What every page knows: who is signed in, which clinic, which versions. Lazy, so that a page that asks for nothing reads nothing."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from serein.clinical.knowledge.library import VERSION
from serein.foundation.people.models import Clinic
from serein.foundation.people.persons import ClinicCard, clinic_card

from . import sessions


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    try:
        release = version("serein")
    except PackageNotFoundError:
        release = "from source"
    return {"serein": release, "knowledge": VERSION}


def clinic_of(request: HttpRequest) -> ClinicCard:
    """The clinic of whoever is signed in, read once a request."""
    found: ClinicCard | None = getattr(request, "clinic_card", None)
    if found is None:
        found = clinic_card(request.person.clinic_id)  # type: ignore[attr-defined]
        request.clinic_card = found  # type: ignore[attr-defined]
    return found


def _clinic(request: HttpRequest) -> ClinicCard | None:
    """The person's clinic; before anybody has signed in, the only one there is (a house with two names none of them at its door)."""
    person = getattr(request, "person", None)
    if person:
        return clinic_of(request)
    ids = list(Clinic.objects.values_list("id", flat=True)[:2])
    return clinic_card(ids[0]) if len(ids) == 1 else None


def shell(request: HttpRequest) -> dict[str, Any]:
    person = getattr(request, "person", None)
    return {
        "person": person,
        "clinic": SimpleLazyObject(lambda: _clinic(request)),
        "versions": SimpleLazyObject(versions),
        "session_left": sessions.left(request, person) if person else None,
    }
