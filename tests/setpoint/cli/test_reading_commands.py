"""`pull`, `log`, `diff`, `rollback`, `revisions`, `apps` and `environments` against the real service."""

import json
import os
import pty
import re
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.identity import Scope
from setpoint.envfile.loaders import LOADERS, find_loader
from support.service_over_http import ServiceOverHttp
from support.typed_commands import GOOD, Setpoint

SECRET = "kXwvQzmWncRt"


@pytest.fixture
def billing(setpoint: Setpoint, project: Path) -> Setpoint:
    """Return what types a command; the environment `billing/production` has two revisions."""
    (project / "more.env").write_text("PORT=080\nRATIO=0.5\nMOTTO='a b # c'\nAPI_KEY=other-Secret-71\n")
    for words in (
        ["schema", "push", "--app", "billing"],
        ["push", "billing/production", "prod.env", "-m", "first"],
        ["push", "billing/production", "more.env", "-m", "more"],
    ):
        assert setpoint(*words)[0] == 0
    return setpoint


def _without_times(text: str) -> str:
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD HH:MM:SS", text)


class TestPull:
    """What the deploy needs."""

    def test_each_program_reads_what_was_pushed(self, billing: Setpoint) -> None:
        """In its dialect, the secrets included: a deploy without them would fail."""
        pushed = {"PORT": "080", "RATIO": "0.5", "MOTTO": "a b # c", "API_KEY": "other-Secret-71"}
        for loader in LOADERS:
            status, printed, told = billing("pull", "billing/production", "--loader", loader)
            assert (status, told) == (0, "revision 2 of billing/production\n")
            assert dict(find_loader(loader).read(printed, {}).variables) == pushed, loader

    def test_a_file_is_for_its_owner_alone(self, billing: Setpoint, project: Path) -> None:
        """It holds secrets."""
        assert billing("pull", "billing/production@1", "--output", "deploy.env") == snapshot(
            (0, "", "`deploy.env` has revision 1 of billing/production\n")
        )
        assert (project / "deploy.env").stat().st_mode & 0o777 == 0o600
        assert (project / "deploy.env").read_text() == f"# billing/production revision 1\n{GOOD}"

    def test_a_file_that_cannot_be_written_is_a_sentence(self, billing: Setpoint) -> None:
        """And a 2, because the deploy has nothing."""
        status, _, told = billing("pull", "billing/production", "--output", "absent/deploy.env")
        assert (status, told) == (2, "error: cannot write `absent/deploy.env`: No such file or directory\n")

    def test_a_loader_goes_with_an_env_file_alone(self, billing: Setpoint) -> None:
        """Whoever asks for both meant one of them, and nobody knows which."""
        assert billing("pull", "billing/production", "--loader", "docker", "--format", "kubernetes") == snapshot(
            (2, "", "error: `--loader` says who reads an env file, and `--format kubernetes` is none: leave one out\n")
        )

    def test_secrets_are_left_out_if_that_is_wanted(self, billing: Setpoint) -> None:
        """For people who look, with a token that may not reveal."""
        assert billing("pull", "billing/production@1", "--redacted") == snapshot(
            (
                0,
                """\
# billing/production revision 1
PORT=80
# API_KEY is a secret, and is not revealed
""",
                "revision 1 of billing/production; secrets are left out\n",
            )
        )

    def test_a_terminal_shows_no_secrets_unasked(self, billing: Setpoint, monkeypatch: pytest.MonkeyPatch) -> None:
        """Somebody may look over the shoulder."""
        for words, is_shown in (([], False), (["--reveal", "--reason", "on call"], True)):
            leader, follower = pty.openpty()
            with os.fdopen(follower, "w") as terminal, monkeypatch.context() as patch:
                patch.setattr("sys.stdout", terminal)
                assert billing("pull", "billing/production@1", *words)[0] == 0
            seen = os.read(leader, 10_000).decode()
            os.close(leader)
            assert "PORT=80" in seen
            assert (SECRET in seen) is is_shown
        rows = billing("audit", "--app", "billing")[1].splitlines()
        assert [each.partition("names=")[2] for each in rows if "config.reveal" in each] == [
            '["API_KEY"] reason=on call'
        ]

    def test_json_and_kubernetes_are_for_programs(self, billing: Setpoint) -> None:
        """`kubectl apply -f -` takes the objects."""
        found = json.loads(billing("pull", "billing/production", "--format", "kubernetes")[1])
        assert [(each["kind"], each["metadata"]["name"]) for each in found["items"]] == [
            ("ConfigMap", "billing-r2"),
            ("Secret", "billing-r2"),
        ]
        assert json.loads(billing("pull", "billing/production", "--json", "--redacted")[1])["variables"]["API_KEY"] == {
            "value": None,
            "secret": True,
            "origin": None,
        }

    def test_a_value_that_a_program_cannot_read_is_told(self, billing: Setpoint, project: Path) -> None:
        """Nothing half is written."""
        (project / "lines.env").write_text(f'{GOOD}MOTTO="a\nb"\n')
        assert billing("push", "billing/production", "lines.env")[0] == 0
        assert billing("pull", "billing/production", "--loader", "docker", "--output", "x.env") == snapshot(
            (
                1,
                "",
                """\
error: a value can't be written so that docker reads it
  `MOTTO`: docker doesn't support multi-line values
""",
            )
        )
        assert not (project / "x.env").exists()

    def test_a_token_that_may_not_reveal_gets_no_half_of_it(
        self, billing: Setpoint, service: ServiceOverHttp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A deploy would start without its secrets."""
        token = service.token(Scope.CONFIG_READ)
        monkeypatch.setenv("SETPOINT_TOKEN", token)
        status, printed, told = billing("pull", "billing/production")
        assert (status, printed) == (1, "")
        assert told.replace(token[3:15], "ID") == snapshot("error: the token `ID` lacks `config:reveal` here\n")


def test_the_log_tells_who_wrote_what_when_and_why(billing: Setpoint) -> None:
    """The newest first."""
    assert _without_times(billing("log", "billing/production")[1]) == snapshot("""\
revision  when (UTC)           who  variables  message
2         YYYY-MM-DD HH:MM:SS  ada  4          more
1         YYYY-MM-DD HH:MM:SS  ada  2          first
""")
    rows = json.loads(billing("log", "billing/production", "-n", "1", "--json")[1])
    assert [each["revision"] for each in rows] == [2]


def test_a_log_of_many_pages_is_whole(billing: Setpoint, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service gives 200 at most at once."""
    monkeypatch.setattr("setpoint.client.service._PAGE", 2)
    for number in range(3):
        (project / "next.env").write_text(f"{GOOD}RATIO={number}\n")
        assert billing("push", "billing/production", "next.env")[0] == 0
    for most, expected in (("50", [5, 4, 3, 2, 1]), ("3", [5, 4, 3])):
        rows = json.loads(billing("log", "billing/production", "-n", most, "--json")[1])
        assert [each["revision"] for each in rows] == expected


def test_a_difference_is_by_type_and_shows_no_secret(billing: Setpoint) -> None:
    """`080` is another text for the same number."""
    status, printed, _ = billing("diff", "billing/production@1...2")
    assert (status, printed) == (
        0,
        snapshot("""\
~ API_KEY (secret, its values are not shown)
+ MOTTO
    + a b # c
~ PORT (same value, written differently)
    - 80
    + 080
+ RATIO
    + 0.5
"""),
    )
    assert billing("diff", "billing/production@1...2", "--exit-code")[0] == 1
    assert billing("diff", "billing/production@2...2", "--exit-code") == (0, "", "")


def test_environments_are_compared_as_well(billing: Setpoint) -> None:
    """What staging would change in production."""
    assert billing("push", "billing/staging", "prod.env")[0] == 0
    status, printed, _ = billing("diff", "billing/production", "billing/staging", "--json")
    assert status == 0
    assert [each["name"] for each in json.loads(printed)["changes"]] == ["API_KEY", "MOTTO", "PORT", "RATIO"]
    assert billing("diff", "billing/production", "billing/staging@1")[0] == 0


@pytest.mark.parametrize("words", [["billing/production@1"], ["billing/production"], ["a/b", "a/b", "a/b"]])
def test_a_difference_of_something_else_says_what_to_name(billing: Setpoint, words: list[str]) -> None:
    """A slip of the fingers."""
    status, _, told = billing("diff", *words)
    assert (status, told) == (2, "error: name two revisions, `billing/production@1...2`, or two environments\n")


def test_files_with_such_names_are_files(billing: Setpoint, project: Path) -> None:
    """What is on this machine comes first, as always."""
    (project / "a").mkdir()
    for name in ("b", "c"):
        (project / "a" / name).write_text(GOOD)
    assert billing("diff", "a/b", "a/c") == (0, "", "")


def test_a_rollback_is_a_new_revision(billing: Setpoint) -> None:
    """With the variables of revision 1, which others have lost there."""
    status, printed, _ = billing("rollback", "billing/production", "--to", "1", "-m", "too slow")
    assert (status, printed) == (
        0,
        snapshot("revision 3 of billing/production: 2 variables, those of revision 1\n"),
    )
    assert billing("diff", "billing/production@1...3") == (0, "", "")
    assert _without_times(billing("log", "billing/production", "-n", "1")[1]) == snapshot("""\
revision  when (UTC)           who  variables  message
3         YYYY-MM-DD HH:MM:SS  ada  2          too slow (rollback to 1)
""")


def test_a_rollback_to_nowhere_is_refused(billing: Setpoint) -> None:
    """With the reason."""
    assert billing("rollback", "billing/production", "--to", "9") == snapshot(
        (1, "", "error: there is no `billing/production@9`\n")
    )
    assert billing("rollback", "billing/staging", "--to", "1") == snapshot(
        (1, "", "error: `billing/staging` has no revisions yet\n")
    )


def test_the_values_of_a_leaked_revision_are_destroyed(billing: Setpoint) -> None:
    """Its place in the history stays."""
    assert billing("revisions", "destroy", "billing/production", "1", "--reason", "leaked") == snapshot(
        (0, "the values of revision 1 of billing/production are permanently gone\n", "")
    )
    assert billing("pull", "billing/production@1")[0] == 1
    assert billing("revisions", "destroy", "billing/production", "1", "--reason", "")[2] == snapshot("""\
error: the request has problems
  `reason`: it is too short
    = hint: at least 1 character
""")
    assert "(values destroyed: leaked)" in billing("log", "billing/production")[1]
    assert billing("revisions", "destroy", "billing/production", "2", "--reason", "leaked") == snapshot(
        (1, "", "error: `billing/production@2` is the current revision: write a new one or roll back first\n")
    )


def test_apps_and_environments_are_listed(billing: Setpoint) -> None:
    """With the revision that they are at."""
    assert _without_times(billing("apps")[1]) == snapshot("""\
app      environment  revision  since
billing  production   2         YYYY-MM-DD HH:MM:SS
""")
    printed = _without_times(billing("environments", "billing")[1])
    assert re.sub(r"[0-9a-f]{64}", "HEX", printed) == snapshot("""\
environment  revision  since                extends  approvals  schema
production   2         YYYY-MM-DD HH:MM:SS  -        -          sha256:HEX
""")
    assert json.loads(billing("apps", "--json")[1])[0]["name"] == "billing"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["apps"], snapshot("there are no apps yet; `setpoint schema push --app APP` makes one\n")),
        (["environments", "billing"], snapshot("error: there is no app `billing`\n")),
        (["log", "billing/production"], snapshot("`billing/production` has no revisions yet\n")),
    ],
)
def test_where_there_is_nothing_yet_it_says_so(setpoint: Setpoint, words: list[str], said: str) -> None:
    """With what to do first."""
    assert setpoint(*words)[2] == said
