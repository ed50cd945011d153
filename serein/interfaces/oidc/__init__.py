"""Proof of who somebody is, by an OpenID Connect provider that the operator chose. Plain values in and out, no Django, no record.

It is no way to sign in: what comes back says who somebody is with which assurance, and opens nothing.
"""

from .flow import Attempt, begin, finish
from .providers import Provider, ProvidersUnclear, providers_from
from .values import NotProven, Proven

__all__ = ["Attempt", "NotProven", "Proven", "Provider", "ProvidersUnclear", "begin", "finish", "providers_from"]
