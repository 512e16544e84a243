"""The part of the contract of a store that is about trust rules and the tokens that come of them."""

from dataclasses import replace
from datetime import timedelta

from app.domain.identity import Right
from app.domain.trust import TrustRule
from app.store.testing.examples import ADA, CI, NOW, TOKEN, AnyStore

RULE = TrustRule(
    name="ci",
    issuer="https://ci.example",
    audience="https://setpoint.example",
    subject="repo:acme/*",
    rights=frozenset({Right.parse("deployer@billing/*"), Right.parse("viewer@shop/production")}),
    key_set='{"keys": []}',
    claims={"ref": "main"},
    once=False,
    author=ADA,
    made_at=NOW,
)


class TrustContract:
    """What holds for trust rules; a subclass gives the fixture `store`."""

    def test_a_rule_is_read_as_it_was_put(self, store: AnyStore) -> None:
        """Another one of its name takes its place."""
        store.write(lambda found: found.trust.put(RULE))
        store.write(lambda found: found.trust.put(replace(RULE, name="again")))
        assert store.read(lambda found: found.trust.named("ci")) == RULE
        changed = replace(RULE, subject="repo:acme/billing", once=True, sign_in=True, author=CI)
        store.write(lambda found: found.trust.put(changed))
        assert store.read(lambda found: found.trust.all_rules()) == [replace(RULE, name="again"), changed]
        store.write(lambda found: found.trust.remove("ci"))
        assert store.read(lambda found: found.trust.named("ci")) is None

    def test_a_used_token_is_known_until_nobody_would_take_it(self, store: AnyStore) -> None:
        """Then it is forgotten."""
        later = NOW + timedelta(minutes=5)
        assert store.write(lambda found: [found.trust.use(each, later) for each in "aab"]) == [False, True, False]
        store.write(lambda found: found.trust.forget_used(later))
        assert store.write(lambda found: found.trust.use("a", later))
        store.write(lambda found: found.trust.forget_used(later + timedelta(microseconds=1)))
        assert not store.write(lambda found: found.trust.use("a", later))

    def test_short_tokens_leave_nothing_behind(self, store: AnyStore) -> None:
        """Others stay in the list after their end."""
        minute = timedelta(minutes=1)
        short = replace(TOKEN, id="short", expires_at=NOW + 15 * minute)
        long = replace(TOKEN, id="long", expires_at=NOW + 16 * minute)
        for token in (TOKEN, short, long):
            store.write(lambda found, new=token: found.tokens.add(new, new.id))  # type: ignore[misc]
        store.write(lambda found: found.tokens.forget_expired(NOW + 15 * minute, 15 * minute))
        assert len(store.read(lambda found: found.tokens.all_tokens())) == 3
        store.write(lambda found: found.tokens.forget_expired(NOW + 17 * minute, 15 * minute))
        assert {each.id for each in store.read(lambda found: found.tokens.all_tokens())} == {TOKEN.id, "long"}

    def test_the_newest_use_of_a_token_is_kept(self, store: AnyStore) -> None:
        """Whichever worker tells of it first."""
        store.write(lambda found: found.tokens.add(TOKEN, "digest"))
        later, earlier = {TOKEN.id: NOW + timedelta(minutes=1), "gone": NOW}, {TOKEN.id: NOW}
        for uses in (later, earlier):
            store.write(lambda found, new=uses: found.tokens.note_uses(new))  # type: ignore[misc]
        assert store.read(lambda found: found.tokens.by_id(TOKEN.id)) == replace(TOKEN, last_used_at=later[TOKEN.id])
