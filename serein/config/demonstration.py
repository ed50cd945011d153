"""Who signs in to the demonstration clinic. Passwords and second factors differ from installation to installation, and are told only there."""

import argparse
import base64
import hmac
import struct
import sys
import time
from dataclasses import dataclass, field
from hashlib import sha1, sha256

from .place import Place, PlaceError, here

MODE_NOTE, DEMONSTRATION, EMPTY = "mode", "demonstration", "empty"
PEOPLE = (
    ("compliance", "Grace Okafor", True),
    ("clinician", "Maya Lindqvist", True),
    ("pharmacist", "Tomás Herrera", True),
    ("patient", "Jordan Reyes", False),
)


@dataclass(frozen=True)
class SignIn:
    """One demonstration account. `totp_secret` is base32, empty for those who sign in with a password alone."""

    role: str
    name: str
    email: str
    password: str = field(repr=False)
    totp_secret: str = field(repr=False)


def derived(place: Place, what: str) -> bytes:
    return hmac.digest(place.kept_secrets()["demonstration"].encode(), what.encode(), sha256)


def sign_ins(place: Place | None = None) -> tuple[SignIn, ...]:
    """The demonstration accounts of this installation, one for each role."""
    where = place or here()
    found = []
    for role, name, two_factors in PEOPLE:
        letters = base64.b32encode(derived(where, f"password {role}")).decode().lower()
        secret = base64.b32encode(derived(where, f"totp {role}")[:20]).decode() if two_factors else ""
        password = "-".join(letters[i : i + 4] for i in range(0, 16, 4))
        found.append(SignIn(role, name, f"{role}@demo.example", password, secret))
    return tuple(found)


def totp(secret: str, at_seconds: float) -> str:
    """RFC 6238 with SHA-1, 30 seconds, six digits. `secret` is base32."""
    counter = struct.pack(">Q", int(at_seconds) // 30)
    mac = hmac.digest(base64.b32decode(secret), counter, sha1)
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def parser() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog="serein demo-code", description="print the second factor of a demonstration account")
    arguments.add_argument("role", choices=[role for role, _, _ in PEOPLE])
    arguments.add_argument("--state", help="the state folder, as given to serein up")
    return arguments


def main(argv: list[str]) -> int:
    """`serein demo-code ROLE`: the code that is valid now. Refuses (1) outside a demonstration."""
    told = parser().parse_args(argv)
    place = here(told.state)
    try:
        mode = place.note(MODE_NOTE)
    except PermissionError:
        print(f"serein: {place.folder} belongs to another account; ask as that account, or as root", file=sys.stderr)
        return 2
    except PlaceError as problem:
        print(f"serein: {problem}", file=sys.stderr)
        return 2
    if mode != DEMONSTRATION:
        state = "no demonstration was started here" if mode is None else "this is a clinic, not a demonstration"
        print(f"serein: {state} ({place.folder}); real second factors are known to their owners only", file=sys.stderr)
        return 1
    found = next(s for s in sign_ins(place) if s.role == told.role)
    if not found.totp_secret:
        print(f"serein: the {told.role} of the demonstration signs in with the password alone", file=sys.stderr)
        return 1
    # The door counts by the clock that `serein up --now` set.
    print(totp(found.totp_secret, time.time() + float(place.note("clock") or 0)))
    return 0
