"""Protected environments and proposals in SQL: sealed like revisions, under a digest over everything that is stored."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.domain.errors import DamagedError, DestroyedError
from app.domain.identity import Principal
from app.domain.place import Place
from app.domain.proposal import Approval, Ending, Proposal, ProposalState, Wish
from app.domain.variables import Variables
from app.store.prepared import Prepared
from app.store.rarely_used import RarelyUsed
from app.store.repositories.access_tables import principals
from app.store.repositories.app_keys import SqlKeys
from app.store.repositories.columns import BY_TABLE, LARGEST
from app.store.repositories.digest_chain import FIRST, proposal_digest
from app.store.repositories.principals import SqlPrincipals, as_principal, principal_of
from app.store.repositories.proposal_tables import approvals, proposals, protections, terms_as_json, terms_of_json
from app.store.repositories.tables import revisions
from app.store.sealing import PROPOSAL, SealedBody, Sealer

_ENDER = principals.alias("ender")
_FOUND = (
    sa.select(proposals, principals, _ENDER)
    .join(principals, proposals.c.author_id == principals.c.id)
    .outerjoin(_ENDER, proposals.c.ended_by == _ENDER.c.id)
    .set_label_style(BY_TABLE)
)
_as_ender = principal_of(_ENDER.name)
_APPROVALS = (
    sa.select(approvals, principals)
    .join(principals)
    .order_by(approvals.c.at, approvals.c.principal_id)
    .set_label_style(BY_TABLE)
)
_PROTECTIONS = Prepared(sa.select(protections).order_by(protections.c.app, protections.c.environment))
_OPEN = proposals.c.state == ProposalState.OPEN


class SqlProposals:
    """The port `Proposals` in one transaction."""

    def __init__(
        self, connection: sa.Connection, sealer: Sealer, known: SqlPrincipals, keys: SqlKeys, rarely_used: RarelyUsed
    ) -> None:
        self._connection = connection
        self._rarely_used = rarely_used
        self._sealer = sealer
        self._known = known
        self._keys = keys

    def protections(self) -> Mapping[Place, int]:
        """Return how many approvals a change needs, by protected environment."""
        rows = self._rarely_used.rows(protections, _PROTECTIONS, {})
        return {Place(row.app, row.environment): row.approvals for row in rows}

    def protect(self, place: Place, approvals: int | None) -> None:
        """Store how many approvals a change needs; None for an environment that is not protected."""
        here = sa.and_(protections.c.app == place.app, protections.c.environment == place.environment)
        self._connection.execute(protections.delete().where(here))
        if approvals is not None:
            row = {"app": place.app, "environment": place.environment, "approvals": approvals}
            self._rarely_used.insert(protections, row)

    def numbered(self, place: Place, number: int) -> Proposal | None:
        """Return one proposal; None if there is none with this number."""
        if not 0 < number <= LARGEST:
            return None
        wanted = _FOUND.where(_at(place), proposals.c.number == number)
        return next(iter(self._found(wanted, f"{place}#{number}")), None)

    def of(
        self, place: Place, *, only_open: bool = False, before: int | None = None, limit: int = 100
    ) -> Sequence[Proposal]:
        """Return proposals, newest first, starting below number `before`."""
        statement = _FOUND.where(_at(place)).order_by(proposals.c.number.desc()).limit(limit)
        if only_open:
            statement = statement.where(_OPEN)
        if before is not None:
            statement = statement.where(proposals.c.number < min(before, LARGEST))
        return self._found(statement, f"the proposals of {place}")

    def overdue(self, now: datetime) -> Sequence[Proposal]:
        """Return the open proposals of all environments that have expired."""
        return self._found(_FOUND.where(_OPEN, proposals.c.expires_at <= now), "the proposals")

    def variables(self, proposal: Proposal) -> Variables:
        """Return the values that a revision made from an open proposal would have.

        Raises:
            DestroyedError: It has ended, and its values are gone.
            DamagedError: What is stored is not what was written.
        """
        wanted = sa.select(proposals.c.body, proposals.c.data_key, proposals.c.sealed_sha256).where(_is(proposal))
        row = self._connection.execute(wanted).one()
        if row.body is None or row.data_key is None:
            message = f"the values of the proposal `{proposal}` were removed when it ended"
            raise DestroyedError(message)
        sealed = SealedBody(bytes(row.body), bytes(row.data_key))
        if _sha256(sealed) != bytes(row.sealed_sha256):
            raise _damaged(str(proposal))
        app_key = self._keys.of(proposal.place.app)
        return self._sealer.open(proposal.place, proposal.number, sealed, app_key, PROPOSAL)

    def add(self, wish: Wish, expires_at: datetime) -> Proposal:
        """Store the next proposal of an environment."""
        newest = sa.select(sa.func.max(proposals.c.number)).where(_at(wish.draft.place))
        proposal, row = self._made(wish, (self._connection.scalar(newest) or 0) + 1, expires_at)
        self._connection.execute(proposals.insert(), row)
        return proposal

    def change(self, proposal: Proposal, wish: Wish, expires_at: datetime) -> Proposal:
        """Replace the content of a proposal, under a new digest; the old content is permanently gone."""
        changed, row = self._made(wish, proposal.number, expires_at)
        self._connection.execute(proposals.update().where(_is(proposal)).values(row))
        return replace(changed, approvals=proposal.approvals)

    def approve(self, proposal: Proposal, approval: Approval) -> Proposal:
        """Store an approval, replacing an earlier one of the same principal."""
        here = {"app": proposal.place.app, "environment": proposal.place.environment, "proposal": proposal.number}
        key = {**here, "principal_id": self._known.id_of(approval.principal)}
        before = (approvals.c[name] == value for name, value in key.items())
        self._connection.execute(approvals.delete().where(*before))
        row: dict[str, object] = {**key, "digest": approval.digest, "at": approval.at}
        row["places"] = list(map(str, approval.places))
        self._connection.execute(approvals.insert(), row)
        others = (each for each in proposal.approvals if not each.principal.is_same_as(approval.principal))
        return replace(proposal, approvals=(*others, approval))

    def end(self, proposal: Proposal, ending: Ending) -> Proposal:
        """Store how a proposal ended, and permanently remove its values."""
        gone = {"body": None, "data_key": None, "state": ending.state, "ended_at": ending.at}
        why = {"ended_by": self._known.id_of(ending.principal), "ended_reason": ending.reason}
        change = proposals.update().where(_is(proposal))
        self._connection.execute(change.values(**gone, **why, revision=ending.revision))
        return replace(proposal, ending=ending)

    def forget_approvals(self, principal: Principal) -> Sequence[Proposal]:
        """Delete a principal's approvals of open proposals; return those proposals as they then are."""
        principal_id = self._known.id_of(principal)
        theirs = sa.select(approvals).where(approvals.c.principal_id == principal_id, _of_open_proposal())
        there = [(Place(row.app, row.environment), row.proposal) for row in self._connection.execute(theirs)]
        mine = approvals.delete().where(approvals.c.principal_id == principal_id, _of_open_proposal())
        self._connection.execute(mine)
        return [found for place, number in there if (found := self.numbered(place, number))]

    def _made(self, wish: Wish, number: int, expires_at: datetime) -> tuple[Proposal, dict[str, object]]:
        """Return a proposal, and its row."""
        draft, place, terms = wish.draft, wish.draft.place, terms_as_json(wish.terms)
        sealed = self._sealer.seal(place, number, draft.variables, self._keys.of(place.app), PROPOSAL)
        base_digest, sealed_sha256 = self._base_digest(place, wish.base), _sha256(sealed)
        proposal = Proposal(
            place=place,
            number=number,
            base=wish.base,
            names=tuple(draft.variables),
            author=draft.author,
            message=draft.message,
            made_at=draft.made_at,
            expires_at=expires_at,
            schema=draft.schema,
            unchecked=draft.unchecked,
            copied_from=draft.copied_from,
            bases=draft.bases,
            origins=draft.origins,
            is_base=draft.is_base,
            terms=wish.terms,
            digest="",
        )
        proposal = replace(proposal, digest=proposal_digest(proposal, terms, sealed_sha256, base_digest))
        row = {
            "app": place.app,
            "environment": place.environment,
            "number": number,
            "base": proposal.base,
            "base_digest": base_digest,
            "names": list(proposal.names),
            "author_id": self._known.id_of(proposal.author),
            "message": proposal.message,
            "made_at": proposal.made_at,
            "expires_at": expires_at,
            "schema": proposal.schema,
            "unchecked": list(proposal.unchecked),
            "copied_from": proposal.copied_from,
            "bases": list(map(str, proposal.bases)),
            "origins": dict(proposal.origins),
            "is_base": proposal.is_base,
            "terms": terms,
            "body": sealed.body,
            "data_key": sealed.data_key,
            "sealed_sha256": sealed_sha256,
            "digest": proposal.digest,
            "state": ProposalState.OPEN,
            "ended_reason": "",
        }
        return proposal, row

    def _base_digest(self, place: Place, number: int | None) -> str:
        here = (revisions.c.app == place.app, revisions.c.environment == place.environment)
        digest = sa.select(revisions.c.digest).where(*here, revisions.c.number == number)
        return self._connection.scalar(digest) or FIRST

    def _found(self, statement: sa.Select[Any], what: str) -> Sequence[Proposal]:
        try:
            return [self._proposal(row) for row in self._connection.execute(statement).all()]
        except (ValueError, TypeError, KeyError):  # not JSON, UTF-8 or a place, or of a wrong type for a digest
            raise _damaged(what) from None

    def _proposal(self, row: sa.Row[Any]) -> Proposal:
        place, author = Place(row.proposals_app, row.proposals_environment), as_principal(row)
        self._known.seen(author, row.proposals_author_id)
        terms = row.proposals_terms
        proposal = Proposal(
            place=place,
            number=row.proposals_number,
            base=row.proposals_base,
            names=tuple(row.proposals_names),
            author=author,
            message=row.proposals_message,
            made_at=row.proposals_made_at,
            expires_at=row.proposals_expires_at,
            schema=row.proposals_schema,
            unchecked=tuple(row.proposals_unchecked),
            copied_from=row.proposals_copied_from,
            bases=tuple(map(Place.parse, row.proposals_bases)),
            origins=row.proposals_origins,
            is_base=row.proposals_is_base,
            terms=terms_of_json(terms),
            digest=row.proposals_digest,
            ending=_ending(row),
        )
        sealed_sha256 = bytes(row.proposals_sealed_sha256)
        if proposal_digest(proposal, terms, sealed_sha256, row.proposals_base_digest) != proposal.digest:
            raise _damaged(str(proposal))
        return replace(proposal, approvals=tuple(self._approvals(place, proposal.number)))

    def _approvals(self, place: Place, number: int) -> Sequence[Approval]:
        here = (approvals.c.app == place.app, approvals.c.environment == place.environment)
        wanted = _APPROVALS.where(*here, approvals.c.proposal == number)
        return [_approval(row) for row in self._connection.execute(wanted)]


