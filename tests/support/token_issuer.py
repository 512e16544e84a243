"""An issuer of JSON Web Tokens with real keys, that publishes them on a port of this machine."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, RSAKey

AUDIENCE = "https://setpoint.example"
NOT_GIVEN = object()


@dataclass
class Issuer:
    """Who makes tokens, as a CI system or a cluster does.

    Attributes:
        name: Its `iss`.
        keys: Its keys, by their id.
        url: Where they are published, where they are.
        answers: What is answered there, by turns; the keys if nothing else is left.
    """

    name: str = "https://ci.example"
    keys: dict[str, Key] = field(
        default_factory=lambda: {"rsa": RSAKey.generate_key(2048, {"kid": "rsa"}), "ec": _ec("ec")}
    )
    url: str = ""
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    asked: int = 0

    @property
    def key_set(self) -> str:
        """What it publishes."""
        return json.dumps(KeySet([*self.keys.values()]).as_dict(private=False))

    def add(self, key_id: str) -> None:
        """Take another key."""
        self.keys[key_id] = _ec(key_id)

    def token(self, now: float, header: Mapping[str, Any] | None = None, key: Key | None = None, **claims: Any) -> str:
        """Return a token that is made at `now`; a claim of `NOT_GIVEN` is left out."""
        head = {"alg": "ES256", "kid": "ec", **(header or {})}
        usual = {"iss": self.name, "sub": "repo:acme/billing:ref:refs/heads/main", "aud": AUDIENCE, "jti": "one"}
        made = {**usual, "iat": int(now), "nbf": int(now), "exp": int(now) + 300, **claims}
        kept = {name: value for name, value in made.items() if value is not NOT_GIVEN}
        head = {name: value for name, value in head.items() if value is not NOT_GIVEN}
        return jwt.encode(head, kept, key or self.keys[str(head.get("kid", "ec"))], algorithms=[str(head["alg"])])


def _ec(key_id: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": key_id})


@contextmanager
def published(issuer: Issuer) -> Iterator[Issuer]:
    """Let `issuer` answer with its keys at a URL."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked += 1
            status, body = issuer.answers.pop(0) if issuer.answers else (200, issuer.key_set.encode())
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        issuer.url = f"http://127.0.0.1:{server.server_port}/keys"
        try:
            yield issuer
        finally:
            server.shutdown()
