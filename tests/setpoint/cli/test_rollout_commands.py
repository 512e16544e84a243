"""`rollout status`, `sessions` and `push --wait` against the real service, with instances that answer."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3
from inline_snapshot import snapshot

from setpoint.client import waiting
from support.service_over_http import ServiceOverHttp
from support.typed_commands import GOOD, Setpoint

INSTANCE = "01890a5d-ac96-774b-bcce-b302099a805"


class Instances:
    """Processes that follow `billing/production`."""

    def __init__(self, service: ServiceOverHttp, number: int) -> None:
        self._service = service
        self.ids = [
            self._call(
                "POST",
                "/v1/sessions/",
                {
                    "instance": f"{INSTANCE}{each}",
                    "environments": ["billing/production"],
                    "started_at": "2026-11-26T12:00:00Z",
                    "host": f"web-{each}",
                    "pid": 40 + each,
                    "release": "1.8",
                },
            )["id"]
            for each in range(number)
        ]

    def applies(self, each: int, revision: int) -> None:
        """Let one say that it serves a revision."""
        self._call("PATCH", f"/v1/sessions/{self.ids[each]}", {"revision": revision, "verdict": "APPLIED"})

    def apply(self, revision: int) -> None:
        """Let all say that they serve a revision."""
        for each in range(len(self.ids)):
            self.applies(each, revision)

    def refuses(self, each: int, revision: int, message: str) -> None:
        """Let one refuse a revision."""
        errors = [{"rule": "invalid-value", "variable": "PORT", "message": message}]
        told = {"revision": revision, "verdict": "FAILED", "errors": errors}
        self._call("PATCH", f"/v1/sessions/{self.ids[each]}", told)

    def offered(self, revision: int) -> list[int]:
        """Return which of them are offered a revision."""
        found = self._call("GET", "/v1/sessions/?environment=billing/production")["sessions"]
        offered = {each["id"]: each["offered"] for each in found}
        return [number for number, each in enumerate(self.ids) if offered[each] == revision]

    @property
    def rollout(self) -> str:
        """Return how the newest revision stands."""
        return str(self._call("GET", "/v1/apps/billing/environments/production/rollout")["summary"])

    def _call(self, method: str, path: str, content: object = None) -> Any:
        headers = {"Authorization": f"Bearer {self._service.admin}"}
        answer = urllib3.request(method, f"{self._service.url}{path}", json=content, headers=headers, timeout=60)
        assert answer.status < 300, answer.data
        return answer.json()


@pytest.fixture
def billing(setpoint: Setpoint) -> Setpoint:
    """Return what types a command; the environment `billing/production` has one revision."""
    for words in (["schema", "push", "--app", "billing"], ["push", "billing/production", "prod.env"]):
        assert setpoint(*words)[0] == 0
    return setpoint


def test_an_environment_that_nobody_follows_waits_for_the_first_one(billing: Setpoint) -> None:
    """That is no failure: a deploy may come later."""
    status, printed, _ = billing("rollout", "status", "billing/production")
    assert (status, printed) == (0, "no instance follows; revision 1 waits for the first one\n")
    assert billing("sessions", "billing/production") == (0, "", "no instance follows `billing/production`\n")


def test_who_serves_what_and_who_refused_is_seen_at_a_glance(billing: Setpoint, service: ServiceOverHttp) -> None:
    """In one sentence, and in a table with the reasons."""
    three = Instances(service, 3)
    three.applies(0, 1)
    three.refuses(1, 1, "PORT is taken\x1b[31m")
    status, printed, _ = billing("rollout", "status", "billing/production")
    assert (status, printed) == (
        1,
        snapshot("1 of 3 instances refused revision 1: PORT is taken\\x1b[31m; 1 has not answered\n"),
    )
    status, printed, _ = billing("sessions", "billing/production")
    assert re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD HH:MM:SS", printed) == snapshot("""\
