"""Every address of the web by its name."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

# Signing in and out is about the session itself; what it lets in is asked of every other address.
ABOUT_THE_SESSION = ("account_", "mfa_", "shell:")


def named(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Name (with its room's) and pattern of each; an address without a name has an empty one."""
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from named(one, f"{space}{one.namespace}:" if one.namespace else space)
        else:
            yield f"{space}{one.name or ''}", one


EVERY = list(named(get_resolver()))
ROUTES = [(name, p) for name, p in EVERY if not name.startswith(ABOUT_THE_SESSION)]
