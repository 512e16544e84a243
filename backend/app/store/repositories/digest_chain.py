"""The chain of digests: each revision's own covers all that is stored of it, and the digest of the one before."""

import hashlib
import json

from app.domain.revision import Revision
from app.store.repositories.columns import microseconds

FIRST = "0" * 64
"""What stands for the digest before the first revision of an environment."""


def digest_of(revision: Revision, body_sha256: bytes, previous: str) -> str:
    """Return SHA-256 over all that is stored of a revision and never changes, and over the digest before it."""
    told = [
        previous,
        revision.place.app,
        revision.place.environment,
        revision.number,
        revision.names,
        revision.author.issuer,
        revision.author.subject,
        revision.message,
        microseconds(revision.made_at),
        revision.schema,
        revision.unchecked,
        revision.copied_from,
        body_sha256.hex(),
    ]
    if revision.bases or revision.is_base:
        told += [list(map(str, revision.bases)), sorted(revision.origins.items()), revision.is_base]
    return hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()
