"""The clinic's signature on a prescription: ES256 (P-256, FIPS 186-5) as a detached compact JWS (RFC 7515, appendix F).

The protected header carries the seal: which prescription, which code, when. So neither the code nor the day can be exchanged without breaking
the signature, although the signer saw only the content. `kid` is the key's RFC 7638 thumbprint.

The key lies in a file, which is right for a demonstration. 21 CFR 1311.120(b)(16) asks for a FIPS 140 validated module: give the setting
SEREIN_SIGNER the dotted path of another `Signer` (PKCS#11, KMS). **Serein is not certified for electronic prescribing of controlled
substances**, whichever signer is used.
"""

import base64
import binascii
import json
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, cast
from uuid import UUID

import rfc8785
from django.conf import settings
from django.utils.module_loading import import_string
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
TYPE = "serein-prescription+jws"
MEMBERS = ["alg", "code", "iat", "kid", "rx", "typ"]
LONGEST_SIGNATURE = 1024


@dataclass(frozen=True)
class Seal:
    """What a signature is tied to beside the content. `at` has whole seconds; `code_digest` is `keys.code_digest(code)`."""

    prescription_id: UUID
    code_digest: str
    at: datetime


@dataclass(frozen=True)
class Signature:
    """Detached compact JWS, and the thumbprint of the key that made it."""

    jws: str
    key_id: str


@dataclass(frozen=True)
class Verified:
    """The signature is ours, over exactly these bytes; `seal` is what it was tied to."""

    seal: Seal
    key_id: str


class NotOurs(Exception):
    """The signature does not belong to these bytes, or is none of ours."""


class CannotVerify(Exception):
    """Nothing can be said: a key cannot be read or is not known here. Never to be shown as genuine, nor as forged."""


class Signer(Protocol):
    """What a key store must do. `sign` may be slow and may fail; `public_keys` must also hold the keys that no longer sign."""

    def sign(self, canonical: bytes, seal: Seal) -> Signature: ...

    def public_keys(self) -> dict[str, Any]: ...

    def verify(self, canonical: bytes, signature: str) -> Verified: ...


def signer() -> Signer:
    """The signer of this installation."""
    return cast(Signer, import_string(settings.SEREIN_SIGNER)(Path(settings.STATE) / "keys"))


_registry = jws.JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)


def _unpadded(text: str) -> bytes:
    """Decode base64url, refusing the other spellings of the same bytes (loose last bits, padding, blanks)."""
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error):
        raise NotOurs("no base64url") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text:
        raise NotOurs("another spelling of the same bytes")
    return raw


def _header(seal: Seal, kid: str) -> dict[str, Any]:
    # In the alphabet's order, so that joserfc writes the same bytes as RFC 8785.
    at = int(seal.at.timestamp())
    return {"alg": ALGORITHM, "code": seal.code_digest, "iat": at, "kid": kid, "rx": str(seal.prescription_id), "typ": TYPE}


def _read_header(raw: bytes) -> tuple[str, Seal]:
    """Raises NotOurs unless the header is exactly the one that `_header` makes: no extra member, no other algorithm, no other order."""
    try:
        found = json.loads(raw)
        if not isinstance(found, dict) or sorted(found) != MEMBERS or type(found["iat"]) is not int:
            raise NotOurs("other header members")
        seal = Seal(UUID(found["rx"]), str(found["code"]), datetime.fromtimestamp(found["iat"], UTC))
        kid = str(found["kid"])
        if rfc8785.dumps(_header(seal, kid)) != raw:
            raise NotOurs("another header")
    except (ValueError, TypeError, OverflowError, OSError, RecursionError, AttributeError):
        raise NotOurs("no header") from None
    return kid, seal


def verify_with(keys: dict[str, Any], canonical: bytes, signature: str) -> Verified:
    """Check a detached signature with a JWKS. Raises NotOurs; CannotVerify when the key that it names is not in the set."""
    if len(signature) > LONGEST_SIGNATURE or signature.count(".") != 2:
        raise NotOurs("no detached signature")
    head, middle, tail = signature.split(".")
    if middle:
        raise NotOurs("not detached")
    kid, seal = _read_header(_unpadded(head))
    _unpadded(tail)
    known = {one["kid"]: one for one in keys["keys"]}
    if kid not in known:
        raise CannotVerify("the key is not known here")
    try:
        jws.deserialize_compact(signature, ECKey.import_key(known[kid]), registry=_registry, payload=canonical)
    except (JoseError, ValueError):
        raise NotOurs("the signature does not fit") from None
    return Verified(seal, kid)


class KeyFile:
    """A private key in a file that only this account may read, made at the first signature; `*.public.json` beside it are its forerunners."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "prescriptions.json"

    def sign(self, canonical: bytes, seal: Seal) -> Signature:
        key = self._key() or self._make()
        kid = key.thumbprint()
        whole = jws.serialize_compact(_header(seal, kid), canonical, key, registry=_registry)
        head, _, tail = whole.split(".")
        return Signature(f"{head}..{tail}", kid)

    def public_keys(self) -> dict[str, Any]:
        key = self._key()
        return {"keys": [*([_public(key)] if key else []), *self._retired()]}

    def verify(self, canonical: bytes, signature: str) -> Verified:
        return verify_with(self.public_keys(), canonical, signature)

    def _key(self) -> ECKey | None:
        try:
            return ECKey.import_key(json.loads(self._path.read_text()))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, JoseError) as error:
            raise CannotVerify(f"the key file cannot be read: {type(error).__name__}") from None

    def _retired(self) -> list[dict[str, Any]]:
        try:
            return [
                _public(ECKey.import_key(json.loads(file.read_text()))) for file in sorted(self._folder.glob("*.public.json"))
            ]
        except (OSError, ValueError, JoseError) as error:
            raise CannotVerify(f"a key file cannot be read: {type(error).__name__}") from None

    def _make(self) -> ECKey:
        """Whole file or no file, and one winner: it is written aside, synced, and given its name by a link, which fails where one exists."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = ECKey.generate_key("P-256")
        aside = self._folder / f".{secrets.token_hex(8)}"
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            json.dump(key.as_dict(private=True), file)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, self._path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
        winner = self._key()
        if winner is None:
            raise CannotVerify("the key file vanished")
        return winner


def _public(key: ECKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "alg": ALGORITHM, "use": "sig"}
