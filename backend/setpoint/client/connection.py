"""HTTP to the service: one request, one answer, and a clear message for whatever goes wrong between them."""

import json
import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from time import monotonic
from urllib.parse import quote, unquote, urlencode, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import (
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    SSLError,
)
from urllib3.exceptions import (
    TimeoutError as LateError,
)

from setpoint._version import __version__
from setpoint.client.answer import Answer
from setpoint.client.login import TOKEN_VARIABLE, Login, is_this_machine
from setpoint.errors import UnableError
from setpoint.text.escape import printable

Query = Mapping[str, str | int | bool | None]

LARGEST_ANSWER = 64 << 20
"""In bytes; ten times the longest answer that the service gives."""

_CHUNK = 65_536
_THREADS = 2
"""How many connections a process has to the service: one receives events, one does everything else."""

_LONGEST = 120.0
"""In seconds; how long an answer that trickles in may take."""

_TIMEOUT = urllib3.Timeout(connect=5, read=60)
# A connection that could not be made was never used, so trying again repeats nothing.
_RETRIES = urllib3.Retry(
    connect=2, read=0, redirect=0, status=0, other=0, backoff_factor=0.2, respect_retry_after_header=False
)


class Connection:
    """A connection to one service, with the token of one principal."""

    def __init__(self, login: Login) -> None:
        self._url = login.url
        self._other_token = (
            f"put another one into `{TOKEN_VARIABLE}`"
            if login.is_from_environment
            else "`setpoint login URL` stores another one"
        )
        self._headers = {"Authorization": f"Bearer {login.token}", "User-Agent": f"setpoint/{__version__}"}
        self._pool = _pool(login.url)
        self._open_stream: urllib3.BaseHTTPResponse | None = None

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request and return the answer, which reports success.

        Args:
            method: `GET`, `PUT`, ….
            path: The path under the address of the service, from `/v1` on, already quoted.
            query: The query; None values are left out.
            body: What to send.
            headers: Headers in addition to those of every request.

        Raises:
            RefusedError: The service refuses it.
            UnableError: The service can't be reached, does not know the token, or fails.
        """
        response = self._send(method, path, query or {}, body=body, headers=headers or {}, timeout=_TIMEOUT)
        content = self._whole(response)
        response.release_conn()
        answer = self._answer(response, content)
        answer.check()
        return answer

    @contextmanager
    def stream(self, path: str, headers: Mapping[str, str], silence: float) -> Iterator[Iterator[bytes]]:
        """Yield the bytes of an answer as they arrive, until it ends or is silent for `silence` seconds.

        Raises:
            RefusedError: The service refuses it.
            UnableError: The service can't be reached, does not know the token, or fails, or the bytes break off.
        """
        timeout = urllib3.Timeout(connect=5, read=silence)
        self._open_stream = response = self._send("GET", path, {}, headers=headers, timeout=timeout)
        try:
            if response.status != HTTPStatus.OK:
                self._answer(response, response.read(LARGEST_ANSWER)).check()
            yield self._chunks(response)
        except HTTPError as error:
            raise self._unreachable(error) from None
        finally:
            self._open_stream = None
            response.close()

    def hang_up(self) -> None:
        """End the open stream, if there is one, whichever thread is waiting for its bytes."""
        response = self._open_stream
        if response is not None:
            with suppress(OSError, RuntimeError, ValueError):  # it has already ended
                response.shutdown()

    def _answer(self, response: urllib3.BaseHTTPResponse, content: bytes) -> Answer:
        return Answer(self._url, response.status, _lowered(response.headers), content, self._other_token)

    def _whole(self, response: urllib3.BaseHTTPResponse) -> bytes:
        """Return the body of an answer, within a bounded time."""
        content, ends_at = bytearray(), monotonic() + _LONGEST
        for chunk in self._chunks(response):
            content += chunk
            if len(content) > LARGEST_ANSWER:
                response.close()
                limit = f"{LARGEST_ANSWER >> 20} MiB"
                message = f"what answers at `{self._url}` is not Setpoint (it sends more than {limit})"
                raise UnableError(message)
            if monotonic() > ends_at:
                response.close()
                message = f"cannot reach the service at `{self._url}`: its answer does not come to an end"
                raise UnableError(message)
        return bytes(content)

    def _chunks(self, response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
        try:
            while chunk := response.read1(_CHUNK):
                yield chunk
        except HTTPError as error:
            raise self._unreachable(error) from None

    def _send(
        self,
        method: str,
        path: str,
        query: Query,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str],
        timeout: urllib3.Timeout,
    ) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(
                method,
                f"{self._url}{path}{_encoded(query)}",
                body=body,
                headers={**self._headers, **headers},
                redirect=False,
                preload_content=False,
                timeout=timeout,
            )
        except HTTPError as error:
            if self._url.startswith("http:") and _is_cut_off(error):
                raise self._cannot_be_reached(_CUT_OFF) from None
            raise self._unreachable(error) from None

    def _unreachable(self, error: HTTPError) -> UnableError:
        return self._cannot_be_reached(_reason(error))

    def _cannot_be_reached(self, reason: str) -> UnableError:
        return UnableError(f"cannot reach the service at `{self._url}`: {reason}")

    def send_json(
        self,
        method: str,
        path: str,
        content: object,
        *,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send `content` as JSON; otherwise like `call`."""
        body = json.dumps(content).encode()
        return self.call(
            method, path, query=query, body=body, headers={"Content-Type": "application/json", **(headers or {})}
        )


