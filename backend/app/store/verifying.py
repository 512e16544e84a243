"""Checks that everything that is stored is as it was written."""

from collections.abc import Iterator

import sqlalchemy as sa

from app.domain.errors import DamagedError
from app.domain.place import Place
from app.store.repositories.digest_chain import FIRST
from app.store.repositories.proposal_tables import proposals
from app.store.repositories.tables import counter, events, revisions
from app.store.transaction import SqlTransaction
from observability.known_secrets import secrets_of_its_own

_CHAIN = sa.select(
    revisions.c.app, revisions.c.environment, revisions.c.number, revisions.c.previous, revisions.c.digest
).order_by(revisions.c.app, revisions.c.environment, revisions.c.number)


_PROPOSALS = sa.select(proposals.c.app, proposals.c.environment, proposals.c.number)


def faults(found: SqlTransaction) -> Iterator[str]:
    """Yield a sentence for each revision, proposal, schema or event that is missing or is not what was written.

    Args:
        found: One consistent view of everything.
    """
    yield from _links(found.connection)
    yield from _contents(found)
    yield from _order(found.connection)


def _links(connection: sa.Connection) -> Iterator[str]:
    """Check that each revision follows from the one before it, from the first on."""
    place, number, digest = None, 0, FIRST
    for row in connection.execute(_CHAIN):
        here = Place(row.app, row.environment)
        if here != place:
            place, number, digest = here, 0, FIRST
        if row.number != number + 1:
            yield f"`{here}` has a revision {row.number} after revision {number}"
        elif row.previous != digest:
            yield f"`{here}@{row.number}` does not follow from the revision before it"
        number, digest = row.number, row.digest


def _contents(found: SqlTransaction) -> Iterator[str]:
    for row in found.connection.execute(_CHAIN).all():
        try:
            revision = found.revisions.numbered(Place(row.app, row.environment), row.number)
            if revision is not None and revision.destroyed is None:
                with secrets_of_its_own():
                    found.revisions.variables(revision)
        except DamagedError as error:
            yield str(error)
    yield from _proposals(found)
    for app in found.revisions.apps():
        try:
            found.schemas.all_of(app)
        except DamagedError as error:
            yield str(error)


def _proposals(found: SqlTransaction) -> Iterator[str]:
    for row in found.connection.execute(_PROPOSALS).all():
        try:
            proposal = found.proposals.numbered(Place(row.app, row.environment), row.number)
            if proposal is not None and proposal.ending is None:
                with secrets_of_its_own():
                    found.proposals.variables(proposal)
        except DamagedError as error:
            yield str(error)


def _order(connection: sa.Connection) -> Iterator[str]:
    newest = connection.scalar(sa.select(sa.func.max(events.c.sequence)))
    position = connection.scalar(sa.select(counter.c.sequence))
    if newest is not None and newest != position:
        yield f"the newest event is {newest}, and the counter is at {position}"
