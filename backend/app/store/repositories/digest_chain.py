"""The chain of digests: that of a revision covers everything that is stored of it, and the previous digest.

That of a proposal covers everything that would go into a revision, and the digest of the revision that it is based on.
"""

import hashlib
import json
from collections.abc import Mapping

from app.domain.proposal import Proposal
from app.domain.revision import Revision
from app.store.repositories.columns import microseconds

_AS_JSON = json.JSONEncoder(separators=(",", ":")).encode

FIRST = "0" * 64
"""What takes the place of the digest before the first revision of an environment."""


def digest_of(revision: Revision, body_sha256: bytes, previous: str) -> str:
    """Return SHA-256 over everything that is stored of a revision and never changes, and over the previous digest."""
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
    return hashlib.sha256(_AS_JSON(told).encode()).hexdigest()


def proposal_digest(proposal: Proposal, terms: Mapping[str, object], sealed_sha256: bytes, base: str) -> str:
    """Return SHA-256 over everything that an approval covers; over the sealed values, so that nobody can guess them."""
    told = [
        base,
        proposal.place.app,
        proposal.place.environment,
        proposal.number,
        proposal.base,
        proposal.names,
        proposal.author.issuer,
        proposal.author.subject,
        proposal.message,
        microseconds(proposal.made_at),
        microseconds(proposal.expires_at),
        proposal.schema,
        proposal.unchecked,
        proposal.copied_from,
        list(map(str, proposal.bases)),
        sorted(proposal.origins.items()),
        proposal.is_base,
        terms,
        sealed_sha256.hex(),
    ]
    return hashlib.sha256(json.dumps(told, separators=(",", ":"), sort_keys=True).encode()).hexdigest()
