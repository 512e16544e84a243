from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from app import factory
from app.contracts.validator import ContractValidator
from app.domain.identity import Bound, Scope, rights_within
from app.service.tokens import Grant, Tokens
from app.store.sqlite.store import SqliteStore
from support.asked_statements import asked_statements
from support.configuration_service import ADA, Clock, actor
from support.http_api import BASE, Api
from support.keyed_settings import Settings
from support.small_contract import contract

CONFIG = f"{BASE}/config"
SECRET = "canary-9f3c-of-a-secret"


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """What the store is asked, except for its position."""
    with asked_statements() as asked:
        yield asked


def test_a_read_is_answered_again_without_asking_for_more_than_the_position(api: Api, statements: list[str]) -> None:
    """The same answer to the byte, and so is the one to a client that has it already."""
    api.put({"PORT": "1", "API_KEY": SECRET})
    for headers in ({}, {"If-None-Match": '"1"'}):
        first = api.call("GET", CONFIG, headers=headers)
        statements.clear()
        again = api.call("GET", CONFIG, headers=headers)
        assert statements == []
        assert (again.status, again.data) == (first.status, first.data)
        told = [{name: text for name, text in each.headers if name != "X-Request-ID"} for each in (first, again)]
        assert told[0] == told[1]
        assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]


CHANGES: dict[str, Callable[[Api], object]] = {
    "a revision": lambda api: api.put({"PORT": "2"}, based_on=1),
    "a schema": lambda api: api.call(
        "PUT",
        f"/v1/apps/billing/schemas/{contract(PORT='secret').digest}?release=2.0&compatibility=none",
        data=contract(PORT="secret").document,
        content_type="application/json",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_by_the_next_read(api: Api, change: str) -> None:
    """Also one that tells which variables are secrets."""
    api.put({"PORT": "1"})
    before = [api.call("GET", CONFIG).data for _ in range(2)]
    CHANGES[change](api)
    assert api.call("GET", CONFIG).data not in before


def test_a_revoked_token_is_refused_on_its_next_request(api: Api) -> None:
    """And nobody else's."""
    api.put({"PORT": "1"})
    reader = api.token(Scope.CONFIG_READ)
    assert [api.call("GET", CONFIG, token=reader).status_code for _ in range(2)] == [200, 200]
    api.call("DELETE", f"/v1/tokens/{reader.split('_')[1]}")
    assert api.call("GET", CONFIG, token=reader).status_code == 401
    assert api.call("GET", CONFIG).status_code == 200


def test_a_token_that_expires_is_refused_although_nothing_happened(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was answered holds no longer than the token itself."""
    clock = Clock()
    monkeypatch.setattr(factory, "_now", clock)
    own = Api(factory.create_app(Settings(), keeping=factory.Keeping(api.store, ContractValidator())), api.store, clock)
    own.put({"PORT": "1"})
    grant = Grant(ADA, "ci", rights_within({Scope.CONFIG_READ}, {Bound()}), clock() + timedelta(hours=1))
    _, text = Tokens(api.store, clock).create(actor(ADA), grant)
    assert [own.call("GET", CONFIG, token=text.text).status_code for _ in range(2)] == [200, 200]
    clock.forward(timedelta(hours=1))
    assert own.call("GET", CONFIG, token=text.text).status_code == 401


def test_every_reveal_is_written_down(api: Api) -> None:
    """However often the same is asked."""
    api.put({"PORT": "1", "API_KEY": SECRET})
    for _ in range(3):
        assert SECRET in api.call("GET", f"{CONFIG}?reveal=true").text
    events = api.call("GET", "/v1/audit?app=billing").get_json()["events"]
    assert [each["action"] for each in events].count("config.reveal") == 3


def test_each_token_and_each_question_has_an_answer_of_its_own(api: Api) -> None:
    """What one may see is no answer to another."""
    api.put({"PORT": "1", "API_KEY": SECRET})
    stranger = api.token(Scope.CONFIG_READ, bounds=("billing/staging",))
    for _ in range(2):
        assert api.call("GET", CONFIG).status_code == 200
        assert api.call("GET", CONFIG, token=stranger).status_code == 404
        assert api.call("GET", CONFIG, token="").status_code == 401
        assert api.call("GET", f"{CONFIG}?format=env").mimetype == "text/plain"
        assert api.call("GET", f"{CONFIG}?format=nothing").status_code == 422
        assert api.call("HEAD", CONFIG).data == b""


def test_a_failure_is_not_repeated(api: Api) -> None:
    """A database that was away for a moment is asked again, although nothing was written meanwhile."""
    api.put({"PORT": "1"})
    assert isinstance(api.store, SqliteStore)
    with api.store._writing.connect() as connection, connection.begin():
        body = connection.exec_driver_sql("SELECT body FROM revisions").scalar_one()
        connection.exec_driver_sql("UPDATE revisions SET body = x'00'")
    assert api.call("GET", CONFIG).status_code == 500
    with api.store._writing.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE revisions SET body = ?", (body,))
    assert api.call("GET", CONFIG).status_code == 200
