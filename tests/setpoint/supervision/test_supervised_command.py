"""`setpoint run --app` with real processes and the real service: what happens to the command, and what is told."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.store.testing.examples import OLD_KEY
from support.followed_environment import PLACE, Billing
from support.fresh_database import fresh_database
from support.service_over_http import service_over_http
from support.supervised import LAX, STRICT, is_running, pid_of, supervised
from support.waiting import eventually

CANARY = "canary-5d3c9a71"


@pytest.fixture
def billing(tmp_path: Path) -> Iterator[Billing]:
    """The service with an app that has a schema."""
    with service_over_http(fresh_database(tmp_path), OLD_KEY) as service:
        yield Billing(service.url, service.admin)


def test_the_line_that_no_other_system_can_print(billing: Billing, tmp_path: Path) -> None:
    """Two of three refuse a revision that the schema lets through, and nothing happens to their commands."""
    billing.write(POOL_MIN="1", POOL_MAX="5", API_KEY=CANARY)
    with ExitStack() as stack:
        three = [
            stack.enter_context(supervised(tmp_path / f"web-{number}", billing.url, billing.token, settings=settings))
            for number, settings in enumerate((STRICT, STRICT, LAX))
        ]
        billing.wait_for("all 3 instances serve revision 1")
        pids = [each.process.pid for each in three]
        billing.write(POOL_MIN="9", POOL_MAX="5", API_KEY=CANARY)
        billing.wait_for("2 of 3 instances refused revision 2: POOL_MIN must not exceed POOL_MAX; still serving 1")
        assert [len(each.starts) for each in three] == [1, 1, 2]
        billing.write(POOL_MIN="2", POOL_MAX="5", API_KEY=CANARY)
        billing.wait_for("all 3 instances serve revision 3")
        assert [each.starts[-1]["POOL_MIN"] for each in three] == ["2", "2", "2"]
        assert [each.process.pid for each in three] == pids
        assert "revision 2 is refused: POOL_MIN must not exceed POOL_MAX" in three[0].said
        assert not any(CANARY in each.said for each in three)
        assert CANARY not in str(billing.sessions)


def test_variables_that_a_revision_no_longer_has_are_gone(billing: Billing, tmp_path: Path) -> None:
    """And the caller's stay."""
    billing.write(POOL_MAX="5", OLD_NAME="x")
    more = {"POOL_MIN": "3"}
    with supervised(tmp_path / "web", billing.url, billing.token, more=more) as web:
        billing.wait_for("the instance serves revision 1")
        billing.write(POOL_MAX="6")
        billing.wait_for("the instance serves revision 2")
        assert web.said.count("serving revision 1\n") == web.said.count("serving revision 2\n") == 1
        assert web.starts == [{"OLD_NAME": "x", "POOL_MAX": "5", "POOL_MIN": "3"}, {"POOL_MAX": "6", "POOL_MIN": "3"}]


@pytest.mark.long
def test_a_canary_goes_back_to_the_revision_before(billing: Billing, tmp_path: Path) -> None:
    """With its variables and its verdict, and it is its last known good again."""
    billing.write(POOL_MAX="5")
    with supervised(tmp_path / "web", billing.url, billing.token) as web:
        billing.wait_for("the instance serves revision 1")
        tried = billing.tried("canary=1&bake=600", POOL_MAX="6", OLD_NAME="x")
        billing.wait_for("the canary serves revision 2; it bakes for 600 s")
        billing.call("POST", f"{PLACE}/rollout/abort", json={"revision": tried, "message": "too slow"})
        billing.wait_for("revision 2 was rolled back: aborted by ada: too slow; the instance serves revision 1")
        assert web.starts == [{"POOL_MAX": "5"}, {"OLD_NAME": "x", "POOL_MAX": "6"}, {"POOL_MAX": "5"}]
        (session,) = billing.sessions
        assert (session["attempted"]["revision"], session["attempted"]["verdict"]) == (1, "APPLIED")
        assert web.said.count("serving revision 1\n") == 2
    with supervised(tmp_path / "web", billing.url, billing.token, "--offline") as web:
        eventually(lambda: len(web.starts) == 4)
        assert web.starts[-1] == {"POOL_MAX": "5"}


def test_a_revision_with_which_the_command_dies_is_taken_back(billing: Billing, tmp_path: Path) -> None:
    """The last good one is started again, and the service hears of the exit status."""
    billing.write(POOL_MAX="5")
    with supervised(tmp_path / "web", billing.url, billing.token, "--settle", "3") as web:
        billing.wait_for("the instance serves revision 1")
        billing.write(POOL_MAX="13")
        billing.wait_for(
            "1 of 1 instance refused revision 2: the command ended with 7 within the time that it has to start;"
            " still serving 1"
        )
        eventually(lambda: len(web.starts) == 2)
        assert web.starts[1] == {"POOL_MAX": "5"}
        assert "starting again with revision 1" in web.said


