"""The signature of a webhook, as Standard Webhooks has it: https://www.standardwebhooks.com (symmetric, `v1`)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
_BYTES = 32
"""Of a key; the specification wants from 24 to 64."""


def new_secret() -> str:
    """Return a secret that nobody has."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def sign(webhook_secrets: Iterable[str], message_id: str, timestamp: int, body: bytes) -> str:
    """Return what goes into `webhook-signature`: a signature by each secret.

    Args:
        webhook_secrets: `whsec_` and the key in base64, each.
        message_id: What goes into `webhook-id`.
        timestamp: Seconds since 1970, which go into `webhook-timestamp`.
        body: The bytes that are sent.
    """
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    return " ".join(f"v1,{_mac(each, signed)}" for each in webhook_secrets)


def _mac(webhook_secret: str, signed: bytes) -> str:
    key = base64.b64decode(webhook_secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
