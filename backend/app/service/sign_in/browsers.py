"""Signs browsers in and out: one holds the key of a sign-in, and never a token."""

from dataclasses import dataclass
from datetime import datetime

from app.domain.audit import Action, entry
from app.domain.errors import UnauthenticatedError
from app.domain.event import EventKind, Happening
from app.domain.identity import Actor
from app.domain.sign_in import SignIn, SignInKey, new_sign_in
from app.service.ports import Clock, Store, Transaction
from app.service.token_uses import TokenUses
from observability.known_secrets import remember_secret


@dataclass(frozen=True, slots=True)
class SigningIn:
    """The browsers that are signed in."""

    store: Store
    clock: Clock
    uses: TokenUses | None = None

    def begin(self, actor: Actor, before: str = "") -> SignInKey:
        """Return the key of a new sign-in, which acts for the token of `actor`.

        Args:
            actor: Who signs in.
            before: The key that this browser had until now, which is ended.
        """
        now = self.clock()
        made, key = new_sign_in(actor.token, now)
        remember_secret(key.text)

        def change(found: Transaction) -> None:
            found.sign_ins.forget_expired(now)
            _end(found, before, now)
            found.sign_ins.add(made)
            found.audit.record(entry(actor, Action.SIGN_IN, now))

        self.store.write(change)
        return key

    def who(self, key: str) -> SignIn:
        """Return the sign-in with this key.

        Raises:
            UnauthenticatedError: There is none, or it has expired, or its token has.
        """
        if key:
            remember_secret(key)
        digest = SignInKey(key).digest
        found = self.store.read(lambda each: each.sign_ins.by_digest(digest)) if key else None
        if found is None or not found.is_live(self.clock()):
            what = "sign-in"
            raise UnauthenticatedError(what)
        if self.uses is not None:
            self.uses.note(found.token)
        return found

    def end(self, actor: Actor, key: str) -> None:
        """Sign out the browser that has this key."""
        now = self.clock()

        def change(found: Transaction) -> None:
            _end(found, key, now)
            found.audit.record(entry(actor, Action.SIGN_OUT, now))

        self.store.write(change)


def _end(found: Transaction, key: str, now: datetime) -> None:
    """End the sign-in with this key, if there is one; its streams check again whether they may continue."""
    digest = SignInKey(key).digest
    if (ended := found.sign_ins.by_digest(digest)) is not None:
        found.sign_ins.remove(digest)
        found.events.add(Happening(EventKind.TOKEN, now, subject=ended.token.id))
