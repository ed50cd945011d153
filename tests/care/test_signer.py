"""A signature belongs to these bytes, this code, this prescription, this instant, and to no other spelling of itself."""

import base64
import hashlib
import json
import stat
import threading
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OctKey

from serein.care.prescribing.payload import build
from serein.care.prescribing.signer import CannotVerify, KeyFile, NotOurs, Seal, Verified, verify_with

from .contents import plain_content

SEAL = Seal(UUID(int=7), hashlib.sha256(b"7Q4MK2PD9XWA").hexdigest(), datetime(2026, 11, 22, 22, 5, tzinfo=UTC))
BYTES = build(plain_content()).canonical
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    return KeyFile(tmp_path_factory.mktemp("state") / "keys")


@pytest.fixture(scope="module")
def signed(keys):
    return keys.sign(BYTES, SEAL).jws


def accepted(keys, canonical, signature):
    try:
        return keys.verify(canonical, signature)
    except (NotOurs, CannotVerify):
        return None


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_signature_verifies_and_gives_back_its_seal(keys, signed):
    assert keys.verify(BYTES, signed) == Verified(SEAL, keys.public_keys()["keys"][0]["kid"])


def test_somebody_with_only_the_public_key_and_no_jose_library_can_verify_it(keys, signed):
    head, _, tail = signed.split(".")
    jwk = keys.public_keys()["keys"][0]
    number = [int.from_bytes(unb64(jwk[name])) for name in "xy"]
    public = ec.EllipticCurvePublicNumbers(*number, ec.SECP256R1()).public_key()
    raw = unb64(tail)
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public.verify(der, f"{head}.{b64(BYTES)}".encode(), ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        public.verify(der, f"{head}.{b64(BYTES + b' ')}".encode(), ec.ECDSA(SHA256()))


def test_no_single_bit_of_the_content_can_be_flipped(keys, signed):
    jwks = keys.public_keys()
    for place in range(len(BYTES)):
        for bit in range(8):
            mutant = bytearray(BYTES)
            mutant[place] ^= 1 << bit
            with pytest.raises(NotOurs):
                verify_with(jwks, bytes(mutant), signed)


def test_no_single_character_of_the_signature_can_be_exchanged(keys, signed):
    """Every other letter of the alphabet at the tail (also the last, whose loose bits base64 readers ignore), six at the head."""
    jwks = keys.public_keys()
    head = signed.index(".")
    for place, letter in enumerate(signed):
        for other in LETTERS[:: 1 if place > len(signed) - 8 else 11] + ".= \n":
            if other != letter and not (letter == "." and place == head and other == "="):
                mutant = signed[:place] + other + signed[place + 1 :]
                with pytest.raises((NotOurs, CannotVerify)):
                    verify_with(jwks, BYTES, mutant)


@given(st.data())
def test_no_truncation_insertion_or_swap_is_accepted(keys, signed, data):
    text = data.draw(st.sampled_from([signed, signed + signed, signed[::-1], signed.upper()]))
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    mutant = text[:start] + data.draw(st.text(max_size=5)) + text[end:]
    assert mutant == signed or accepted(keys, BYTES, mutant) is None


def resigned(key, header, payload=BYTES):
    """A detached signature with any header at all, also those that a library refuses to write."""
    head = b64(json.dumps(header, separators=(",", ":")).encode())
    signature = jws.JWSRegistry.algorithms[header["alg"]].sign(f"{head}.{b64(payload)}".encode(), key)
    return f"{head}..{b64(signature)}"


def attached(key, header, payload):
    return resigned(key, header, payload).replace("..", f".{b64(payload)}.")


def test_the_forger_would_be_believed_with_our_key_and_our_header(keys, signed):
    private = ECKey.import_key(json.loads((keys._folder / "prescriptions.json").read_text()))
    assert accepted(keys, BYTES, resigned(private, json.loads(unb64(signed.split(".")[0]))))


@pytest.fixture(scope="module")
def forgeries(keys, signed):
    head, _, tail = signed.split(".")
    header = json.loads(unb64(head))
    private = ECKey.import_key(json.loads((keys._folder / "prescriptions.json").read_text()))
    stranger = ECKey.generate_key("P-256")
    public_as_secret = OctKey.import_key(json.dumps(keys.public_keys()["keys"][0]))

    def other(**changes):
        return {**header, **changes}

    spaced = b64(json.dumps(header).encode())
    return {
        "alg none": f"{b64(json.dumps(other(alg='none')).encode())}..",
        "alg none, old signature": f"{b64(json.dumps(other(alg='none')).encode())}..{tail}",
        "HS256 with the public key as secret": resigned(public_as_secret, other(alg="HS256")),
        "a stranger's key under our kid": resigned(stranger, header),
        "a stranger's key under its own kid": resigned(stranger, other(kid=stranger.thumbprint())),
        "kid as a path": resigned(stranger, other(kid="../../etc/passwd")),
        "kid missing": resigned(private, {k: v for k, v in header.items() if k != "kid"}),
        "key in the header": resigned(stranger, other(jwk=stranger.as_dict(private=False))),
        "jku": resigned(private, other(jku="https://evil.test/jwks")),
        "critical extension": resigned(private, other(crit=["exp"], exp=1)),
        "another type": resigned(private, other(typ="JWT")),
        "no seal": resigned(private, {"alg": "ES256", "kid": header["kid"]}),
        "seal of another kind": resigned(private, other(iat="now")),
        "instant out of range": resigned(private, other(iat=10**30)),
        "code not text": resigned(private, other(code=["x"])),
        "prescription not an id": resigned(private, other(rx="x")),
        "attached": attached(private, header, BYTES),
        "attached to another": attached(private, header, BYTES + b" "),
        "header spelt otherwise": f"{spaced}..{tail}",
        "header twice": f"{head}.{head}.{tail}",
        "padding": f"{head}..{tail}==",
        "empty": "",
        "dots": "..",
        "very long": f"{head}..{tail}" + "A" * 10_000,
        "zero signature": f"{head}..{b64(bytes(64))}",
        "DER instead of raw": f"{head}..{b64(encode_dss_signature(int.from_bytes(unb64(tail)[:32]), int.from_bytes(unb64(tail)[32:])))}",
        "not ASCII": signed.replace("e", "é"),
        "deep header": f"{b64(b'[' * 700)}..{tail}",
    }


def test_no_forgery_of_the_known_kinds_is_accepted(keys, forgeries):
    assert [name for name, text in forgeries.items() if accepted(keys, BYTES, text) is not None] == []


def test_another_seal_is_another_signature(keys, signed):
    tail = signed.split(".")[2]
    for other in (replace(SEAL, prescription_id=UUID(int=8)), replace(SEAL, code_digest="0" * 64)):
        forged = keys.sign(BYTES, other).jws
        assert keys.verify(BYTES, forged).seal == other
        assert accepted(keys, BYTES, f"{forged.split('.')[0]}..{tail}") is None


def test_a_key_that_was_replaced_still_verifies_and_signs_no_more(tmp_path):
    keys = KeyFile(tmp_path)
    old = keys.sign(BYTES, SEAL)
    public = keys.public_keys()["keys"][0]
    (tmp_path / f"{old.key_id}.public.json").write_text(json.dumps(public))
    (tmp_path / "prescriptions.json").unlink()
    new = keys.sign(BYTES, SEAL)
    assert new.key_id != old.key_id
    assert keys.verify(BYTES, old.jws).key_id == old.key_id and keys.verify(BYTES, new.jws).key_id == new.key_id
    (tmp_path / f"{old.key_id}.public.json").unlink()
    with pytest.raises(CannotVerify):
        keys.verify(BYTES, old.jws)


def test_the_key_set_never_holds_the_private_key(keys, signed):
    for one in keys.public_keys()["keys"]:
        assert "d" not in one and one["kid"] == ECKey.import_key(one).thumbprint()


def test_looking_makes_no_key(tmp_path):
    keys = KeyFile(tmp_path / "keys")
    assert keys.public_keys() == {"keys": []}
    with pytest.raises(CannotVerify):
        keys.verify(BYTES, KeyFile(tmp_path / "other").sign(BYTES, SEAL).jws)
    assert not (tmp_path / "keys").exists()


def test_sixteen_first_signatures_at_once_make_one_key_that_only_we_can_read(tmp_path):
    gate, found = threading.Barrier(16), []

    def sign():
        gate.wait()
        found.append(KeyFile(tmp_path / "keys").sign(BYTES, SEAL).key_id)

    threads = [threading.Thread(target=sign) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16 and len(set(found)) == 1
    folder = tmp_path / "keys"
    assert [file.name for file in folder.iterdir()] == ["prescriptions.json"]
    assert stat.S_IMODE((folder / "prescriptions.json").stat().st_mode) == 0o600 and stat.S_IMODE(folder.stat().st_mode) == 0o700
