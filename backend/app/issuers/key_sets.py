"""The public keys of issuers: given as text, or fetched and kept for a while (RFC 7517)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from urllib.parse import urlsplit

import urllib3
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.domain.errors import InvalidError, UnavailableError
from app.domain.validation import Problem
from setpoint.client.login import is_this_machine

_LARGEST = 262_144
_NOT_NOW = "the keys of the issuer can't be fetched now"
_TIMEOUT = urllib3.Timeout(connect=3, read=3)
_TRIED_AGAIN_AFTER = 5.0
"""Seconds before keys are asked for again that could not be fetched: who has no valid token causes no more requests."""

FRESH_FOR = 600.0
"""Seconds for which fetched keys are used."""

ASKED_AGAIN_AFTER = 30.0
"""Seconds before keys are fetched anew because a token names one that is not among them."""


def read_key_set(text: str | bytes) -> KeySet:
    """Return the keys that `text` has.

    Raises:
        InvalidError: It is no set of public keys.
    """
    try:
        published = json.loads(text)
        if all(each.get("kty") != "oct" and "d" not in each for each in published["keys"]):
            return KeySet.import_key_set(published)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    message = (
        'these are no public keys: a JSON Web Key Set is `{"keys": […]}` (RFC 7517), without a private or shared one'
    )
    raise InvalidError((Problem("key_set", "not-a-key-set", message),))


def url_problems(url: str) -> tuple[Problem, ...]:
    """Return why keys can't be fetched from `url`; only on this machine may others not read along."""
    try:
        parts = urlsplit(url)
        host, is_open = parts.hostname or "", parts.scheme == "http"
        usable = parts.scheme == "https" or (is_open and is_this_machine(host))
    except ValueError:
        host, usable = "", False
    if usable and host and "@" not in parts.netloc and url.isascii() and url.isprintable() and " " not in url:
        return ()
    message = "keys are fetched from `https://HOST/PATH`, without a user or a password"
    return (Problem("key_set_url", "not-a-url", message),)


@dataclass(slots=True)
class FetchedKeySets:
    """Keys by the URL that they come from.

    Attributes:
        clock: Seconds on a clock that never jumps.
    """

    clock: Callable[[], float] = monotonic
    _found: dict[str, tuple[float, KeySet]] = field(default_factory=dict)
    _failed: dict[str, float] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def get(self, url: str, *, renew: bool = False) -> KeySet:
        """Return the keys at `url`; old ones where they can't be fetched.

        Args:
            url: Where the issuer publishes them.
            renew: Whether the ones that are known are not enough.

        Raises:
            UnavailableError: They can't be fetched, and none are known.
        """
        with self._lock:
            fetched_at, known = self._found.get(url, (0.0, None))
            failed_at = self._failed.get(url)
        enough_for = ASKED_AGAIN_AFTER if renew else FRESH_FOR
        now = self.clock()
        if known is not None and now - fetched_at < enough_for:
            return known
        if known is None and failed_at is not None and now - failed_at < _TRIED_AGAIN_AFTER:
            raise UnavailableError(_NOT_NOW)
        try:
            keys = _fetched(url)
        except UnavailableError:
            with self._lock:
                self._failed[url] = now
            if known is None:
                raise
            keys = known
        with self._lock:
            self._found[url] = (now, keys)
        return keys


def _fetched(url: str) -> KeySet:
    try:
        with urllib3.PoolManager(timeout=_TIMEOUT, retries=False) as pool:
            answer = pool.request("GET", url, redirect=False, preload_content=False)
            content = answer.read(_LARGEST + 1)
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        raise UnavailableError(_NOT_NOW) from None
    if answer.status != 200 or len(content) > _LARGEST:  # noqa: PLR2004 - the one status that has keys
        message = f"the keys of the issuer can't be fetched: its answer has status {answer.status}"
        raise UnavailableError(message)
    try:
        return read_key_set(content)
    except InvalidError:
        message = "the keys of the issuer can't be fetched: what it answers is no set of public keys"
        raise UnavailableError(message) from None
