"""A passkey in software: makes and answers challenges as a security key does, and as one that lies in a chosen place does."""

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestedCredentialData, AuthenticatorData

FLAG = AuthenticatorData.FLAG
PRESENT, VERIFIED, ATTESTED = FLAG.UP, FLAG.UV, FLAG.AT


@dataclass
class Passkey:
    """`origin` and `rp` are what it believes to stand before; a thief's page changes them."""

    rp: str
    origin: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: os.urandom(32))
    count: int = 0

    def _client_data(self, kind: str, challenge: str, origin: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()

    def _data(self, flags: int, credential: bytes = b"", rp: str = "") -> bytes:
        self.count += 1
        rp_hash = hashlib.sha256((rp or self.rp).encode()).digest()
        return bytes(AuthenticatorData.create(rp_hash, FLAG(flags), self.count, credential))

    def registers(self, options: dict[str, Any]) -> dict[str, Any]:
        public = ES256.from_cryptography_key(self.key.public_key())
        credential = AttestedCredentialData.create(Aaguid.NONE, self.id, public)
        data = self._data(PRESENT | VERIFIED | ATTESTED, credential)
        said = self._client_data("webauthn.create", options["publicKey"]["challenge"], self.origin)
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        return {
            **self._outer(),
            "clientExtensionResults": {"credProps": {"rk": True}},
            "response": {"clientDataJSON": websafe_encode(said), "attestationObject": websafe_encode(attestation)},
        }

    def answers(self, options: dict[str, Any], user: str, **lie: Any) -> dict[str, Any]:
        """`lie`: origin, challenge, rp, flags, kind, key, id, signature; whatever is not named is honest."""
        said = self._client_data(
            lie.get("kind", "webauthn.get"),
            lie.get("challenge", options["publicKey"]["challenge"]),
            lie.get("origin", self.origin),
        )
        data = self._data(lie.get("flags", PRESENT | VERIFIED), rp=lie.get("rp", ""))
        signed = data + hashlib.sha256(said).digest()
        signature = lie.get("signature") or lie.get("key", self.key).sign(signed, ec.ECDSA(hashes.SHA256()))
        return {
            **self._outer(lie.get("id")),
            "response": {
                "clientDataJSON": websafe_encode(said),
                "authenticatorData": websafe_encode(data),
                "signature": websafe_encode(signature),
                "userHandle": websafe_encode(user.encode()),
            },
        }

    def _outer(self, other: bytes | None = None) -> dict[str, Any]:
        name = websafe_encode(other or self.id)
        return {"id": name, "rawId": name, "type": "public-key", "clientExtensionResults": {}}


def other_challenge(options: dict[str, Any]) -> str:
    return websafe_encode(bytes(reversed(websafe_decode(options["publicKey"]["challenge"]))))
