"""A secret that the service has received or decrypted leaves it by no exception and no log line, in no form.

What leaves is searched by decoders of its own: whatever can be decoded is, and no eight characters of a secret are to
be in what comes out.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any
from urllib.parse import unquote_plus, urlencode

import pytest

from app.service.tokens import Tokens
from app.store.opening import open_store
from app.store.testing.examples import OLD_KEY
from support.configuration_service import ADA, CONTRACT, Clock, Service
from support.failures import CARRIERS, FORMS
from support.sentry_receiver import SentryReceiver, running_receiver

# They have what is quoted, escaped and encoded.
DECRYPTED = 'Dk7-Qm4tz8 "ü\\%+&/ Vw3-hL2xPn9'
RECEIVED = "Rx9-bT5wcK 'é\\%+&/ Zt5-yJ8vDs6"
# The service fails five hundred times before the first test, and is measured in CI.
pytestmark = [pytest.mark.long, pytest.mark.timeout(480)]
_KINDS = {"received": {"API_KEY": RECEIVED}, "decrypted": {}}
_PLACE = "/v1/apps/billing/environments/production/config"
_SHORTEST = 8
_TO_URLSAFE = str.maketrans("+/", "-_")
_ESCAPE = re.compile(r"\\(?:u([0-9a-f]{4})|x([0-9a-f]{2})|(.))")
_RUN = re.compile(r"[A-Za-z0-9+/_-]{12,}")


@dataclass
class Left:
    """What left the service, by the id of the request that it belongs to."""

    token: str
    lines: dict[str, list[Any]] = field(default_factory=dict)
    events: dict[str, list[Any]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory, running_service: Any) -> Left:
    directory = tmp_path_factory.mktemp("failing")
    url = f"sqlite:///{directory}/setpoint.db"
    with closing(open_store(url, OLD_KEY)) as store:
        kept = Service(store, Clock())
        found = Left(Tokens(store, Clock()).first(ADA).text)
        kept.push(CONTRACT)
        kept.write(PORT="8000", API_KEY=DECRYPTED, NAME="production")
    environment = {"FAILING_DATABASE": url, "FAILING_KEYS": OLD_KEY, "SENTRY_TRACES_SAMPLE_RATE": "0"}
    with running_receiver(directory) as receiver:
        with running_service(
            directory, environment | receiver.environment(), app="failing_service:application"
        ) as service:
            _fail_in_all_ways(service, found.token, receiver)
            _fail_with_what_is_pasted(service, found.token, receiver)
            good = {"Authorization": f"Bearer {found.token}", "X-Request-ID": "good"}
            assert service.ask("GET", f"{_PLACE}?reveal=true", good) == 200
            service.end()
        for line in service.lines():
            found.lines.setdefault(line.get("request_id", ""), []).append(line)
        for event in receiver.received("event"):
            found.events.setdefault(event["tags"]["request_id"], []).append(event)
    assert (directory / "stderr").read_text() == ""
    return found


def _fail_in_all_ways(service: Any, token: str, receiver: SentryReceiver) -> None:
    for carrier in CARRIERS:
        known = len(receiver.received("event"))
        for form, (kind, variables) in product(FORMS, _KINDS.items()):
            headers = {
                "Authorization": f"Bearer {token}",
                "X-Request-ID": _request_id(kind, carrier, form),
                "If-Match": '"1"',
                "Content-Type": "application/merge-patch+json",
            }
            body = json.dumps({"NAME": f"{carrier} {form}", **variables})
            assert service.ask("PATCH", _PLACE, headers, body) == 500, (kind, carrier, form)
        receiver.wait_for("event", known + len(FORMS) * len(_KINDS))  # the SDK drops what its queue has no room for


def _fail_with_what_is_pasted(service: Any, token: str, receiver: SentryReceiver) -> None:
    """Fail at `/check` in every form; how it is carried makes no difference there."""
    known = len(receiver.received("event"))
    for form in FORMS:
        headers = {
            "Authorization": f"Bearer {token}",
            "X-Request-ID": f"pasted.{list(FORMS).index(form)}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urlencode({"text": f"NAME={next(iter(CARRIERS))} {form}\r\nAPI_KEY={RECEIVED}\r\n"})
        assert service.ask("POST", "/check", headers, body) == 500, form
    receiver.wait_for("event", known + len(FORMS))


def _request_id(kind: str, carrier: str, form: str) -> str:
    """Return an id that says it in numbers: the names are in what is secret."""
    return ".".join(
        str(list(names).index(name)) for names, name in ((_KINDS, kind), (CARRIERS, carrier), (FORMS, form))
    )


@pytest.mark.parametrize("carrier", CARRIERS)
@pytest.mark.parametrize("kind", _KINDS)
def test_a_secret_leaves_by_no_failure(left: Left, kind: str, carrier: str) -> None:
    """Neither a value of the body nor one that was stored, nor the token."""
    for form in FORMS:
        request_id = _request_id(kind, carrier, form)
        lines = left.lines[request_id]
        assert any("exception.type" in line for line in lines), form
        told = {text for each in (lines, left.events.get(request_id, [])) for text in _texts(each)}
        assert not list(_leaks(told, (DECRYPTED, RECEIVED, left.token[16:]))), form


def test_what_somebody_pastes_leaves_by_no_failure(left: Left) -> None:
    """It is his own, and nobody else's: no log line has it, and no event."""
    for number, form in enumerate(FORMS):
        lines, events = left.lines[f"pasted.{number}"], left.events[f"pasted.{number}"]
        assert any("exception.type" in line for line in lines), form
        assert {line["url.path"] for line in lines if "url.path" in line} == {"/check"}
        told = {text for each in (lines, events) for text in _texts(each)}
        assert not list(_leaks(told, (RECEIVED, left.token[16:]))), form


