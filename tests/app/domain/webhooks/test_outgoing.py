from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.domain.identity import Bound
from app.domain.place import Place
from app.domain.webhooks.outgoing import (
    MOST_ATTEMPTS,
    WAITS,
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    Message,
    Topic,
    after,
    is_endpoint_id,
    new_delivery_id,
    new_endpoint_id,
)
from app.domain.webhooks.signature import new_secret, sign

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
CREATED = Message(Topic.CREATED, NOW, Place("billing", "production"), 44)


def test_the_specifications_own_example_is_signed_as_it_says() -> None:
    """From https://github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    assert sign([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == (
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_receiver_with_the_old_or_the_new_secret_takes_what_both_have_signed() -> None:
    """And nobody takes a changed body or another id."""
    old, new, body = new_secret(), new_secret(), b'{"type":"ping"}'
    sent_at = int(datetime.now(UTC).timestamp())
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(sent_at),
        "webhook-signature": sign([new, old], "msg_1", sent_at, body),
    }
    for secret in (old, new):
        assert Webhook(secret).verify(body, headers) == {"type": "ping"}
    for secret, changed, more in ((new_secret(), body, {}), (new, body + b" ", {}), (new, body, {"webhook-id": "2"})):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(changed, {**headers, **more})


@pytest.mark.parametrize(
    ("bound", "topics", "is_told"),
    [
        ("*/*", {Topic.CREATED}, True),
        ("billing/*", {Topic.CREATED, Topic.REFUSED}, True),
        ("billing/staging", {Topic.CREATED}, False),
        ("shop/*", {Topic.CREATED}, False),
        ("*/*", {Topic.REFUSED}, False),
    ],
)
def test_an_endpoint_is_told_of_its_events_within_its_bound(bound: str, topics: set[Topic], *, is_told: bool) -> None:
    """And of nothing while it is disabled."""
    endpoint = Endpoint("wh_1", "https://example.com", Bound.parse(bound), frozenset(topics), NOW, ())
    disabled = Endpoint("wh_1", "https://example.com", Bound(), frozenset(Topic), NOW, (), disabled_at=NOW)
    assert endpoint.wants(CREATED) is is_told
    assert not disabled.wants(CREATED)


def test_a_delivery_is_tried_again_later_and_later_and_then_given_up() -> None:
    """Within a fifth of what each wait is meant to be; for more than three days in all."""
    delivery = Delivery(new_delivery_id(), "wh_1", CREATED, DeliveryState.WAITING, (), NOW)
    waits = []
    while delivery.state is DeliveryState.WAITING:
        failed = Attempt(delivery.next_at, 503)
        delivery = after(delivery, failed)
        waits.append(delivery.next_at - failed.at)
    assert delivery.state is DeliveryState.GIVEN_UP
    assert len(delivery.attempts) == len(waits) == MOST_ATTEMPTS
    assert all(0.8 * meant <= wait <= 1.2 * meant for wait, meant in zip(waits, WAITS, strict=False))
    assert sum(WAITS, timedelta()) > timedelta(days=3)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (200, DeliveryState.DELIVERED),
        (204, DeliveryState.DELIVERED),
        (302, DeliveryState.WAITING),
        (404, DeliveryState.WAITING),
        (410, DeliveryState.GIVEN_UP),
        (None, DeliveryState.WAITING),
    ],
)
def test_what_an_answer_means(status: int | None, state: DeliveryState) -> None:
    """A redirect is a failure; 410 is an end."""
    delivery = Delivery("msg_1", "wh_1", CREATED, DeliveryState.WAITING, (), NOW)
    assert after(delivery, Attempt(NOW, status)).state is state


def test_the_name_of_an_endpoint_is_known_by_its_form() -> None:
    """Nothing else is looked up."""
    assert is_endpoint_id(new_endpoint_id())
    assert not any(map(is_endpoint_id, ("", "wh_", "wh_0123456789abcdeF", "wh_0123456789abcdef\n", "wh_\x00")))
