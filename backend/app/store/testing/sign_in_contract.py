"""The part of the contract of a store that is about browsers that are signed in."""

from dataclasses import replace
from datetime import timedelta

from app.domain.sign_in import SignIn
from app.store.testing.examples import NOW, TOKEN, AnyStore

HOUR = timedelta(hours=1)
SIGN_IN = SignIn("digest1", TOKEN, NOW, NOW + HOUR)


def _added(store: AnyStore, *sign_ins: SignIn) -> None:
    for each in sign_ins:
        store.write(lambda found, new=each: found.sign_ins.add(new))  # type: ignore[misc]


class SignInContract:
    """What holds for sign-ins; a subclass gives the fixture `store`."""

    def test_a_sign_in_is_found_by_the_digest_of_its_key(self, store: AnyStore) -> None:
        """With its token as that is now, and until it is removed."""
        store.write(lambda found: found.tokens.add(TOKEN, "digest of the token"))
        other = replace(SIGN_IN, digest="digest2")
        _added(store, SIGN_IN, other)
        assert store.read(lambda found: found.sign_ins.by_digest("digest1")) == SIGN_IN
        revoked = replace(TOKEN, revoked_at=NOW)
        store.write(lambda found: found.tokens.change(revoked))
        store.write(lambda found: found.sign_ins.remove("digest1"))
        assert store.read(lambda found: found.sign_ins.by_digest("digest1")) is None
        assert store.read(lambda found: found.sign_ins.by_digest("digest2")) == replace(other, token=revoked)

    def test_a_sign_in_is_forgotten_at_its_end_or_with_its_token(self, store: AnyStore) -> None:
        """A short token may go before the browser has signed out."""
        short = replace(TOKEN, id="short", expires_at=NOW + HOUR)
        for token in (TOKEN, short):
            store.write(lambda found, new=token: found.tokens.add(new, new.id))  # type: ignore[misc]
        long = SignIn("long", TOKEN, NOW, NOW + 3 * HOUR)
        _added(store, SIGN_IN, long, SignIn("of short", short, NOW, NOW + 3 * HOUR))
        store.write(lambda found: found.sign_ins.forget_expired(NOW + HOUR))
        store.write(lambda found: found.tokens.forget_expired(NOW + 2 * HOUR, HOUR))
        kept = [store.read(lambda found, one=each: found.sign_ins.by_digest(one)) for each in ("digest1", "of short")]  # type: ignore[misc]
        assert kept == [None, None]
        assert store.read(lambda found: found.sign_ins.by_digest("long")) == long
