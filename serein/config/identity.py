"""`serein identity-provider`: which OpenID Connect providers may prove who somebody is; and the file and the secrets that say so."""

import getpass
import sys
from collections.abc import Callable

from serein.interfaces.oidc.providers import Provider, ProvidersUnclear, providers_from

from .place import Place, here

FILE = "identity-providers.yaml"
SECRET = "identity-provider:"  # noqa: S105  before a provider's name in the file of secrets
PROBE = "https://serein.invalid/"
USAGE = """usage: serein identity-provider COMMAND

  check          read the file and ask each provider for its addresses
  secret NAME    keep the client secret of a provider; it is asked for, not typed on the command line"""


def providers_at(place: Place, *, plain: bool) -> tuple[Provider, ...]:
    """What the operator configured; none without the file. Raises ProvidersUnclear with the file's name and what is wrong in it."""
    path = place.folder / FILE
    try:
        text = path.read_text()
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeError) as error:
        raise ProvidersUnclear(f"{path} cannot be read: {error}") from None
    kept = {k.removeprefix(SECRET): v for k, v in place.kept_secrets().items() if k.startswith(SECRET)}
    try:
        return providers_from(text, kept, plain=plain)
    except ProvidersUnclear as why:
        raise ProvidersUnclear(f"{path}: {why}") from None


def keep(place: Place, name: str, ask: Callable[[str], str] = getpass.getpass) -> int:
    secret = ask(f"Client secret of {name}: ").strip()
    if not secret or not secret.isascii() or not secret.isprintable():
        print("serein: nothing was kept: a secret is one line of ordinary characters", file=sys.stderr)
        return 2
    place.make()
    place.keep_secret(SECRET + name, secret)
    print(f"Kept. Restart Serein to use {name}.")
    return 0


def check(place: Place) -> int:
    from serein.interfaces.oidc.flow import Attempt, begin
    from serein.interfaces.oidc.values import NotProven

    found = providers_at(place, plain=True)
    if not found:
        print(f"No provider is configured: there is no {place.folder / FILE}.")
    bad = 0
    for one in found:
        answer = begin(one, Attempt(one.name, PROBE, 0))
        bad += isinstance(answer, NotProven)
        print(f"{one.name}: {f'{answer.code}: {answer.why}' if isinstance(answer, NotProven) else f'{one.issuer} answers'}")
    return 1 if bad else 0


def main(argv: list[str]) -> int:
    """0: done; 1: a provider does not answer as it should; 2: the command line or the file cannot be used."""
    try:
        if argv[:1] == ["secret"] and len(argv) == 2:
            return keep(here(), argv[1])
        if argv == ["check"]:
            return check(here())
    except (ProvidersUnclear, OSError) as problem:
        print(f"serein: {problem}", file=sys.stderr)
        return 2
    print(USAGE, file=sys.stderr)
    return 2