def _approval(row: sa.Row[Any]) -> Approval:
    places = tuple(map(Place.parse, row.approvals_places))
    return Approval(as_principal(row), row.approvals_digest, row.approvals_at, places)


def _at(place: Place) -> sa.ColumnElement[bool]:
    return sa.and_(proposals.c.app == place.app, proposals.c.environment == place.environment)


def _is(proposal: Proposal) -> sa.ColumnElement[bool]:
    return sa.and_(_at(proposal.place), proposals.c.number == proposal.number)


def _of_open_proposal() -> sa.ColumnElement[bool]:
    of_it = (
        proposals.c.app == approvals.c.app,
        proposals.c.environment == approvals.c.environment,
        proposals.c.number == approvals.c.proposal,
    )
    return sa.exists().where(*of_it, _OPEN)


def _sha256(sealed: SealedBody) -> bytes:
    """Return a hash of both: with another data key, the same body would mean other values."""
    return hashlib.sha256(hashlib.sha256(sealed.body).digest() + sealed.data_key).digest()


def _ending(row: sa.Row[Any]) -> Ending | None:
    state, at = ProposalState(row.proposals_state), row.proposals_ended_at
    if state is ProposalState.OPEN or at is None:
        return None
    return Ending(state, at, _as_ender(row), row.proposals_ended_reason, row.proposals_revision)


def _damaged(what: str) -> DamagedError:
    return DamagedError(f"`{what}` is not what was written: restore it from a backup")
