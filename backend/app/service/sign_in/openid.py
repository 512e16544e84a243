"""Signs in people that an identity provider vouches for; trust rules say what they may do."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from app.domain.audit import Action, entry
from app.domain.errors import RefusedAssertionError
from app.domain.identity import Actor, Principal, PrincipalKind, Token
from app.domain.sign_in import LONGEST
from app.domain.token_text import new_token_text
from app.domain.trust import TrustRule
from app.domain.validation import line_problems
from app.service.exchange_ports import Assertion, Attempt, IdentityProvider
from app.service.exchanging import identity_of, subject_of
from app.service.ports import Clock, Store, Transaction
from app.service.tokens import LONGEST_NAME

_KEPT_FOR = timedelta(hours=1)
_NAMES = ("name", "preferred_username", "email")
_MOST_SHOWN = 20
_LONGEST_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Stranger:
    """The identity provider knows somebody that no trust rule matches; the text is only for that person.

    Attributes:
        name: Who it is.
        subject: The provider's name for them.
        claims: What the provider says about them: what rules check, or could check.
        askable: Who makes such rules.
    """

    name: str
    subject: str
    claims: Mapping[str, Sequence[str]]
    askable: tuple[str, ...]


class StrangerError(RefusedAssertionError):
    """No trust rule says what this person may do."""

    def __init__(self, stranger: Stranger) -> None:
        self.stranger = stranger
        super().__init__("the identity provider knows you, but no trust rule says what you may do here")


@dataclass(frozen=True, slots=True)
class OpenIdSignIn:
    """Sign-in at an identity provider."""

    store: Store
    provider: IdentityProvider
    clock: Clock

    def begin(self) -> tuple[str, Attempt]:
        """Return where a browser must go, and what it keeps in the meantime.

        Raises:
            UnavailableError: The provider can't be reached.
        """
        attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
        return self.provider.address(attempt), attempt

    def finish(
        self, attempt: Attempt | None, answer: Mapping[str, str], request_id: str = "", address: str = ""
    ) -> Actor:
        """Return a token for whoever came back with `answer`; it lasts 12 hours, with the rights of all matching rules.

        Args:
            attempt: What the browser has kept; None if it has nothing.
            answer: What the provider gave it.
            request_id: The id of the request in the logs.
            address: Where the request came from.

        Raises:
            StrangerError: No rule matches this person.
            RefusedAssertionError: The provider doesn't vouch for this browser, now and to this service.
            UnavailableError: The provider can't be reached.
        """
        if attempt is None:
            message = "this browser has not started to sign in within the last ten minutes: try again"
            raise RefusedAssertionError(message)
        now = self.clock()
        assertion = self.provider.signed_in(attempt, answer, now)
        person, rules = _person(assertion), self._rules()
        fitting = [rule for rule in rules if rule.admits(assertion.claims)]
        if not fitting:
            raise StrangerError(_stranger(person, assertion, rules))
        made = new_token_text()
        names = ", ".join(rule.name for rule in fitting)
        rights = frozenset().union(*(rule.rights for rule in fitting))
        token = Token(made.id, made.id, person, f"signed in by {names}", rights, now, now + LONGEST)
        actor = Actor(token, request_id, address)
        self.store.write(lambda found: self._store(found, actor, fitting, assertion, made.digest))
        return actor

    def _rules(self) -> Sequence[TrustRule]:
        wanted = (True, self.provider.issuer, self.provider.audience)
        rules = self.store.read(lambda found: found.trust.all_rules())
        return [rule for rule in rules if (rule.sign_in, rule.issuer, rule.audience) == wanted]

    def _store(
        self, found: Transaction, actor: Actor, rules: Sequence[TrustRule], assertion: Assertion, digest: str
    ) -> None:
        now = self.clock()
        found.trust.forget_used(now)
        if found.trust.use(identity_of(assertion), assertion.expires_at + LONGEST):
            message = "this answer was already used; sign in again"
            raise RefusedAssertionError(message)
        found.tokens.forget_expired(now - _KEPT_FOR, LONGEST)
        found.principals.remember(actor.principal)
        found.tokens.add(actor.token, digest)
        detail = {"token": actor.token.id, "rules": [rule.name for rule in rules]}
        found.audit.record(entry(actor, Action.TOKEN_EXCHANGE, now, detail=detail))


def _person(assertion: Assertion) -> Principal:
    """Return the principal: identified by issuer and subject, which never change; the name is for people."""
    subject = subject_of(assertion)
    told = (assertion.claims.get(each) for each in _NAMES)
    name = next((each for each in told if isinstance(each, str) and each and _fits_a_line(each)), subject)
    return Principal(PrincipalKind.PERSON, str(assertion.claims["iss"]), subject, name)


def _fits_a_line(text: str) -> bool:
    return not line_problems("name", text, LONGEST_NAME)


def _stranger(person: Principal, assertion: Assertion, rules: Sequence[TrustRule]) -> Stranger:
    looked_at = sorted({"email", "groups"} | {name for rule in rules for name in rule.claims})
    claims = {name: _shown(assertion.claims.get(name)) for name in looked_at}
    return Stranger(person.name, person.subject, claims, tuple(sorted({r.author.name for r in rules if r.author})))


def _shown(claim: object) -> Sequence[str]:
    members = claim if isinstance(claim, list) else [] if claim is None else [claim]
    return [str(each)[:_LONGEST_SHOWN] for each in members[:_MOST_SHOWN] if _fits_a_line(str(each))]
