"""Makes tokens, replaces them without a gap, and revokes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from app.domain.audit import Action, entry
from app.domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.domain.event import EventKind, Happening
from app.domain.identity import Actor, Bound, Principal, Right, Scope, Token, rights_within
from app.domain.token_text import TokenText, is_token_id, new_token_text
from app.domain.validation import Fault, line_problems
from app.service.approvals.standing import forget_approvals
from app.service.ports import Clock, Store, Transaction
from observability.known_secrets import remember_secret

GRACE = timedelta(hours=24)
ISSUER = "setpoint"
"""Who vouches for principals that only this service knows."""

LONGEST_LABEL = 200
LONGEST_NAME = 500
_MOST_LIVE = 2


@dataclass(frozen=True, slots=True)
class Grant:
    """The properties of a new token.

    Attributes:
        principal: The principal that it identifies.
        label: What it is for.
        rights: What it may do, and where.
        expires_at: When it expires; None for never.
    """

    principal: Principal
    label: str
    rights: frozenset[Right]
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of everybody."""

    store: Store
    clock: Clock

    def first(self, principal: Principal, *, others_are_lost: bool = False) -> TokenText:
        """Return the first token of a new service, which may do everything; it is shown only once.

        Args:
            principal: Its owner.
            others_are_lost: Whether to make one although there are tokens, because nobody has them any more.

        Raises:
            ConflictError: There are already tokens.
            InvalidError: The principal's name can't be stored.
        """
        label = "in place of lost tokens" if others_are_lost else "first token"
        grant = Grant(principal, label, rights_within({Scope.ADMIN}, {Bound()}))
        _refuse_unusable(grant)
        text = _new_text()
        token = self._token(text, grant)

        def change(found: Transaction) -> TokenText:
            if not others_are_lost and found.tokens.all_tokens():
                message = "this service already has tokens; somebody with `admin` can make new ones"
                raise ConflictError(message)
            self._add(found, Actor(token), token, text, Action.TOKEN_CREATE)
            return text

        return self.store.write(change)

    def create(self, actor: Actor, grant: Grant) -> tuple[Token, TokenText]:
        """Return a new token with its text, which is shown only once.

        Raises:
            ForbiddenError: It would have more rights than the actor's token, or act for somebody who has more.
            InvalidError: It has no scope or no bound, or its label can't be stored.
        """
        _refuse_unusable(grant)
        if not actor.token.allows_to_grant(grant.rights):
            message = f"the token `{actor.token.id}` can't grant rights that it does not have"
            raise ForbiddenError(message)
        text = _new_text()
        token = self._token(text, grant)

        def change(found: Transaction) -> tuple[Token, TokenText]:
            _refuse_to_pass_for(token.principal, actor, found.tokens.all_tokens())
            self._add(found, actor, token, text, Action.TOKEN_CREATE)
            return token, text

        return self.store.write(change)

    def rotate(self, actor: Actor, token_id: str, grace: timedelta = GRACE) -> tuple[Token, TokenText]:
        """Return a token that replaces another, which keeps working for `grace`.

        Raises:
            NotFoundError: There is no such live token, or the actor may not see it.
            ConflictError: Two are already live.
        """
        text = _new_text()

        def change(found: Transaction) -> tuple[Token, TokenText]:
            old, now = self._own(found, actor, token_id), self.clock()
            live = [each for each in found.tokens.all_tokens() if each.family == old.family and each.is_live(now)]
            if len(live) >= _MOST_LIVE:
                message = f"two tokens of `{old.label}` are already live: revoke one of them first"
                raise ConflictError(message)
            token = replace(old, id=text.id, made_at=now, expires_at=_renewed(old, now), last_used_at=None)
            ends_at = now + grace if old.expires_at is None else min(old.expires_at, now + grace)
            found.tokens.change(replace(old, expires_at=ends_at))
            found.events.add(Happening(EventKind.TOKEN, now, subject=old.id))  # its streams end with it
            self._add(found, actor, token, text, Action.TOKEN_ROTATE)
            return token, text

        return self.store.write(change)

    def revoke(self, actor: Actor, token_id: str) -> Token:
        """Revoke a token now, and with it the open approvals of its principal.

        Raises:
            NotFoundError: There is no such live token, or the actor may not see it.
        """

        def change(found: Transaction) -> Token:
            revoked = replace(self._own(found, actor, token_id), revoked_at=self.clock())
            found.tokens.change(revoked)
            concerned = forget_approvals(found, revoked.principal, self.clock())
            self._tell(found, actor, revoked, Action.TOKEN_REVOKE, {"approvals": concerned} if concerned else {})
            return revoked

        return self.store.write(change)

    def visible(self, actor: Actor) -> Sequence[Token]:
        """Return the tokens that `actor` may see: its own, and those whose rights it has itself."""
        found = self.store.read(lambda each: each.tokens.all_tokens())
        return [token for token in found if _is_business_of(actor, token)]

    def _own(self, found: Transaction, actor: Actor, token_id: str) -> Token:
        token = found.tokens.by_id(token_id) if is_token_id(token_id) else None
        if token is None or not token.is_live(self.clock()) or not _is_business_of(actor, token):
            message = "there is no live token with this id"
            raise NotFoundError(message)
        return token

    def _token(self, text: TokenText, grant: Grant) -> Token:
        return Token(
            id=text.id,
            family=text.id,
            principal=grant.principal,
            label=grant.label,
            rights=grant.rights,
            made_at=self.clock(),
            expires_at=grant.expires_at,
        )

    def _add(self, found: Transaction, actor: Actor, token: Token, text: TokenText, action: Action) -> None:
        found.principals.remember(token.principal)
        found.tokens.add(token, text.digest)
        self._tell(found, actor, token, action)

    def _tell(
        self,
        found: Transaction,
        actor: Actor,
        token: Token,
        action: Action,
        more: Mapping[str, object] = MappingProxyType({}),
    ) -> None:
        now = self.clock()
        found.events.add(Happening(EventKind.TOKEN, now, subject=token.id))
        detail: dict[str, object] = {"token": token.id, "family": token.family, "label": token.label}
        detail["rights"] = sorted(map(str, token.rights))
        found.audit.record(entry(actor, action, now, detail={**detail, **more}))


