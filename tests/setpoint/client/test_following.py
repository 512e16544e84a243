"""`setpoint.client.follow` in real apps, of threads and of greenlets, with the real service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store.testing.examples import OLD_KEY
from setpoint.client import follow
from support.followed_environment import Billing
from support.fresh_database import fresh_database
from support.reloading_app import PATCH, reloading_app
from support.service_over_http import service_over_http
from support.supervised import STRICT
from support.waiting import eventually

CANARY = "canary-5d3c9a71"


@pytest.fixture
def billing(tmp_path: Path) -> Iterator[Billing]:
    """The service with an app that has a schema."""
    with service_over_http(fresh_database(tmp_path), OLD_KEY) as service:
        yield Billing(service.url, service.admin)


@pytest.mark.parametrize(
    "patch", [pytest.param("", id="threads"), pytest.param(PATCH, id="gevent", marks=pytest.mark.long)]
)
def test_an_app_takes_what_its_class_accepts_and_nothing_else(billing: Billing, tmp_path: Path, patch: str) -> None:
    """It answers like a supervised command, its environment stays as it was, and its other threads never wait."""
    billing.write(POOL_MAX="5", API_KEY=CANARY)
    with reloading_app(tmp_path / "web", billing.url, billing.token, patch=patch) as app:
        billing.wait_for("the instance serves revision 1")
        assert app.told["api_key"] == CANARY
        billing.write(POOL_MAX="6", API_KEY=CANARY)
        billing.wait_for("the instance serves revision 2")
        before = app.told
        assert (before["revision"], before["pool_max"], before["applied"]) == (2, 6, [6])

        billing.write(POOL_MIN="9", POOL_MAX="7", API_KEY=CANARY)
        billing.wait_for("1 of 1 instance refused revision 3: POOL_MIN must not exceed POOL_MAX; still serving 2")
        billing.write(POOL_MAX="13", API_KEY=CANARY)
        eventually(lambda: "refused revision 4" in billing.rollout)
        assert "the app could not apply it (ValueError, its_app.py:16); still serving 2" in billing.rollout
        billing.write(POOL_MAX="14", API_KEY=CANARY)
        eventually(lambda: "refused revision 5" in billing.rollout)
        assert "the app could not apply it (NobodyCatchesThis, its_app.py:18); still serving 2" in billing.rollout
        after = app.told
        assert (after["revision"], after["pool_max"], after["applied"], after["environment"]) == (2, 6, [6], [])
        assert after["ticks"] > before["ticks"] + 10

        billing.write(POOL_MAX="6", API_KEY=CANARY)
        billing.wait_for("the instance serves revision 6")
        assert app.told["applied"] == [6], "nothing has changed for the app"
        assert app.end() == "[]\n"
        assert app.process.returncode == 0
        assert CANARY not in app.said
        assert "revision 3 is refused: POOL_MIN must not exceed POOL_MAX" in app.said
    assert billing.sessions == []


def test_without_the_service_an_app_starts_with_what_it_has_applied_last(billing: Billing, tmp_path: Path) -> None:
    """Loudly; and a first start without it ends as `load` does."""
    with reloading_app(tmp_path / "web", "http://127.0.0.1:9", billing.token) as app:
        assert (app.end(), app.process.returncode) == ("", 78)
        assert "error: cannot reach the service" in app.said
        assert "Traceback" not in app.said
    billing.write(POOL_MAX="5", API_KEY=CANARY)
    with reloading_app(tmp_path / "web", billing.url, billing.token) as app:
        billing.wait_for("the instance serves revision 1")
        app.end()
    with reloading_app(tmp_path / "web", "http://127.0.0.1:9", billing.token) as app:
        assert (app.told["pool_max"], app.told["api_key"]) == (5, CANARY)
        assert "starting with the last known good, revision 1, applied" in app.said


def test_a_start_that_the_class_refuses_ends_with_its_reasons(billing: Billing, tmp_path: Path) -> None:
    """People see at the service why there is no instance."""
    billing.write(POOL_MIN="9", POOL_MAX="5", API_KEY=CANARY)
    with reloading_app(tmp_path / "web", billing.url, billing.token) as app:
        assert (app.end(), app.process.returncode) == ("", 78)
        assert "POOL_MIN must not exceed POOL_MAX" in app.said
        assert CANARY not in app.said
    assert billing.sessions[0]["state"] == "FAILED"


def test_a_class_that_crashes_its_process_harms_nobody(billing: Billing, tmp_path: Path) -> None:
    """It is asked in a process of its own first."""
    crashing = STRICT.replace(
        "        if self", "        if self.pool_max == 7: import os; os.abort()\n        if self"
    )
    billing.write(POOL_MAX="5")
    with reloading_app(tmp_path / "web", billing.url, billing.token, settings=crashing) as app:
        billing.wait_for("the instance serves revision 1")
        billing.write(POOL_MAX="7")
        eventually(lambda: "refused revision 2" in billing.rollout)
        assert app.told["pool_max"] == 5


def test_a_class_that_no_other_process_can_import_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Before anything is asked."""
    from pydantic_settings import BaseSettings  # noqa: PLC0415 - for this class alone

    class Settings(BaseSettings):
        """One inside a function."""

    monkeypatch.setenv("SETPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SETPOINT_TOKEN", "sp_x")
    with pytest.raises(SystemExit) as ended:
        follow(Settings, app="billing", environment="production", cache=tmp_path)
    assert ended.value.code == 78
    assert "define it in a module of its own" in capsys.readouterr().err
