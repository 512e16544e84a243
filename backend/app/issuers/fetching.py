"""What issuers publish as JSON, fetched by URL and cached for a while."""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

import urllib3

from app.domain.errors import InvalidError, UnavailableError
from setpoint.client.login import is_this_machine

TIMEOUT = urllib3.Timeout(connect=3, read=3)
"""In seconds; somebody is waiting for the answer."""

LARGEST = 262_144
"""The most bytes of an answer that are read."""

FRESH_FOR = 600.0
"""For how many seconds a fetched document is used."""

ASKED_AGAIN_AFTER = 30.0
"""Seconds before it is fetched again because it is not enough."""

_TRIED_AGAIN_AFTER = 5.0
"""Seconds before a failed fetch is repeated: without anything valid, nobody can cause more requests."""

T = TypeVar("T")


def is_safe_url(url: str) -> bool:
    """Return whether nobody else can read what is sent to `url`: `https`, or `http` on this machine."""
    try:
        parts = urlsplit(url)
        host, is_open = parts.hostname or "", parts.scheme == "http"
        usable = parts.scheme == "https" or (is_open and is_this_machine(host))
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    return bool(usable and host and plain and "@" not in parts.netloc)


def asked(what: str, method: str, url: str, **more: Any) -> tuple[int, bytes]:
    """Return the status and the content of an answer; a redirect is an answer, and is not followed.

    Args:
        what: What is fetched, for people.
        method: The HTTP method.
        url: The URL.
        more: Other arguments of `urllib3`.

    Raises:
        UnavailableError: There is no answer in time, or it is too large.
    """
    try:
        with urllib3.PoolManager(timeout=TIMEOUT, retries=False) as pool:
            answer = pool.request(method, url, redirect=False, preload_content=False, **more)
            content = answer.read(LARGEST + 1)
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        raise _unavailable(what) from None
    if len(content) > LARGEST:
        message = f"{what} can't be fetched: the answer is too large"
        raise UnavailableError(message)
    return answer.status, content


def _unavailable(what: str) -> UnavailableError:
    return UnavailableError(f"{what} can't be fetched at the moment")


@dataclass(slots=True)
class Fetched(Generic[T]):
    """Documents by URL; redirects are not followed.

    Attributes:
        what: What they are, for people: `the keys of the issuer`.
        read: Returns what a document says; raises InvalidError if it is not one.
        kind: What a document is, for people: `set of public keys`.
        clock: Seconds on a monotonic clock.
    """

    what: str
    read: Callable[[bytes], T]
    kind: str
    clock: Callable[[], float] = monotonic
    _found: dict[str, tuple[float, T]] = field(default_factory=dict)
    _failed: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, url: str, *, renew: bool = False) -> T:
        """Return the document at `url`; an old one if it can't be fetched.

        Args:
            url: Where the issuer publishes it.
            renew: Whether the cached one is not enough.

        Raises:
            UnavailableError: It can't be fetched, and none is cached.
        """
        with self._lock:
            fetched_at, known = self._found.get(url, (0.0, None))
            failed_at = self._failed.get(url)
        enough_for = ASKED_AGAIN_AFTER if renew else FRESH_FOR
        now = self.clock()
        if known is not None and now - fetched_at < enough_for:
            return known
        if known is None and failed_at is not None and now - failed_at < _TRIED_AGAIN_AFTER:
            raise _unavailable(self.what)
        try:
            document = self._fetched(url)
        except UnavailableError:
            with self._lock:
                self._failed[url] = now
            if known is None:
                raise
            document = known
        with self._lock:
            self._found[url] = (now, document)
        return document

    def _fetched(self, url: str) -> T:
        status, content = asked(self.what, "GET", url)
        if status != 200:  # noqa: PLR2004 - the one status that has a document
            message = f"{self.what} can't be fetched: the answer has status {status}"
            raise UnavailableError(message)
        try:
            return self.read(content)
        except InvalidError:
            message = f"{self.what} can't be fetched: the answer is not a {self.kind}"
            raise UnavailableError(message) from None
