"""Who may do what: tokens, their principals and rights, and whose tokens the service trusts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.identity import Actor, PrincipalKind, Right, Role, Scope, Token
from app.domain.trust import TrustRule
from app.service.exchanging import Exchanging
from app.service.ports import Clock
from app.service.tokens import Tokens

ON_A_PAGE = 20


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token.

    Attributes:
        id: The public part of its text.
        label: What it is for.
        who: Its owner.
        kind: The kind of owner.
        issuer: Who vouches for them; empty for this service itself.
        rights: What it may do, each with where: `editor@billing/staging`.
        made_at: When it was made.
        expires_at: When it expires; None for never.
        last_used_at: When it was last used; None if it never was.
        ended: `revoked` or `expired`; empty while it is live.
        is_own: Whether it is the caller's own token, or one that replaces it.
    """

    id: str
    label: str
    who: str
    kind: PrincipalKind
    issuer: str
    rights: tuple[str, ...]
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    ended: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One trust rule.

    Attributes:
        name: What people call it.
        issuer: The issuer whose tokens it trusts.
        audience: Who they are issued for.
        subject: A pattern for who they identify.
        claims: A pattern for each other claim, by its name.
        is_for_people: Whether it is for people who sign in, rather than for tokens that are exchanged.
        rights: What their holders may do.
        author: Who made the rule.
        made_at: When.
    """

    name: str
    issuer: str
    audience: str
    subject: str
    claims: tuple[tuple[str, str], ...]
    is_for_people: bool
    rights: tuple[str, ...]
    author: str
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoleRow:
    """One role, and its scopes."""

    name: Role
    scopes: tuple[Scope, ...]


@dataclass(frozen=True, slots=True)
class AccessPage:
    """A page of who may do what.

    Attributes:
        tokens: The tokens, by principal; live ones first.
        page: The number of this page of tokens, from 1.
        next: The number of the next page; None if there is none.
        live: How many tokens are live.
        ended: How many are not, which are listed only on request.
        with_ended: Whether they are.
        rules: Whose tokens the service trusts.
        roles: What each role may do.
    """

    tokens: tuple[TokenRow, ...]
    page: int
    next: int | None
    live: int
    ended: int
    with_ended: bool
    rules: tuple[RuleRow, ...]
    roles: tuple[RoleRow, ...]


@dataclass(frozen=True, slots=True)
class AccessShown:
    """What the page of access shows."""

    tokens: Tokens
    exchanging: Exchanging
    clock: Clock

    def of(self, actor: Actor, page: int = 1, *, with_ended: bool = False) -> AccessPage:
        """Return what `actor` may see: what has no more rights than it has itself."""
        rows = self.every(actor)
        live = [each for each in rows if not each.ended]
        listed = rows if with_ended else live
        start = (page - 1) * ON_A_PAGE
        return AccessPage(
            tokens=tuple(listed[start : start + ON_A_PAGE]),
            page=page,
            next=page + 1 if len(listed) > start + ON_A_PAGE else None,
            live=len(live),
            ended=len(rows) - len(live),
            with_ended=with_ended,
            rules=tuple(map(_rule, self.exchanging.visible(actor))),
            roles=tuple(RoleRow(role, tuple(sorted(role.scopes))) for role in Role),
        )

    def every(self, actor: Actor) -> list[TokenRow]:
        """Return all tokens that `actor` may see, in order."""
        now = self.clock()
        return sorted((_token(each, actor, now) for each in self.tokens.visible(actor)), key=_in_order)


def _token(token: Token, actor: Actor, now: datetime) -> TokenRow:
    ended = "revoked" if token.revoked_at else "" if token.is_live(now) else "expired"
    return TokenRow(
        id=token.id,
        label=token.label,
        who=token.principal.name,
        kind=token.principal.kind,
        issuer="" if token.principal.issuer == "setpoint" else token.principal.issuer,
        rights=_told(token.rights),
        made_at=token.made_at,
        expires_at=token.expires_at,
        last_used_at=token.last_used_at,
        ended=ended,
        is_own=token.family == actor.token.family,
    )


def _in_order(row: TokenRow) -> tuple[bool, str, str, str]:
    return bool(row.ended), row.who.casefold(), row.label.casefold(), row.id


def _rule(rule: TrustRule) -> RuleRow:
    return RuleRow(
        name=rule.name,
        issuer=rule.issuer,
        audience=rule.audience,
        subject=rule.subject,
        claims=tuple(sorted(rule.claims.items())),
        is_for_people=rule.sign_in,
        rights=_told(rule.rights),
        author=rule.author.name if rule.author else "",
        made_at=rule.made_at,
    )


def _told(rights: Iterable[Right]) -> tuple[str, ...]:
    return tuple(sorted(map(str, rights)))
