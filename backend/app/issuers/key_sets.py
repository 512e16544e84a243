"""The public keys of issuers: given as text, or fetched (RFC 7517)."""

import json
from collections.abc import Callable
from time import monotonic

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.domain.errors import InvalidError
from app.domain.validation import Fault
from app.issuers.fetching import Fetched, is_safe_url


def read_key_set(text: str | bytes) -> KeySet:
    """Return the keys in `text`.

    Raises:
        InvalidError: It is not a set of public keys.
    """
    try:
        published = json.loads(text)
        if all(each.get("kty") != "oct" and "d" not in each for each in published["keys"]):
            return KeySet.import_key_set(published)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        pass
    message = (
        'these are not public keys: a JSON Web Key Set is `{"keys": […]}` (RFC 7517), without a private or shared one'
    )
    raise InvalidError((Fault("key_set", "not-a-key-set", message),))


def url_problems(url: str) -> tuple[Fault, ...]:
    """Return why keys can't be fetched from `url`: others could read along, except on this machine."""
    if is_safe_url(url):
        return ()
    message = "keys are fetched from `https://HOST/PATH`, without a user or a password"
    return (Fault("key_set_url", "not-a-url", message),)


def fetched_key_sets(clock: Callable[[], float] = monotonic) -> Fetched[KeySet]:
    """Return the cache that fetches the keys of issuers."""
    return Fetched("the keys of the issuer", read_key_set, "set of public keys", clock)
