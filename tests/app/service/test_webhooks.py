import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.domain.audit import SERVICE, Action
from app.domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from app.domain.identity import Bound, Scope
from app.domain.session import Answer, Instance, Reason, SessionReport, Verdict
from app.domain.webhooks.outgoing import EVENTS, Answered, Delivery, DeliveryState, Endpoint, Topic
from app.receivers.sending import WebhookSender
from app.service.leases import Leases
from app.service.rollouts import Rollouts
from app.service.sessions import Sessions
from app.service.webhooks.delivering import LEASE, Delivering, encoded
from app.service.webhooks.managing import MOST_ENDPOINTS, Webhooks
from app.service.writing.intent import Intent
from observability.known_secrets import masked, secrets_of_its_own
from observability.masking import MASK
from observability.metrics import exposition
from support.configuration_service import ADA, GRACE, PRODUCTION, STAGING, Clock, Service, actor
from support.waiting import eventually
from support.webhook_receiver import WebhookReceiver, webhook_receiver

SENDER = WebhookSender(allow_private=True, seconds=5)
GOOD = {"PORT": "8000", "API_KEY": "c4n4ry-of-the-webhooks"}


@pytest.fixture
def clock() -> Clock:
    """Begins now: the reference library refuses what is older than five minutes."""
    return Clock(datetime.now(UTC))


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with webhook_receiver() as running:
        yield running


@pytest.fixture
def webhooks(service: Service) -> Webhooks:
    return Webhooks(service.store, SENDER, service.clock)


@pytest.fixture
def delivering(service: Service) -> Delivering:
    return Delivering(service.store, SENDER, service.clock)


def _hook(webhooks: Webhooks, url: str, bound: str = "*/*", topics: frozenset[Topic] = EVENTS) -> Endpoint:
    return webhooks.create(actor(), url, Bound.parse(bound), topics)


def _write(service: Service, based_on: int | None = None, **variables: str) -> None:
    service.revising.replace(actor(), Intent(PRODUCTION, based_on), {**GOOD, **variables})


def _deliver(delivering: Delivering) -> int:
    """Deliver what is due; return how many attempts that took."""
    begun = delivering.deliver_due()
    eventually(lambda: not delivering.busy)
    return begun


def _only(webhooks: Webhooks, endpoint: Endpoint) -> Delivery:
    (delivery,) = webhooks.deliveries(actor(), endpoint.id)
    return delivery


def test_what_happens_is_told_without_values(
    service: Service, webhooks: Webhooks, delivering: Delivering, receiver: WebhookReceiver
) -> None:
    """A revision, and a rollback as well as its revision; to those who asked for it."""
    endpoint = _hook(webhooks, receiver.url)
    for bound, topics in (("billing/staging", EVENTS), ("*/*", frozenset({Topic.REFUSED}))):
        _hook(webhooks, "http://127.0.0.1:9/", bound, topics)
    _write(service)
    _write(service, 1, PORT="8001")
    service.revising.roll_back(actor(), Intent(PRODUCTION, 2), 1)
    while _deliver(delivering):
        pass
    told = [(each["type"], each["data"]) for each in receiver.verified(endpoint.secrets[0])]
    place = {"app": "billing", "environment": "production"}
    assert sorted(told, key=str) == [
        ("revision.created", {**place, "revision": 1}),
        ("revision.created", {**place, "revision": 2}),
        ("revision.created", {**place, "revision": 3}),
        ("revision.rolled_back", {**place, "revision": 3, "from": 1}),
    ]
    assert all(GOOD["API_KEY"].encode() not in body for _, body in receiver.received)
    assert {each.state for each in webhooks.deliveries(actor(), endpoint.id)} == {DeliveryState.DELIVERED}


def test_what_is_not_stored_is_not_told(service: Service, webhooks: Webhooks, delivering: Delivering) -> None:
    """A dry run, a refused write, and one that changes nothing."""
    _write(service)
    endpoint = _hook(webhooks, "http://127.0.0.1:9/")
    service.revising.replace(actor(), Intent(PRODUCTION, 1, dry_run=True), {**GOOD, "PORT": "1"})
    with pytest.raises(InvalidError):
        service.revising.replace(actor(), Intent(PRODUCTION, 1), {**GOOD, "PORT": "x"})
    _write(service, 1)
    assert webhooks.deliveries(actor(), endpoint.id) == []
    assert delivering.deliver_due() == 0


