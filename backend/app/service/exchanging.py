"""Exchanges the tokens of other issuers for short-lived tokens of this service."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from app.domain.audit import Action, entry
from app.domain.errors import ForbiddenError, InvalidError, NotFoundError, RefusedAssertionError
from app.domain.identity import Actor, Principal, PrincipalKind, Token
from app.domain.token_text import TokenText, new_token_text
from app.domain.trust import TrustRule
from app.domain.validation import Fault, line_problems
from app.service.exchange_ports import Assertion, Assertions
from app.service.ports import Clock, Store, Transaction
from observability.known_secrets import remember_secret

LIFETIME = timedelta(minutes=15)
LONGEST_SUBJECT = 500
_LONGEST_PATTERN = 1_000
_NAME_A_GROUP = "or name a group by a claim"


@dataclass(frozen=True, slots=True)
class Exchanging:
    """Trust rules, and the exchange of tokens by them."""

    store: Store
    assertions: Assertions
    clock: Clock

    def exchange(self, text: str, request_id: str = "", address: str = "") -> tuple[Token, TokenText]:
        """Return a token that lasts 15 minutes, in exchange for the token of another issuer.

        It has the rights of all matching rules together.

        Args:
            text: The token of the other issuer, a JSON Web Token (RFC 7519).
            request_id: The id of the request in the logs.
            address: Where the request came from.

        Raises:
            RefusedAssertionError: No rule trusts it, it is not valid now, or it was already exchanged.
            UnavailableError: The keys of its issuer can't be fetched.
        """
        remember_secret(text)
        issuer, now = self.assertions.issuer_of(text), self.clock()
        rules = [rule for rule in self.rules() if rule.issuer == issuer and not rule.sign_in]
        if not rules:
            message = "no trust rule names the issuer of this token"
            raise RefusedAssertionError(message)
        fitting, assertion = self._fitting(text, rules)
        made = new_token_text()
        remember_secret(made.text)
        token = Token(
            id=made.id,
            family=made.id,
            principal=_principal(assertion),
            label=f"exchanged by {', '.join(rule.name for rule in fitting)}",
            rights=frozenset().union(*(rule.rights for rule in fitting)),
            made_at=now,
            expires_at=now + LIFETIME,
        )
        actor = Actor(token, request_id, address)
        self.store.write(lambda found: self._store(found, actor, fitting, assertion, made))
        return token, made

    def rules(self) -> Sequence[TrustRule]:
        """Return all rules, by name."""
        return self.store.read(lambda found: found.trust.all_rules())

    def visible(self, actor: Actor) -> Sequence[TrustRule]:
        """Return the rules that `actor` may see: those whose rights it has itself."""
        return [rule for rule in self.rules() if actor.token.allows_to_grant(rule.rights)]

    def put(self, actor: Actor, rule: TrustRule) -> TrustRule:
        """Store a rule, replacing the one with the same name if there is one.

        Raises:
            ForbiddenError: It grants rights that the actor does not have, or replaces one that does.
            InvalidError: It has problems.
        """
        if problems := _problems(rule):
            raise InvalidError(problems)
        stored = replace(rule, author=actor.principal, made_at=self.clock())

        def change(found: Transaction) -> TrustRule:
            before = found.trust.named(rule.name)
            for each in (stored, before):
                if each is not None and not actor.token.allows_to_grant(each.rights):
                    message = f"the token `{actor.token.id}` can't grant rights that it does not have"
                    raise ForbiddenError(message)
            found.principals.remember(actor.principal)
            found.trust.put(stored)
            self._tell(found, actor, Action.TRUST_PUT, stored)
            return stored

        return self.store.write(change)

    def remove(self, actor: Actor, name: str) -> TrustRule:
        """Remove a rule; tokens that were issued by it keep working until they expire.

        Raises:
            NotFoundError: There is no such rule, or the actor may not see it.
        """

        def change(found: Transaction) -> TrustRule:
            rule = found.trust.named(name)
            if rule is None or not actor.token.allows_to_grant(rule.rights):
                message = "there is no trust rule with this name"
                raise NotFoundError(message)
            found.trust.remove(name)
            self._tell(found, actor, Action.TRUST_REMOVE, rule)
            return rule

        return self.store.write(change)

    def _fitting(self, text: str, rules: Sequence[TrustRule]) -> tuple[list[TrustRule], Assertion]:
        """Return the rules that admit the token, and what it says; rules for one issuer may have different keys."""
        refused: RefusedAssertionError | None = None
        fitting, found = [], None
        for rule in rules:
            try:
                assertion = self.assertions.verified(text, rule, self.clock())
            except RefusedAssertionError as error:
                refused = error
                continue
            if rule.admits(assertion.claims):
                fitting.append(rule)
                found = assertion
            else:
                message = "no trust rule accepts this token: its audience, subject or another claim does not match"
                refused = RefusedAssertionError(message)
        if found is None:
            raise refused or RefusedAssertionError
        return fitting, found

    def _store(
        self, found: Transaction, actor: Actor, rules: Sequence[TrustRule], assertion: Assertion, made: TokenText
    ) -> None:
        now = self.clock()
        found.trust.forget_used(now)
        if found.trust.use(identity_of(assertion), assertion.expires_at + LIFETIME) and any(
            rule.once for rule in rules
        ):
            message = "this token was already exchanged; get another one from its issuer"
            raise RefusedAssertionError(message)
        found.tokens.forget_expired(now - timedelta(hours=1), LIFETIME)
        found.principals.remember(actor.principal)
        found.tokens.add(actor.token, made.digest)
        detail = {"token": actor.token.id, "rules": [rule.name for rule in rules], "jti": _shown_id(assertion)}
        found.audit.record(entry(actor, Action.TOKEN_EXCHANGE, now, detail=detail))

    def _tell(self, found: Transaction, actor: Actor, action: Action, rule: TrustRule) -> None:
        detail: dict[str, object] = {
            "rule": rule.name,
            "issuer": rule.issuer,
            "subject": rule.subject,
            "rights": sorted(map(str, rule.rights)),
        }
        found.audit.record(entry(actor, action, self.clock(), detail=detail))


def _principal(assertion: Assertion) -> Principal:
    subject = subject_of(assertion)
    return Principal(PrincipalKind.MACHINE, str(assertion.claims["iss"]), subject, subject)


def subject_of(assertion: Assertion) -> str:
    """Return the issuer's name for the subject of a token.

    Raises:
        RefusedAssertionError: It can't be stored.
    """
    subject = str(assertion.claims["sub"])
    if len(subject) > LONGEST_SUBJECT or line_problems("subject", subject, LONGEST_SUBJECT):
        message = "the subject of this token can't be stored: it is too long or not a single line"
        raise RefusedAssertionError(message)
    return subject


def identity_of(assertion: Assertion) -> str:
    """Return what identifies a token: its `jti`, which is unique for its issuer, or what was signed."""
    own = assertion.claims.get("jti")
    known = f"{assertion.claims['iss']}\0{own}" if isinstance(own, str) and own else assertion.digest
    return hashlib.sha256(known.encode()).hexdigest()


def _shown_id(assertion: Assertion) -> str | None:
    own = assertion.claims.get("jti")
    return own[:100] if isinstance(own, str) and own.isprintable() else None


def _problems(rule: TrustRule) -> tuple[Fault, ...]:
    problems = [
        *line_problems("name", rule.name, 100),
        *line_problems("issuer", rule.issuer, LONGEST_SUBJECT),
        *line_problems("audience", rule.audience, LONGEST_SUBJECT),
        *line_problems("subject", rule.subject, _LONGEST_PATTERN),
    ]
    for what, text in (("name", rule.name), ("issuer", rule.issuer), ("audience", rule.audience)):
        if not text:
            problems.append(Fault(what, "missing", f"`{what}` is required but not set"))
    if not rule.subject.strip("*") and not (rule.sign_in and rule.claims):
        message = "the subject `*` trusts everybody that the issuer knows; write at least a part of it"
        problems.append(Fault("subject", "too-wide", message, _NAME_A_GROUP if rule.sign_in else ""))
    problems += _key_problems(rule)
    if not rule.rights or not all(right.scopes for right in rule.rights):
        problems.append(Fault("roles", "missing", "a trust rule needs a role, or a scope and a bound"))
    return tuple(problems)


def _key_problems(rule: TrustRule) -> tuple[Fault, ...]:
    if rule.sign_in and (rule.key_set or rule.key_set_url):
        message = "people who sign in are identified by the keys that the issuer publishes: leave the keys out"
        return (Fault("key_set", "too-many", message),)
    if not rule.sign_in and bool(rule.key_set) == bool(rule.key_set_url):
        message = "give either the issuer's keys or the URL that they are fetched from"
        return (Fault("key_set", "missing", message),)
    return ()
