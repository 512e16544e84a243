"""`webhooks` against the real service."""

import re
from datetime import UTC, datetime

from inline_snapshot import snapshot

from app.receivers.sending import WebhookSender
from app.service.webhooks.delivering import Delivering
from support.configuration_service import CONTRACT, Clock, Service
from support.service_over_http import ServiceOverHttp
from support.typed_commands import Setpoint
from support.waiting import eventually
from support.webhook_receiver import webhook_receiver


def _plain(text: str) -> str:
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD HH:MM:SS", text)
    text = re.sub(r"msg_[0-9a-f]{32}", "msg_" + "I" * 32, text)
    text = re.sub(r"127\.0\.0\.1:\d{5}", "127.0.0.1:PPPPP", text)
    return re.sub(r"(wh|whin)_[0-9a-f]{16}", r"\1_IIIIIIIIIIIIIIII", text)


def test_a_webhook_from_its_first_ping_to_its_end(setpoint: Setpoint, service: ServiceOverHttp) -> None:
    """The secret is alone on standard output, and shown only once."""
    with webhook_receiver(500) as receiver:
        status, printed, told = setpoint("webhooks", "create", receiver.url, "--event", "revision.refused")
        assert (status, _plain(told)) == (
            0,
            snapshot("""\
the secret of the webhook wh_IIIIIIIIIIIIIIII is shown only once:
"""),
        )
        assert re.fullmatch(r"whsec_[\w+/]{43}=\n", printed)
        name = told.split()[5]
        assert _plain(setpoint("webhooks", "ping", name)[1]) == snapshot("""\
the webhook wh_IIIIIIIIIIIIIIII gets a ping; `setpoint webhooks deliveries` shows whether it arrived
""")
        assert _plain(setpoint("webhooks", "list")[1]) == snapshot("""\
id                   url                          of   events or action  disabled (UTC)
wh_IIIIIIIIIIIIIIII  http://127.0.0.1:PPPPP/hook  */*  revision.refused  -
""")
        delivering = Delivering(service.store, WebhookSender(allow_private=True), lambda: datetime.now(UTC))
        delivering.deliver_due()
        eventually(lambda: receiver.received and not delivering.busy)
        assert _plain(setpoint("webhooks", "deliveries", name)[1]) == snapshot("""\
id                                    event  of  state    attempts  last answer  next (UTC)
msg_IIIIIIIIIIIIIIIIIIIIIIIIIIIIIIII  ping   -   waiting  1         500          YYYY-MM-DD HH:MM:SS
""")
        receiver.verified(printed.strip())
    assert setpoint("webhooks", "rotate", name, "--grace", "30m")[1] != printed
    assert _plain(setpoint("webhooks", "enable", name)[1]) == snapshot(
        "the webhook wh_IIIIIIIIIIIIIIII gets messages again\n"
    )
    assert _plain(setpoint("webhooks", "delete", name)[1]) == snapshot("the webhook wh_IIIIIIIIIIIIIIII is deleted\n")
    assert setpoint("webhooks", "list") == (0, "", "there are no webhooks\n")


def test_an_incoming_webhook_from_its_first_secret_to_its_end(setpoint: Setpoint, service: ServiceOverHttp) -> None:
    """It is listed, rotated and deleted beside the others."""
    kept = Service(service.store, Clock())
    kept.push(CONTRACT)
    kept.write(PORT="1")
    status, printed, told = setpoint("webhooks", "accept", "billing/production", "--action", "rollback")
    assert (status, _plain(told)) == (
        0,
        snapshot("""\
requests go to /v1/webhooks/in/whin_IIIIIIIIIIIIIIII at the URL of the service
the secret of the webhook whin_IIIIIIIIIIIIIIII is shown only once:
"""),
    )
    assert re.fullmatch(r"whsec_[\w+/]{43}=\n", printed)
    name = told.split()[3].rpartition("/")[2]
    assert _plain(setpoint("webhooks", "list")[1]) == snapshot("""\
id                     url                                    of                  events or action  disabled (UTC)
whin_IIIIIIIIIIIIIIII  /v1/webhooks/in/whin_IIIIIIIIIIIIIIII  billing/production  rollback          -
""")
    for action in ("enable", "ping", "deliveries"):
        status, _, told = setpoint("webhooks", action, name)
        assert status == 2
        assert told.startswith(f"error: `{name}` is an incoming webhook: nothing is sent to it")
    assert setpoint("webhooks", "rotate", name)[1] != printed
    assert _plain(setpoint("webhooks", "delete", name)[1]) == snapshot("the webhook whin_IIIIIIIIIIIIIIII is deleted\n")
    assert setpoint("webhooks", "list") == (0, "", "there are no webhooks\n")
    assert setpoint("webhooks", "accept", "billing/nowhere", "--action", "abort") == snapshot(
        (1, "", "error: there is no `billing/nowhere`\n")
    )


def test_a_url_that_nothing_is_sent_to_is_refused_in_words(setpoint: Setpoint) -> None:
    """With what such a URL looks like."""
    assert setpoint("webhooks", "create", "ftp://example.com") == (
        1,
        "",
        snapshot("""\
error: 1 problem, and nothing was stored
  `url`: the URL of a webhook begins with `https://` or `http://` and names a host
"""),
    )