def test_a_refusal_is_told_once_and_only_of_the_newest_revision(service: Service, webhooks: Webhooks) -> None:
    """Whatever instances say of numbers that are not offered."""
    _write(service)
    endpoint = _hook(webhooks, "http://127.0.0.1:9/", topics=frozenset({Topic.REFUSED}))
    rollouts = Rollouts(service.store, service.clock)
    leases = Leases(service.store, rollouts, service.clock, "worker-1")
    sessions = Sessions(service.store, service.reading, rollouts, service.clock, leases)
    names = [
        sessions.open(actor(), Instance(f"i{number}", "web", 1, service.clock(), "1.0"), {PRODUCTION: None})[0].id
        for number in range(2)
    ]
    reasons = (Reason("value-error", "PORT", "the port is taken"),)
    for revision, answer in ((7, Answer.FAILED), (1, Answer.APPLIED), (1, Answer.FAILED), (1, Answer.FAILED)):
        verdict = Verdict(revision, answer, service.clock(), reasons)
        sessions.report([SessionReport([each], PRODUCTION, verdict) for each in names])
    leases.close()
    delivery = _only(webhooks, endpoint)
    assert (delivery.message.topic, delivery.message.place, delivery.message.revision) == (Topic.REFUSED, PRODUCTION, 1)
    assert b"taken" not in encoded(delivery.message)


def test_a_receiver_that_fails_is_tried_again_under_the_same_id(
    service: Service, webhooks: Webhooks, delivering: Delivering, receiver: WebhookReceiver
) -> None:
    """After a while; each attempt is written down."""
    endpoint = _hook(webhooks, receiver.url)
    receiver.statuses += [500, 302]
    _write(service)
    waited = [timedelta(0), timedelta(seconds=7), timedelta(seconds=80)]
    for wait in waited:
        assert _deliver(delivering) == (not wait)
        service.clock.forward(wait)
        _deliver(delivering)
    assert len(receiver.ids) == 3
    assert len({*receiver.ids}) == 1
    delivery = _only(webhooks, endpoint)
    assert (delivery.id, delivery.state) == (receiver.ids[0], DeliveryState.DELIVERED)
    assert [each.status for each in delivery.attempts] == [500, 302, 204]


def test_a_receiver_that_is_gone_is_left_alone(
    service: Service, webhooks: Webhooks, delivering: Delivering, receiver: WebhookReceiver
) -> None:
    """Until somebody enables it again."""
    endpoint = _hook(webhooks, receiver.url)
    receiver.statuses.append(410)
    _write(service)
    _deliver(delivering)
    (disabled,) = webhooks.visible(actor())
    assert disabled.disabled_at is not None
    told = service.store.read(lambda found: found.audit.page())[0]
    assert (told.action, told.principal, told.detail["webhook"]) == (Action.WEBHOOK_DISABLE, SERVICE, endpoint.id)
    _write(service, 1, PORT="8001")
    service.clock.forward(timedelta(days=1))
    assert _deliver(delivering) == 0
    assert _only(webhooks, endpoint).state is DeliveryState.GIVEN_UP
    with pytest.raises(ConflictError, match="410 Gone"):
        webhooks.ping(actor(), endpoint.id)
    webhooks.enable(actor(), endpoint.id)
    webhooks.ping(actor(), endpoint.id)
    _deliver(delivering)
    assert [json.loads(body)["type"] for _, body in receiver.received] == ["revision.created", "ping"]


def test_a_slow_receiver_holds_up_no_other(
    service: Service, webhooks: Webhooks, delivering: Delivering, receiver: WebhookReceiver
) -> None:
    """Nor any request: nobody waits for it."""
    receiver.is_open.clear()
    slow = _hook(webhooks, receiver.url)
    _write(service)
    assert delivering.deliver_due() == 1
    eventually(lambda: receiver.received)
    with webhook_receiver() as fast:
        _hook(webhooks, fast.url)
        _write(service, 1, PORT="8001")
        assert delivering.deliver_due() == 1
        eventually(lambda: fast.received)
    eventually(lambda: delivering.busy == {slow.id})
    receiver.is_open.set()
    eventually(lambda: not delivering.busy)


def test_a_delivery_forgets_what_it_has_decrypted(
    service: Service, webhooks: Webhooks, receiver: WebhookReceiver
) -> None:
    """No line shows it while it is delivered; later lines of the process are not searched for it."""
    told = list[str]()
    with secrets_of_its_own():
        (secret,) = _hook(webhooks, receiver.url).secrets
        _write(service)

    class Listening(WebhookSender):
        def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answered:
            told.append(masked(secret))
            return super().send(url, headers, body)

    _deliver(Delivering(service.store, Listening(allow_private=True, seconds=5), service.clock))
    assert (told, masked(secret)) == ([MASK], secret)


def test_what_a_killed_worker_was_delivering_is_delivered_by_another(
    service: Service, webhooks: Webhooks, delivering: Delivering, receiver: WebhookReceiver
) -> None:
    """At least once, and under the same id, by which receivers know it."""
    endpoint = _hook(webhooks, receiver.url)
    _write(service)
    now = service.clock()
    service.store.write(lambda found: found.webhooks.claim(now, now + LEASE, 1, []))
    assert _deliver(delivering) == 0
    service.clock.forward(LEASE)
    assert _deliver(delivering) == 1
    assert receiver.ids == [_only(webhooks, endpoint).id]


