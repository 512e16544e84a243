"""The use cases of the service on a store, as tests use them."""

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from app.contracts.validator import ContractValidator
from app.domain.identity import Actor, Bound, Principal, PrincipalKind, Scope, Token, rights_within
from app.domain.place import Place
from app.service.history import History
from app.service.ports import Store
from app.service.reading import Reading
from app.service.schemas import Schemas
from app.service.tokens import Tokens
from app.service.writing.intent import Intent
from app.service.writing.revising import Revising
from app.store.opening import open_store
from support.keyed_settings import KEYS
from support.small_contract import Contract, contract

ADA = Principal(PrincipalKind.PERSON, "setpoint", "ada", "Ada")
GRACE = Principal(PrincipalKind.PERSON, "setpoint", "grace", "Grace")
PRODUCTION = Place("billing", "production")
STAGING = Place("billing", "staging")
CONTRACT = contract(PORT="integer!", DEBUG="truth", API_KEY="secret", NAME="text", LD_PRELOAD="text")


@dataclass
class Clock:
    """A clock that tests move."""

    now: datetime = datetime(2026, 11, 26, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time, which goes on a little."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def forward(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by


def actor(principal: Principal = ADA, *scopes: Scope, bounds: tuple[str, ...] = ("*/*",)) -> Actor:
    """Return somebody with a token that nobody had to make."""
    held = rights_within(scopes or {Scope.ADMIN}, map(Bound.parse, bounds))
    made_at = datetime(2026, 1, 1, tzinfo=UTC)
    return Actor(Token(principal.subject, principal.subject, principal, "test", held, made_at), "request-1")


def first_token(database_url: str, keys: str = KEYS) -> str:
    """Return the token of Ada, who may do everything in the service with this database."""
    with closing(open_store(database_url, keys)) as store:
        return Tokens(store, lambda: datetime.now(UTC)).first(ADA).text


@dataclass
class Service:
    """The use cases on one store."""

    store: Store
    clock: Clock
    validator: ContractValidator = field(default_factory=ContractValidator)

    def __post_init__(self) -> None:
        self.revising = Revising(self.store, self.validator, self.clock)
        self.reading = Reading(self.store, self.validator, self.clock)
        self.history = History(self.store, self.validator, self.clock)
        self.schemas = Schemas(self.store, self.validator, self.clock)
        self.tokens = Tokens(self.store, self.clock)

    def push(self, pushed: Contract, release: str = "1.0", *, compatible: bool = True) -> None:
        """Push a schema of `billing`."""
        self.schemas.push(actor(), "billing", pushed.digest, pushed.document, release, compatible=compatible)

    def write(self, place: Place = PRODUCTION, /, **variables: str) -> int:
        """Write the next revision, whatever is there; return its number."""
        newest = self.store.read(lambda found: found.revisions.current(place))
        intent = Intent(place, newest.number if newest else None, message="why")
        written = self.revising.replace(actor(), intent, variables).revision
        assert written is not None
        return written.number