instance  release  state   offered  serves  since (UTC)          why
web-0:40  1.8      SYNCED  1        1       YYYY-MM-DD HH:MM:SS  -
web-1:41  1.8      FAILED  1        -       -                    PORT is taken\\x1b[31m
web-2:42  1.8      STALE   1        -       -                    -
""")
    assert billing("sessions", "billing/production", "--state", "FAILED")[1].count("web-") == 1


def test_what_programs_read_is_one_document(billing: Setpoint, service: ServiceOverHttp) -> None:
    """Also where somebody waits: the sentences are for people, and are told beside it."""
    Instances(service, 1).refuses(0, 1, "PORT is taken")
    status, printed, told = billing("push", "billing/production", "prod.env", "--wait", "0s", "--json")
    assert (status, json.loads(printed)["revision"]) == (1, 1)
    assert told == "1 of 1 instance refused revision 1: PORT is taken\n"
    status, printed, _ = billing("rollout", "status", "billing/production", "--wait", "0s", "--json")
    assert (status, json.loads(printed)["settled"]) == (1, True)


@pytest.fixture
def between_looks(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """What happens, one thing each time, while somebody who waits sleeps."""
    steps: list[Callable[[], None]] = []
    monkeypatch.setattr(waiting, "sleep", lambda _: steps.pop(0)())
    return steps


def test_a_push_that_waits_ends_with_how_it_went(
    billing: Setpoint, service: ServiceOverHttp, project: Path, between_looks: list[Callable[[], None]]
) -> None:
    """With 1 if one refuses, because a deploy script goes by that."""
    two = Instances(service, 2)
    two.apply(1)
    (project / "next.env").write_text(GOOD.replace("PORT=80", "PORT=81"))
    between_looks += [lambda: two.applies(0, 2), lambda: two.refuses(1, 2, "PORT is taken")]
    status, printed, told = billing("push", "billing/production", "next.env", "--wait", "60s")
    assert (status, printed.splitlines()[-1], told) == (
        1,
        "1 of 2 instances refused revision 2: PORT is taken; still serving 1",
        snapshot("""\
0 of 2 instances serve revision 2; 2 have not answered; still serving 1
1 of 2 instances serves revision 2; 1 has not answered; still serving 1
"""),
    )
    between_looks.append(lambda: two.apply(3))
    status, printed, _ = billing("rollback", "billing/production", "--to", "1", "--wait", "60s")
    assert (status, printed.splitlines()[-1]) == (0, "all 2 instances serve revision 3")


def test_a_wait_that_is_over_is_no_success(billing: Setpoint, service: ServiceOverHttp) -> None:
    """Nobody has answered, and nobody knows."""
    Instances(service, 1)
    status, printed, _ = billing("rollout", "status", "billing/production", "--wait", "0.1s")
    assert (status, printed) == (1, "0 of 1 instance serve revision 1; 1 has not answered\n")


@pytest.mark.parametrize("word", ["", "soon", "-1s", "1d", "inf"])
def test_what_is_no_time_is_refused(billing: Setpoint, word: str) -> None:
    """Before anything is asked or written."""
    status, printed, told = billing("rollout", "status", "billing/production", f"--wait={word}")
    assert (status, printed) == (2, "")
    assert "is not a duration; write `30s`, `5m` or `1h`" in told


def test_a_canary_that_refuses_is_the_end_of_a_push(
    billing: Setpoint, service: ServiceOverHttp, project: Path, between_looks: list[Callable[[], None]]
) -> None:
    """Who waits is told the stages as they come; everyone else goes on, and the log tells what became of it."""
    three = Instances(service, 3)
    three.apply(1)
    (project / "next.env").write_text(GOOD.replace("PORT=80", "PORT=81"))
    between_looks += [
        lambda: three.applies(three.offered(2)[0], 2),
        lambda: three.refuses(three.offered(2)[0], 2, "PORT is taken"),
        lambda: three.apply(1),
    ]
    words = ["push", "billing/production", "next.env", "--canary", "1", "--bake", "5m", "--wait", "60s"]
    status, printed, told = billing(*words)
    assert (status, printed) == (
        1,
        snapshot("""\
revision 2 of billing/production: 2 variables
valid as far as the schema says; only the app's own class checks fields together
1 instance is offered it first, and all others once it has been served for 300 s
revision 2 was rolled back: 1 of 1 canary refused it: PORT is taken; all 3 instances serve revision 1
"""),
    )
    assert told.splitlines() == [
        "0 of 1 canary serve revision 2; 1 has not answered; still serving 1; 2 other instances are offered 1",
        "the canary serves revision 2; it bakes for 300 s; 2 other instances are offered 1",
        (
            "revision 2 was rolled back: 1 of 1 canary refused it: PORT is taken;"
            " 2 of 3 instances serve revision 1; 1 has not answered; still serving 2"
        ),
    ]
    assert billing("log", "billing/production")[1].splitlines()[1].endswith("(rolled back)")
    assert billing("rollout", "status", "billing/production")[0] == 1
    assert billing("push", "billing/production", "next.env")[1].startswith("revision 3 of billing/production")
    assert three.offered(3) == [0, 1, 2]


def test_a_trial_is_ended_by_hand(billing: Setpoint, service: ServiceOverHttp, project: Path) -> None:
    """It blocks the next push, which says how."""
    Instances(service, 2)
    for port in (81, 82):
        (project / f"{port}.env").write_text(GOOD.replace("PORT=80", f"PORT={port}"))
    assert billing("push", "billing/production", "81.env", "--canary", "50%")[0] == 0
    status, _, told = billing("push", "billing/production", "82.env")
    assert status == 1
    assert "error: 1 instance tries revision 2 of `billing/production`, and nothing else can be written" in told
    assert "`setpoint rollout abort billing/production`" in told
    status, printed, _ = billing("rollout", "abort", "billing/production", "-m", "not now")
    assert (status, printed.partition("; ")[0]) == (0, "revision 2 was rolled back: aborted by ada: not now")
    assert billing("push", "billing/production", "82.env", "--canary", "1")[0] == 0
    status, printed, _ = billing("rollout", "promote", "billing/production")
    assert (status, printed) == (0, "0 of 2 instances serve revision 3; 2 have not answered\n")
    assert billing("rollout", "promote", "billing/production")[0] == 1


def test_an_environment_has_a_plan_for_its_pushes(billing: Setpoint, project: Path) -> None:
    """Shown, set and removed; without a live instance it changes nothing, and a push says so."""
    path = "billing/production"
    assert billing("rollout", "plan", path)[1] == "a revision is offered to all instances at once\n"
    assert billing("rollout", "plan", path, "--canary", "1")[1] == (
        "1 instance is offered a revision first, and all others once it has been served for 30 s\n"
    )
    assert billing("rollout", "plan", path, "--canary", "10%", "--bake", "2m")[1] == (
        "10% of the instances are offered a revision first, and all others once it has been served for 120 s\n"
    )
    (project / "next.env").write_text(GOOD.replace("PORT=80", "PORT=81"))
    assert billing("push", path, "next.env")[1].endswith(
        "\nno instance is there to try it first, so it is offered to all\n"
    )
    assert billing("rollout", "plan", path, "--canary", "off", "--json")[1] == snapshot("""\
{
  "canary": null,
  "bake": null
}
""")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--canary", "0"], "`0` is not a number of instances; write `1`, `10%` or `off`"),
        (["--canary", "110%"], "`110%` is not a number of instances"),
        (["--bake", "30s"], "`--bake` needs `--canary`"),
        (["--canary", "1", "--bake", "169h"], "`--bake` may be a week at most"),
        (["--canary", "off", "--bake", "30s"], "`--bake` needs `--canary`"),
    ],
)
def test_what_is_no_trial_is_refused(billing: Setpoint, words: list[str], why: str) -> None:
    """Before anything is asked or written."""
    status, printed, told = billing("push", "billing/production", "prod.env", *words)
    assert (status, printed) == (2, "")
    assert why in told