def test_a_new_secret_signs_beside_the_old_one_for_a_while(
    service: Service, webhooks: Webhooks, delivering: Delivering, receiver: WebhookReceiver
) -> None:
    """So that a receiver can take the new one at any time."""
    old = _hook(webhooks, receiver.url)
    new = webhooks.rotate(actor(), old.id, timedelta(hours=1))
    webhooks.ping(actor(), old.id)
    _deliver(delivering)
    for each in (old, new):
        assert [told["type"] for told in receiver.verified(each.secrets[0])] == ["ping"]
    service.clock.forward(timedelta(hours=2))
    webhooks.ping(actor(), old.id)
    _deliver(delivering)
    signatures = [headers["webhook-signature"].split(" ") for headers, _ in receiver.received]
    assert list(map(len, signatures)) == [2, 1]


def test_an_endpoint_is_the_business_of_who_is_admin_of_all_of_its_bound(webhooks: Webhooks) -> None:
    """For others, there is no such thing."""
    mine = actor(GRACE, Scope.ADMIN, bounds=("billing/staging",))
    editor = actor(GRACE, Scope.CONFIG_WRITE)
    other = _hook(webhooks, "http://127.0.0.1:9/", "billing/*")
    for bound, who in (("billing/*", mine), ("*/staging", mine), (str(STAGING), editor)):
        with pytest.raises(ForbiddenError, match="is not `admin` of"):
            webhooks.create(who, "http://127.0.0.1:9/", Bound.parse(bound), EVENTS)
    made = webhooks.create(mine, "http://127.0.0.1:9/", Bound.parse(str(STAGING)), EVENTS)
    assert [each.id for each in webhooks.visible(mine)] == [made.id]
    for name in (other.id, "wh_\x00", "wh_0123456789abcdef"):
        for call in (webhooks.rotate, webhooks.enable, webhooks.delete, webhooks.ping, webhooks.deliveries):
            with pytest.raises(NotFoundError, match="there is no webhook"):
                call(mine, name)


def test_what_is_done_with_endpoints_is_written_down(service: Service, webhooks: Webhooks) -> None:
    """By whom, and without secrets."""
    endpoint = _hook(webhooks, "http://127.0.0.1:9/hook", "billing/*")
    secrets = [endpoint.secrets[0], webhooks.rotate(actor(), endpoint.id).secrets[0]]
    webhooks.enable(actor(), endpoint.id)
    webhooks.delete(actor(), endpoint.id)
    found = [each for each in service.store.read(lambda found: found.audit.page()) if "webhook" in each.detail]
    assert [each.action for each in reversed(found)] == [
        Action.WEBHOOK_CREATE,
        Action.WEBHOOK_ROTATE,
        Action.WEBHOOK_ENABLE,
        Action.WEBHOOK_DELETE,
    ]
    assert {(each.principal, each.app, each.environment) for each in found} == {(ADA, "billing", "")}
    assert not any(secret in str(found) for secret in secrets)


def test_there_are_not_too_many_endpoints(webhooks: Webhooks) -> None:
    """Each is a row for every revision."""
    for _ in range(MOST_ENDPOINTS):
        _hook(webhooks, "http://127.0.0.1:9/")
    with pytest.raises(ConflictError, match="100 webhooks already"):
        _hook(webhooks, "http://127.0.0.1:9/")


def test_a_url_that_nothing_is_sent_to_is_refused_at_once(service: Service) -> None:
    """With the reason."""
    webhooks = Webhooks(service.store, WebhookSender(), service.clock)
    with pytest.raises(InvalidError) as refused:
        webhooks.create(actor(), "https://169.254.169.254/", Bound(), EVENTS)
    assert [(each.variable, each.code) for each in refused.value.problems] == [("url", "url-not-allowed")]


def test_attempts_are_counted_by_what_came_of_them(
    webhooks: Webhooks, delivering: Delivering, receiver: WebhookReceiver
) -> None:
    """By words of our own."""
    endpoint = _hook(webhooks, receiver.url)
    receiver.statuses += [500, 204, 410]
    before = _counted()
    for _ in range(3):
        webhooks.ping(actor(), endpoint.id)
        _deliver(delivering)
    assert {each: _counted().get(each, 0) - before.get(each, 0) for each in ("waiting", "delivered", "gone")} == {
        "waiting": 1,
        "delivered": 1,
        "gone": 1,
    }


def _counted() -> dict[str, float]:
    families = text_string_to_metric_families(exposition().decode())
    return {
        sample.labels["outcome"]: sample.value
        for family in families
        for sample in family.samples
        if sample.name == "setpoint_webhook_deliveries_total"
    }