@pytest.mark.long
def test_the_same_content_under_a_new_number_restarts_nothing(billing: Billing, tmp_path: Path) -> None:
    """As after a rollback of what was refused."""
    billing.write(POOL_MAX="5")
    with supervised(tmp_path / "web", billing.url, billing.token) as web:
        billing.wait_for("the instance serves revision 1")
        billing.write(POOL_MIN="9", POOL_MAX="5")
        eventually(lambda: "refused revision 2" in billing.rollout)
        billing.write(POOL_MAX="5")
        billing.wait_for("the instance serves revision 3")
        assert len(web.starts) == 1


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGUSR1, 42), (signal.SIGINT, 130)])
def test_signals_reach_the_command_and_its_status_comes_back(
    billing: Billing, tmp_path: Path, number: signal.Signals, status: int
) -> None:
    """As if nobody were between."""
    billing.write(POOL_MAX="5")
    with supervised(tmp_path / "web", billing.url, billing.token) as web:
        eventually(lambda: web.starts)
        web.process.send_signal(number)
        assert web.process.wait(timeout=30) == status
    assert billing.sessions == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the threads of a process are found in Linux' /proc")
def test_a_signal_that_another_thread_gets_reaches_the_command_too(billing: Billing, tmp_path: Path) -> None:
    """The kernel may give it to any of them, and only the one that waits would be woken by it."""
    billing.write(POOL_MAX="5")
    with supervised(tmp_path / "web", billing.url, billing.token) as web:
        billing.wait_for("the instance serves revision 1")
        others = {int(each.name) for each in Path(f"/proc/{web.process.pid}/task").iterdir()} - {web.process.pid}
        os.kill(min(others), signal.SIGTERM)
        assert web.process.wait(timeout=30) == 0


def test_without_the_service_the_last_known_good_is_started(billing: Billing, tmp_path: Path) -> None:
    """Loudly, with its age, and the service hears where it came from once it is back."""
    billing.write(POOL_MAX="5", API_KEY=CANARY)
    folder = tmp_path / "web"
    with supervised(folder, billing.url, billing.token):
        billing.wait_for("the instance serves revision 1")
    stored = b"".join(each.read_bytes() for each in (folder / "cache").iterdir())
    assert CANARY.encode() not in stored
    with supervised(folder, "http://127.0.0.1:9", billing.token) as web:
        eventually(lambda: len(web.starts) == 2)
        assert web.starts[1]["API_KEY"] == CANARY
        assert "WARNING: cannot reach the service" in web.said
        assert "starting with the last known good, revision 1, applied" in web.said


def test_a_start_that_is_refused_is_a_sentence_and_a_status(billing: Billing, tmp_path: Path) -> None:
    """Nothing was applied before that it could go on with."""
    billing.write(POOL_MIN="9", POOL_MAX="5")
    with supervised(tmp_path / "web", billing.url, billing.token) as web:
        assert web.process.wait(timeout=30) == 1
        assert "POOL_MIN must not exceed POOL_MAX" in web.said
        assert web.starts == []
    assert billing.sessions[0]["state"] == "FAILED"


def test_a_revoked_token_is_a_sentence_and_stops_nothing(billing: Billing, tmp_path: Path) -> None:
    """The command goes on with what it has."""
    billing.write(POOL_MAX="5")
    with supervised(tmp_path / "web", billing.url, billing.token) as web:
        billing.wait_for("the instance serves revision 1")
        billing.call("DELETE", f"/v1/tokens/{billing.token.split('_')[1]}")
        eventually(lambda: "does not accept the token" in web.said)
        assert web.process.poll() is None
        assert "going on with revision 1" in web.said


def test_a_command_that_has_done_its_work_has_not_failed(billing: Billing, tmp_path: Path) -> None:
    """A job that ends with 0 is over; nothing is started again, and nobody is told of a refusal."""
    billing.write(POOL_MAX="5")
    with supervised(tmp_path / "web", billing.url, billing.token, "--settle", "60") as web:
        eventually(lambda: web.starts)
        web.process.send_signal(signal.SIGCONT)
        os.kill(int((tmp_path / "web" / "pid").read_text()), signal.SIGTERM)
        assert web.process.wait(timeout=30) == 0
        assert "failed" not in web.said
    assert billing.sessions == []


