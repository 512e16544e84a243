"""Who acts and what they may do: principals, scopes, bounds, roles, rights and tokens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.place import is_label

ANY = "*"


class PrincipalKind(StrEnum):
    """The kinds of principals."""

    PERSON = "person"
    MACHINE = "machine"
    INSTANCE = "instance"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who did something.

    Attributes:
        kind: A person, a machine or an instance.
        issuer: Who vouches for the subject: `setpoint` itself, or the URL of an identity provider.
        subject: The issuer's own name for it, which never changes.
        name: Its name for people, which may change.
    """

    kind: PrincipalKind
    issuer: str
    subject: str
    name: str

    def is_same_as(self, other: "Principal") -> bool:
        """Return whether this is `other`, whatever the name or token."""
        return (self.issuer, self.subject) == (other.issuer, other.subject)


class Scope(StrEnum):
    """What a token may do; `admin` may do everything."""

    CONFIG_READ = "config:read"
    CONFIG_REVEAL = "config:reveal"
    CONFIG_WRITE = "config:write"
    CONFIG_APPROVE = "config:approve"
    CONFIG_BREAK_GLASS = "config:break-glass"
    SCHEMA_WRITE = "schema:write"
    SESSION_WRITE = "session:write"
    AUDIT_READ = "audit:read"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, order=True)
class Bound:
    """Where a token is valid: `billing/production`, `billing/*`, `*/staging` or `*/*`."""

    app: str = ANY
    environment: str = ANY

    def __str__(self) -> str:
        return f"{self.app}/{self.environment}"

    @classmethod
    def parse(cls, text: str) -> "Bound":
        """Return the bound written as `text`.

        Raises:
            ValueError: It is not one.
        """
        app, slash, environment = text.partition("/")
        if not (slash and all(part == ANY or is_label(part) for part in (app, environment))):
            message = "a bound is `app/environment`, where `*` stands for any"
            raise ValueError(message)
        return cls(app, environment)

    def covers(self, app: str, environment: str) -> bool:
        """Return whether the environment is within this bound; `*` stands for all of them."""
        return self.app in {ANY, app} and self.environment in {ANY, environment}

    def touches(self, app: str) -> bool:
        """Return whether any environment of `app` is within this bound; `*` stands for any app."""
        return ANY in {self.app, app} or self.app == app


class Role(StrEnum):
    """A set of scopes that go together, named after what one does with them."""

    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    DEPLOYER = "deployer"
    RUNTIME = "runtime"
    ADMIN = "admin"

    @property
    def scopes(self) -> frozenset[Scope]:
        """The scopes that it allows."""
        return _SCOPES_OF[self]


_SCOPES_OF: Mapping[Role, frozenset[Scope]] = {
    Role.VIEWER: frozenset({Scope.CONFIG_READ}),
    Role.EDITOR: frozenset({Scope.CONFIG_READ, Scope.CONFIG_REVEAL, Scope.CONFIG_WRITE}),
    Role.APPROVER: frozenset({Scope.CONFIG_READ, Scope.CONFIG_APPROVE}),
    Role.DEPLOYER: frozenset({Scope.CONFIG_READ, Scope.CONFIG_REVEAL, Scope.SCHEMA_WRITE}),
    Role.RUNTIME: frozenset({Scope.CONFIG_READ, Scope.CONFIG_REVEAL, Scope.SESSION_WRITE}),
    Role.ADMIN: frozenset({Scope.ADMIN}),
}


@dataclass(frozen=True, slots=True)
class Right:
    """What may be done, and where.

    Attributes:
        scopes: What may be done; at least one scope.
        bound: Where it may be done.
    """

    scopes: frozenset[Scope]
    bound: Bound

    @classmethod
    def parse(cls, text: str) -> "Right":
        """Return the right written as `text`, such as `editor@billing/staging`; without a place, it holds everywhere.

        Raises:
            ValueError: It is not one.
        """
        name, at, place = text.partition("@")
        if name not in {*Role}:
            message = f"a role is one of {', '.join(Role)}, and where it holds comes after `@`: `editor@billing/*`"
            raise ValueError(message)
        return cls(Role(name).scopes, Bound.parse(place) if at else Bound())

    @property
    def role(self) -> Role | None:
        """The role that allows exactly this; None if there is none."""
        return next((role for role in Role if role.scopes == self.scopes), None)

    def __str__(self) -> str:
        return f"{self.role or ' '.join(sorted(self.scopes))}@{self.bound}"

    def allows(self, scope: Scope, app: str, environment: str) -> bool:
        """Return whether `scope` is allowed there; `*` stands for all places."""
        return self.has(scope) and self.bound.covers(app, environment)

    def has(self, scope: Scope) -> bool:
        """Return whether `scope` is allowed, wherever that is."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


def rights_within(scopes: Iterable[Scope], bounds: Iterable[Bound]) -> frozenset[Right]:
    """Return the rights to all of `scopes` in each of `bounds`."""
    held = frozenset(scopes)
    return frozenset(Right(held, bound) for bound in bounds)


@dataclass(frozen=True, slots=True)
class Token:
    """What is known about a token; its text is kept nowhere: only its digest is stored.

    Attributes:
        id: The public part of its text.
        family: The id of the first in a series of tokens that replaced one another.
        principal: The principal that it identifies.
        label: What it is for, in the words of whoever made it.
        rights: What it may do, and where.
        made_at: When it was made.
        expires_at: When it expires; None for never.
        revoked_at: When it was revoked; None if it was not.
        last_used_at: When it was last used, to within a minute or so; None if it never was, as far as is known.
    """

    id: str
    family: str
    principal: Principal
    label: str
    rights: frozenset[Right]
    made_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Return whether it is accepted at `now`."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def allows(self, scope: Scope, app: str = ANY, environment: str = ANY) -> bool:
        """Return whether it has `scope` there; without an environment, in all of them."""
        return any(right.allows(scope, app, environment) for right in self.rights)

    def allows_somewhere(self, scope: Scope, app: str) -> bool:
        """Return whether it has `scope` in any environment of `app`; `*` stands for any app."""
        return any(right.has(scope) and right.bound.touches(app) for right in self.rights)

    def allows_to_grant(self, rights: Iterable[Right]) -> bool:
        """Return whether none of `rights` exceeds the token's own."""
        return all(
            self.allows(scope, right.bound.app, right.bound.environment) for right in rights for scope in right.scopes
        )


@dataclass(frozen=True, slots=True)
class Actor:
    """A token in use, and what the audit log keeps of the request.

    Attributes:
        token: The token that was used.
        request_id: The id of the request in the logs.
        address: Where it came from.
    """

    token: Token
    request_id: str = ""
    address: str = ""

    @property
    def principal(self) -> Principal:
        """Who acts."""
        return self.token.principal
