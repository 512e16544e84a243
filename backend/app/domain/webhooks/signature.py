"""The signature of a webhook, as in Standard Webhooks: https://www.standardwebhooks.com (symmetric, `v1`)."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)
"""How far the sender's clock may be off, and how long a request may take to arrive."""

_BYTES = 32
"""The length of a key; the specification requires 24 to 64."""

_MOST_SIGNATURES = 16
_MESSAGE_ID = re.compile(r"[!-\-/-~]{1,256}")
"""Without a full stop, which is what ends it in the signed text."""

_TIMESTAMP = re.compile(r"[0-9]{1,11}")


@dataclass(frozen=True, slots=True)
class Signed:
    """What the headers of a request say about its body.

    Attributes:
        message_id: `webhook-id`.
        timestamp: `webhook-timestamp`.
        signatures: `webhook-signature`: one or more, separated by spaces.
    """

    message_id: str
    timestamp: str
    signatures: str

    def holds(self, webhook_secrets: Iterable[str], body: bytes, now: datetime) -> bool:
        """Return whether one of the secrets signed `body` shortly before `now`."""
        if not (_MESSAGE_ID.fullmatch(self.message_id) and _TIMESTAMP.fullmatch(self.timestamp)):
            return False
        timestamp = int(self.timestamp)
        expected = sign(webhook_secrets, self.message_id, timestamp, body).encode().split()
        shown = self.signatures.encode().split()[:_MOST_SIGNATURES]
        is_signed = any(hmac.compare_digest(one, other) for one in expected for other in shown)
        return is_signed and abs(now.timestamp() - timestamp) <= TOLERANCE.total_seconds()


def new_secret() -> str:
    """Return a new secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def sign(webhook_secrets: Iterable[str], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the content of `webhook-signature`: a signature by each secret.

    Args:
        webhook_secrets: The secrets, each `whsec_` followed by the key in base64.
        message_id: The content of `webhook-id`.
        timestamp: The content of `webhook-timestamp`: seconds since 1970.
        body: The bytes that are sent.
    """
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    return " ".join(f"v1,{_mac(each, signed)}" for each in webhook_secrets)


def _mac(webhook_secret: str, signed: bytes) -> str:
    key = base64.b64decode(webhook_secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