@pytest.mark.long
def test_a_new_start_with_the_same_revision_is_in_sync(billing: Billing, tmp_path: Path) -> None:
    """It has it from the service, though its last known good is the same one."""
    billing.write(POOL_MAX="5")
    for starts in (1, 2):
        with supervised(tmp_path / "web", billing.url, billing.token) as web:
            billing.wait_for("the instance serves revision 1")
            assert len(web.starts) == starts
            assert billing.sessions[0]["serves"]["source"] == "service"
    assert "WARNING" not in web.said


@pytest.mark.long
def test_a_start_that_is_refused_goes_on_with_the_last_known_good(billing: Billing, tmp_path: Path) -> None:
    """What was tried and what is served are both told, however late the session was opened."""
    billing.write(POOL_MAX="5")
    with supervised(tmp_path / "web", billing.url, billing.token):
        billing.wait_for("the instance serves revision 1")
    billing.write(POOL_MIN="9", POOL_MAX="5")
    with supervised(tmp_path / "web", billing.url, billing.token) as web:
        billing.wait_for("1 of 1 instance refused revision 2: POOL_MIN must not exceed POOL_MAX; still serving 1")
        assert "revision 2 is refused; starting with the last known good, revision 1" in web.said
        (session,) = billing.sessions
        assert (session["state"], session["serves"]["source"]) == ("FAILED", "cache")


def test_the_service_knows_which_contract_an_instance_has(billing: Billing, tmp_path: Path) -> None:
    """A write that its release does not know is refused by its own schema, as `setpoint schema` exports it."""
    billing.write(POOL_MAX="5")
    with supervised(tmp_path / "web", billing.url, billing.token):
        billing.wait_for("the instance serves revision 1")
        digest = billing.sessions[0]["schema_digest"]
    exported = subprocess.run(
        [sys.executable, "-m", "setpoint", "schema"], cwd=tmp_path / "web", capture_output=True, check=True
    )
    assert digest == json.loads(exported.stdout)["digest"]


def test_a_value_that_the_env_file_can_not_hold_is_a_refusal(billing: Billing, tmp_path: Path) -> None:
    """The command is not touched, and the service hears why."""
    billing.write(POOL_MAX="5")
    out = ("--reload-signal", "CONT", "--env-out", "app.env", "--loader", "docker")
    with supervised(tmp_path / "web", billing.url, billing.token, *out) as web:
        billing.wait_for("the instance serves revision 1")
        billing.write(POOL_MAX="5", OLD_NAME="two\nlines")
        eventually(lambda: "refused revision 2" in billing.rollout)
        assert len(web.starts) == 1
        assert (tmp_path / "web" / "app.env").read_text() == "POOL_MAX=5\n"


def test_what_can_not_be_kept_for_later_is_said_and_applied(billing: Billing, tmp_path: Path) -> None:
    """The disk for the last known good is full."""
    billing.write(POOL_MAX="1")
    with supervised(tmp_path / "web", billing.url, billing.token) as web:
        billing.wait_for("the instance serves revision 1")
        (kept,) = (tmp_path / "web" / "cache").glob("*.known-good")
        kept.unlink()
        kept.symlink_to("/dev/full")
        billing.write(POOL_MAX="2")
        billing.wait_for("the instance serves revision 2")
        assert [each["POOL_MAX"] for each in web.starts] == ["1", "2"]
        assert "cannot keep revision 2 as the last known good: No space left on device" in web.said


@pytest.mark.long
def test_a_command_goes_on_when_its_supervisor_is_killed(billing: Billing, tmp_path: Path) -> None:
    """With the revision that it has; the next supervisor begins with the newest one."""
    billing.write(POOL_MAX="1")
    with supervised(tmp_path / "web", billing.url, billing.token) as web:
        billing.wait_for("the instance serves revision 1")
        left = pid_of(web)
        web.process.kill()
        web.process.wait()
        billing.write(POOL_MAX="2")
        assert is_running(left)
        with supervised(tmp_path / "web", billing.url, billing.token):
            eventually(lambda: any(each["serves"] and each["serves"]["revision"] == 2 for each in billing.sessions))
            assert is_running(left)
        os.kill(left, signal.SIGTERM)
        eventually(lambda: not is_running(left))


def test_an_end_before_the_start_leaves_no_check_behind(billing: Billing, tmp_path: Path) -> None:
    """However long the settings class would go on."""
    billing.write(POOL_MAX="5")
    stuck = "import os\nopen('asked', 'w').write(f'{os.getpid()}\\n')\nwhile True: pass\n"
    with supervised(tmp_path / "web", billing.url, billing.token, settings=stuck) as web:
        asked = web.folder / "asked"
        pid = int(eventually(lambda: asked.exists() and asked.read_text().endswith("\n") and asked.read_text()))
        web.process.terminate()
        assert web.process.wait(30) == 128 + signal.SIGTERM
        assert not is_running(pid)
        assert web.starts == []