def test_a_request_that_ends_well_has_its_line_whole(left: Left) -> None:
    """A value of the configuration is a part of its path, too."""
    (line,) = left.lines["good"]
    assert line["url.path"] == _PLACE


def test_outside_of_requests_nothing_is_told_of_their_failures(left: Left) -> None:
    """Where their secrets are not known."""
    assert {line["logger"] for line in left.lines[""]} == {"gunicorn.error"}


def test_errors_are_told_to_sentry(left: Left) -> None:
    """Or the search for secrets in them would have found nothing."""
    carriers = {request_id.split(".")[1] for request_id in left.events if not request_id.startswith("pasted")}
    assert len(carriers) == len(CARRIERS)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield name
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
    else:
        yield str(value)


def _leaks(texts: set[str], secrets: tuple[str, ...]) -> Iterator[str]:
    pieces = {secret[at : at + _SHORTEST] for secret in secrets for at in range(len(secret) - _SHORTEST + 1)}
    for text in texts:
        decoded = _decoded(text)
        yield from (f"{piece!r} in {text!r}" for piece in pieces if piece in decoded)


@cache
def _decoded(text: str) -> str:
    """Return all that can be decoded in `text`, which is in many lines and events."""
    return "\0".join(set(_decodings(text)))


def _decodings(text: str) -> Iterator[str]:
    unescaped = text
    for _ in range(3):
        yield unescaped
        yield unquote_plus(unescaped)
        unescaped = _ESCAPE.sub(_unescaped, unescaped)
    for run in _RUN.findall(text):
        for skipped in range(4):
            with suppress(binascii.Error):
                start = run[skipped:]
                content = base64.urlsafe_b64decode(start.translate(_TO_URLSAFE)[: len(start) // 4 * 4])
                yield content.decode("utf-8", "replace")
        with suppress(ValueError):
            yield bytes.fromhex(run).decode("utf-8", "replace")


def _unescaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else found[3]