def _pool(url: str) -> urllib3.PoolManager:
    """Return a pool of connections to `url`: direct ones, or through the proxy that the environment names for it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    proxy = None if is_this_machine(host) or proxy_bypass(host) else getproxies().get(parts.scheme)
    if not proxy:
        return urllib3.PoolManager(maxsize=_THREADS, timeout=_TIMEOUT, retries=_RETRIES)
    named = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    credentials = named.netloc.rpartition("@")[0]
    headers = urllib3.make_headers(proxy_basic_auth=unquote(credentials)) if credentials else None
    address = f"{named.scheme}://{named.netloc.rpartition('@')[2]}"
    try:
        return urllib3.ProxyManager(
            address, proxy_headers=headers, maxsize=_THREADS, timeout=_TIMEOUT, retries=_RETRIES
        )
    except (HTTPError, ValueError):
        message = f"the proxy that `{parts.scheme}_proxy` names can't be used; write it as `http://HOST:PORT`"
        raise UnableError(message) from None


def _encoded(query: Query) -> str:
    given = {name: _word(value) for name, value in query.items() if value is not None}
    return f"?{urlencode(given, quote_via=quote)}" if given else ""


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _reason(error: HTTPError) -> str:
    """Return why there is no answer, in words that contain nothing from the request."""
    cause = _cause(error)
    return next((words(cause) for kind, words in _REASONS.items() if isinstance(cause, kind)), _BROKEN)


def _cause(error: HTTPError) -> Exception:
    """Return why it was not tried again."""
    return error.reason if isinstance(error, MaxRetryError) and error.reason else error


def _system_reason(error: HTTPError) -> str:
    return (getattr(error.__cause__, "strerror", None) or "no connection").lower()


def _is_cut_off(error: HTTPError) -> bool:
    """Return whether the connection ended where an answer should begin, as it does where TLS is expected."""
    cause = _cause(error)
    return isinstance(cause, ProtocolError) and isinstance(cause.args[-1], ConnectionResetError)


def _tls_reason(error: HTTPError) -> str:
    system = error.args[0] if error.args else None
    if isinstance(system, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({system.verify_message.rstrip('.')}){_hint_at_authorities()}"
    return "it does not speak TLS; should its address be `http://`?"


def _hint_at_authorities() -> str:
    """Return what is wrong with the file that names other authorities; OpenSSL does not say that it can't read it."""
    path = os.environ.get("SSL_CERT_FILE")
    try:
        ssl.create_default_context(cafile=path)
    except OSError:
        return f"; `SSL_CERT_FILE` names `{printable(str(path))}`, from which no certificate can be read"
    return ""


_CUT_OFF = "it closed the connection instead of answering; should its address be `https://`?"
_BROKEN = "the connection was lost"
_REASONS: Mapping[type[HTTPError], Callable[[HTTPError], str]] = {
    ProxyError: lambda _: "the proxy rejected it",
    NameResolutionError: lambda _: "its host name is not known",
    SSLError: _tls_reason,
    NewConnectionError: _system_reason,
    LateError: lambda _: "it did not answer in time",
    LocationValueError: lambda _: "its address is not usable",
}