def _new_text() -> TokenText:
    text = new_token_text()
    remember_secret(text.text)
    return text


def _renewed(old: Token, now: datetime) -> datetime | None:
    """Return when the next token expires: it lasts as long as the previous one was made to last."""
    return None if old.expires_at is None else now + (old.expires_at - old.made_at)


def _is_business_of(actor: Actor, token: Token) -> bool:
    return token.family == actor.token.family or actor.token.allows_to_grant(token.rights)


def _refuse_to_pass_for(principal: Principal, actor: Actor, tokens: Sequence[Token]) -> None:
    """Refuse to let a token act for somebody beyond the rights of `actor`: revisions and audit rows name them."""
    theirs = [each for each in tokens if each.principal.is_same_as(principal)]
    if not all(_is_business_of(actor, each) for each in theirs):
        message = f"`{principal.name}` has tokens with more rights than `{actor.token.id}`; choose another name"
        raise ForbiddenError(message)
    if any(each.principal.kind is not principal.kind for each in theirs):
        message = f"`{principal.name}` is a {theirs[0].principal.kind} here, and stays one; choose another name"
        raise InvalidError((Fault(None, "name-taken", message),))


def _refuse_unusable(grant: Grant) -> None:
    who = grant.principal
    problems = line_problems("name", who.name, LONGEST_NAME)
    others = [("label", grant.label, LONGEST_LABEL)]
    others += [("subject", who.subject, LONGEST_NAME), ("issuer", who.issuer, LONGEST_NAME)]
    for what, text, longest in others:
        if not problems or text != who.name:  # often they are the same, and what is wrong is told once
            problems = (*problems, *line_problems(what, text, longest))
    if problems or not all(right.scopes for right in grant.rights) or not grant.rights:
        raise InvalidError(problems, "" if problems else "a token needs a role, or a scope and a bound")
