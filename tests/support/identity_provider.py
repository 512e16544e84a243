"""An identity provider at which people sign in: OpenID Connect with real keys, on a port of this machine."""

import base64
import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc.jwk import Key

from support.token_issuer import Issuer

CLIENT_ID = "setpoint/1+2"
CLIENT_SECRET = "canary: 50 % of + & é"
"""Both have to be encoded before they are sent (RFC 6749, section 2.3.1)."""

REDIRECT = 307


@dataclass
class IdentityProvider:
    """Who knows people, as a company's single sign-on does.

    Attributes:
        keys: The keys of its tokens.
        url: Who it is and where, once it runs.
        person: What its tokens say of whoever signs in next.
        header: How the next tokens are signed, if in another way than usual.
        key: By which other key.
        metadata: What it publishes of itself in another way than usual.
        answer: What it gives browsers in another way than usual; None is left out.
        clock: The time.
        codes: What each code was asked for with; a code is used once.
        token_answer: What its token endpoint answers instead: a status and a body.
    """

    keys: Issuer = field(default_factory=Issuer)
    url: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "u1", "name": "Ada", "groups": ["sre"]})
    header: dict[str, Any] = field(default_factory=dict)
    key: Key | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    answer: dict[str, str | None] = field(default_factory=dict)
    clock: Any = time.time
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    token_answer: tuple[int, bytes] | None = None

    def published(self) -> Mapping[str, Any]:
        """Return what it says of itself (OpenID Connect Discovery 1.0, section 3)."""
        own = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize?tenant=1",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256", "none"],
            "authorization_response_iss_parameter_supported": True,
        }
        return {**own, **self.metadata}

    def sign_in(self, address: str) -> str:
        """Return where a browser is sent after its user has signed in at `address`."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert (asked["tenant"], asked["response_type"], asked["client_id"]) == ("1", "code", CLIENT_ID)
        assert (asked["code_challenge_method"], asked["scope"].split()[0]) == ("S256", "openid")
        code = token_urlsafe(16)
        self.codes[code] = asked
        given = {"code": code, "state": asked["state"], "iss": self.url, **self.answer}
        kept = {name: value for name, value in given.items() if value is not None}
        return f"{asked['redirect_uri']}?{urlencode(kept)}"

    def tokens_for(self, sent: Mapping[str, str], authorization: str) -> tuple[int, Mapping[str, str]]:
        """Return the status and the answer for a code (RFC 6749, section 4.1.3; RFC 7636, section 4.6)."""
        if self._client(sent, authorization) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(sent.get("code", ""), {})
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        fitting = asked.get("code_challenge") == challenge and asked["redirect_uri"] == sent.get("redirect_uri")
        if not fitting or sent.get("grant_type") != "authorization_code":
            return 400, {"error": "invalid_grant", "error_description": "<script>"}
        claims = {"iss": self.url, "aud": CLIENT_ID, "nonce": asked["nonce"], "jti": token_urlsafe(8), **self.person}
        token = self.keys.token(self.clock(), self.header, self.key, **claims)
        return 200, {"access_token": "canary", "token_type": "Bearer", "id_token": token}

    def _client(self, sent: Mapping[str, str], authorization: str) -> tuple[str, str]:
        if not authorization:
            return sent.get("client_id", ""), sent.get("client_secret", "")
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        return unquote_plus(name), unquote_plus(secret)


@contextmanager
def running(provider: IdentityProvider) -> Iterator[IdentityProvider]:
    """Let `provider` answer on a port of this machine."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path == "/authorize":
                self._send(302, b"", provider.sign_in(self.path))
            elif path == "/keys":
                self._send(200, provider.keys.key_set.encode())
            else:
                assert path == "/.well-known/openid-configuration"
                self._send(200, json.dumps(provider.published()).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            authorization = self.headers.get("Authorization", "")
            status, answer = provider.tokens_for(dict(parse_qsl(body)), authorization)
            status, content = provider.token_answer or (status, json.dumps(answer).encode())
            self._send(status, content, "/token" if status == REDIRECT else "")

        def _send(self, status: int, body: bytes, location: str = "") -> None:
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        provider.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield provider
        finally:
            server.shutdown()
