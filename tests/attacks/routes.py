"""Every address of the web as somebody would ask for it: with well-formed identifiers that belong to nothing, or with those of a world."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.urls import URLPattern, URLResolver, get_resolver

NOTHING = UUID("0192f000-0000-7000-8000-000000000000")
SAMPLE = {"uuid": str(NOTHING), "str": "AAAA", "slug": "a", "int": "1", "path": "a"}


@dataclass(frozen=True)
class Route:
    """`path` with its parameters as they stand in the pattern: `/clinic/patients/<uuid:patient_id>/`."""

    name: str
    path: str

    def filled(self, known: dict[str, str] | None = None) -> str:
        def value(found: re.Match[str]) -> str:
            return (known or {}).get(found[2]) or SAMPLE[found[1] or "str"]

        return re.sub(r"<(?:(\w+):)?(\w+)>", value, self.path)


def routes() -> list[Route]:
    return sorted(_walk(get_resolver(), "/", ""), key=lambda route: route.path)


def _walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        part = str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern, prefix + part, inner)
        elif isinstance(pattern, URLPattern):
            yield Route(f"{space}{pattern.name}", prefix + _plain(part))


def _plain(part: str) -> str:
    """allauth writes some of its addresses as regular expressions; none of ours."""
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<str:\1>", part.strip("^$")) if part.startswith("^") else part
