"""A small OpenID Connect provider on this machine: real HTTP, real keys, and a knob for each thing that a bad one may do."""

import base64
import hashlib
import hmac
import json
import secrets
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from serein.interfaces.oidc.providers import Provider, providers_from

CLIENT, SECRET, ACR = "serein", "between:us two", "urn:test:high"
SIGNING, OTHER = (
    RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}),
    ECKey.generate_key("P-256", {"kid": "two", "use": "sig"}),
)
PERSON = {"sub": "4711", "given_name": "Maria", "family_name": "Alvarez", "birthdate": "1984-05-05"}


@dataclass
class Knobs:
    """How this provider answers. `claims` go over the token's own; None takes one away. `endpoints` go over the discovery document's."""

    claims: dict[str, Any] = field(default_factory=dict)
    endpoints: dict[str, Any] = field(default_factory=dict)
    person: dict[str, Any] = field(default_factory=lambda: dict(PERSON))
    key: Any = field(default_factory=lambda: SIGNING)
    algorithm: str = "RS256"
    token: str = ""  # sent instead of a token of its own
    userinfo: dict[str, Any] | None = None
    padding: int = 0  # bytes more in the set of keys
    keys: list[dict[str, Any]] | None = None
    status: dict[str, int] = field(default_factory=dict)
    redirect: dict[str, str] = field(default_factory=dict)
    slow: float = 0.0


@dataclass
class Asked:
    """What was asked of the provider by one visit of its page."""

    params: dict[str, str]
    used: bool = False


class Running:
    """The provider, while it runs. `allow` is what a person does there: they show themselves, and are led back."""

    def __init__(self, port: int) -> None:
        self.issuer, self.knobs, self.codes, self.hits = f"http://localhost:{port}", Knobs(), dict[str, Asked](), list[str]()

    def provider(self, **more: Any) -> Provider:
        entry = {
            "title": "Test ID",
            "issuer": self.issuer,
            "client_id": CLIENT,
            "accepted": {ACR: "identity card and face checked"},
            **more,
        }
        (one,) = providers_from(json.dumps({"test-id": entry}), {"test-id": SECRET}, plain=True)
        return one

    def allow(self, address: str, **more: str) -> dict[str, str]:
        params = dict(parse_qsl(urlsplit(address).query, strict_parsing=True))
        code = secrets.token_urlsafe(16)
        self.codes[code] = Asked(params)
        return {"code": code, "state": params["state"], **more}

    def back(self, address: str, **more: str) -> str:
        """Where the browser is led, as the provider answers."""
        params = dict(parse_qsl(urlsplit(address).query))
        return f"{params['redirect_uri']}?{urlencode(self.allow(address, **more))}"

    def discovery(self) -> dict[str, Any]:
        paths = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "jwks_uri": "/keys",
            "userinfo_endpoint": "/userinfo",
        }
        own = {name: self.issuer + path for name, path in paths.items()}
        return {"issuer": self.issuer, **own, "code_challenge_methods_supported": ["S256"], **self.knobs.endpoints}

    def keys(self) -> dict[str, Any]:
        own = [k.as_dict(private=False) for k in (SIGNING, OTHER)]
        padding = {"padding": "x" * self.knobs.padding} if self.knobs.padding else {}
        return {"keys": own if self.knobs.keys is None else self.knobs.keys, **padding}

    def exchanged(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """RFC 6749 and 7636 as a provider must hold them: code once, same redirect address, verifier, and the client's own secret."""
        asked = self.codes.get(form.get("code", ""))
        pair = f"{form.get('client_id')}:{quote(form.get('client_secret', ''))}"
        if authorization.startswith("Basic "):
            pair = base64.b64decode(authorization.removeprefix("Basic ")).decode().replace("+", "%20")
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        )
        if not hmac.compare_digest(pair, f"{CLIENT}:{quote(SECRET)}"):
            return 401, {"error": "invalid_client"}
        own = (form.get("redirect_uri"), challenge)
        if asked is None or asked.used or (asked.params["redirect_uri"], asked.params["code_challenge"]) != own:
            return 400, {"error": "invalid_grant"}
        asked.used = True
        return 200, {
            "access_token": "opaque",
            "token_type": "Bearer",
            "id_token": self.knobs.token or self.token(asked.params["nonce"]),
        }

    def token(self, nonce: str) -> str:
        now = int(time.time())
        own = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "auth_time": now, "nonce": nonce, "acr": ACR}
        claims = {k: v for k, v in {**own, **self.knobs.person, **self.knobs.claims}.items() if v is not None}
        header = {
            "alg": self.knobs.algorithm,
            **({"kid": self.knobs.key.kid} if self.knobs.key is not None and self.knobs.key.kid else {}),
        }
        key = self.knobs.key or OctKey.import_key("unused")
        return jwt.encode(header, claims, key, algorithms=[self.knobs.algorithm])


def _handler(running: Running) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None: ...

        def do_GET(self) -> None:
            if self.path.startswith("/authorize?"):
                running.knobs.redirect["/authorize"] = running.back(running.issuer + self.path)
            answers = {"/.well-known/openid-configuration": running.discovery, "/keys": running.keys, "/userinfo": self._person}
            made = answers.get(urlsplit(self.path).path)
            self._answer(200 if made else 404, made() if made else {})
            running.knobs.redirect.pop("/authorize", None)

        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self._answer(*running.exchanged(form, self.headers.get("Authorization", "")))

        def _person(self) -> dict[str, Any]:
            assert self.headers["Authorization"] == "Bearer opaque"
            return running.knobs.person if running.knobs.userinfo is None else running.knobs.userinfo

        def _answer(self, status: int, told: dict[str, Any]) -> None:
            path = urlsplit(self.path).path
            running.hits.append(path)
            if path in running.knobs.redirect:
                self.send_response(302)
                self.send_header("Location", running.knobs.redirect[path])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            body = json.dumps(told).encode()
            self.send_response(running.knobs.status.get(path, status))
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if running.knobs.slow:  # a byte now and then, so that no single read times out
                for byte in body[:40]:
                    time.sleep(running.knobs.slow)
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                return
            self.wfile.write(body)

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Whoever asked has hung up; that is what the tests are about."""


@contextmanager
def running_provider(certificate: Path | None = None) -> Iterator[Running]:
    """`certificate`: a PEM file with key and certificate, for one that speaks TLS."""
    server = _Server(("127.0.0.1", 0), BaseHTTPRequestHandler)
    running = Running(server.server_port)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        running.issuer = running.issuer.replace("http:", "https:")
    server.RequestHandlerClass = _handler(running)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
