"""`login`, `token`, `keys` and `audit` against the real service."""

import base64
import io
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app.domain.identity import Scope
from setpoint.cli.main import WHERE_THE_SERVICE_RUNS, main
from support.checking import BACKEND
from support.service_over_http import KEY, ServiceOverHttp, service_over_http
from support.typed_commands import Setpoint


def _plain(text: str) -> str:
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "YYYY-MM-DD HH:MM:SS", text)
    text = re.sub(r"\b((?:the token |token=|family=))\w{12}\b", r"\1IIIIIIIIIIII", text)
    return re.sub(r"^\w{12}  ", "IIIIIIIIIIII  ", text, flags=re.MULTILINE)


@pytest.fixture
def not_logged_in(setpoint: Setpoint, monkeypatch: pytest.MonkeyPatch) -> Setpoint:
    """Return what types a command, for somebody with neither variables nor a stored login."""
    monkeypatch.delenv("SETPOINT_URL")
    monkeypatch.delenv("SETPOINT_TOKEN")
    return setpoint


@pytest.mark.usefixtures("not_logged_in")
class TestLogin:
    """Where the token is from, and where it goes."""

    def _login(self, setpoint: Setpoint, url: str, typed: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        return setpoint("login", url, "--json")

    def test_a_login_is_stored_for_its_owner_alone(
        self, setpoint: Setpoint, service: ServiceOverHttp, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And every command finds it."""
        assert setpoint("apps")[0] == 2
        status, printed, told = self._login(setpoint, f"{service.url}/", f"{service.admin}\n", monkeypatch)
        path = project.parent / "configuration" / "setpoint" / "login.json"
        assert status == 0
        said = json.loads(printed)
        assert (said["url"], said["path"], said["principal"]["name"]) == (service.url, str(path), "ada")
        assert service.admin not in printed
        assert told == f"logged in to `{service.url}` as ada\nthe token is in `{path}`, readable only by you\n"
        assert path.stat().st_mode & 0o777 == 0o600
        assert setpoint("apps")[0] == 0

    def test_a_token_is_typed_unseen(self, service: ServiceOverHttp, tmp_path: Path) -> None:
        """Nothing of it is on the screen."""
        leader, follower = pty.openpty()
        environment = {"XDG_CONFIG_HOME": str(tmp_path / "new"), "PATH": os.environ["PATH"], "PYTHONPATH": str(BACKEND)}
        with subprocess.Popen(
            [sys.executable, "-m", "setpoint", "login", service.url],
            stdin=follower,
            stdout=follower,
            stderr=follower,
            env=environment,
            start_new_session=True,
        ) as program:
            os.close(follower)
            seen = b""
            while b"token: " not in seen:
                seen += os.read(leader, 1_000)
            os.write(leader, f"{service.admin}\n".encode())
            while b"readable only by you" not in seen:
                seen += os.read(leader, 1_000)
            assert program.wait(30) == 0
        os.close(leader)
        assert service.admin.encode() not in seen

    def test_a_token_that_the_service_does_not_know_is_not_stored(
        self, setpoint: Setpoint, service: ServiceOverHttp, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It would be found out at the worst time."""
        status, _, told = self._login(setpoint, service.url, "sp_0123456789ab_wrong\n", monkeypatch)
        assert status == 2
        assert "does not accept the token" in told
        assert not (project.parent / "configuration").exists()

    def test_nothing_on_standard_input_is_a_sentence(
        self, setpoint: Setpoint, service: ServiceOverHttp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As in a pipeline whose secret is not set."""
        assert self._login(setpoint, service.url, "", monkeypatch) == snapshot(
            (2, "", "error: this is not a token; a token is one word that begins with `sp_`\n")
        )

    def test_the_address_of_a_page_is_not_that_of_the_service(
        self, setpoint: Setpoint, service: ServiceOverHttp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is what a browser shows."""
        page = f"{service.url}/apps/billing"
        status, _, told = self._login(setpoint, page, service.admin, monkeypatch)
        assert (status, told) == (1, f"error: there is no Setpoint at `{page}`; try `{service.url}`\n")

    def test_a_token_is_no_word_of_the_command(self, setpoint: Setpoint, service: ServiceOverHttp) -> None:
        """Everybody on the machine could read it in the list of processes."""
        assert setpoint("login", service.url, service.admin)[0] == 2

    def test_what_others_can_read_on_the_way_is_said(self, setpoint: Setpoint, monkeypatch: pytest.MonkeyPatch) -> None:
        """Before the token is sent."""
        status, _, told = self._login(setpoint, "http://setpoint.invalid", "sp_0123456789ab_x\n", monkeypatch)
        assert (status, told) == (
            2,
            snapshot("""\
warning: the token goes to `http://setpoint.invalid` unencrypted; others can read it on its way
error: cannot reach the service at `http://setpoint.invalid`: its host name is not known
"""),
        )

    def test_what_wins_over_the_login_is_said(
        self, setpoint: Setpoint, service: ServiceOverHttp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Or people wonder why it changes nothing."""
        monkeypatch.setenv("SETPOINT_TOKEN", "sp_other")
        _, _, told = self._login(setpoint, service.url, service.admin, monkeypatch)
        assert told.splitlines()[-1] == snapshot("note: `SETPOINT_TOKEN` wins over it in this environment")


def test_a_token_is_printed_once(setpoint: Setpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone on standard output, so that it can go straight to where it is kept."""
    words = ["token", "create", "ci", "--scope", "config:read", "--scope", "config:write", "--bound", "billing/*"]
    words += ["--role", "viewer@shop/test"]
    status, printed, told = setpoint(*words, "--expires-in", "90d")
    assert (status, _plain(told)) == (0, snapshot("the token IIIIIIIIIIII is shown only once:\n"))
    assert re.fullmatch(r"sp_\w{12}_\w{49}\n", printed)
    token = printed.strip()
    listed = setpoint("token", "list")
    assert token.split("_")[2] not in str(listed)
    assert _plain(listed[1]) == snapshot("""\
id            name  may                                                   used (UTC)  expires (UTC)        revoked (UTC)
IIIIIIIIIIII  ci    config:read config:write@billing/*, viewer@shop/test  -           YYYY-MM-DD HH:MM:SS  -
IIIIIIIIIIII  ada   admin@*/*                                             -           -                    -
""")
    monkeypatch.setenv("SETPOINT_TOKEN", token)
    assert setpoint("apps")[0] == 0
    assert setpoint("token", "list")[0] == 1


def test_a_token_is_replaced_and_ended(setpoint: Setpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old one goes on for the time of the grace."""
    made = json.loads(setpoint("token", "create", "ci", "--scope", "config:read", "--json")[1])
    new = setpoint("token", "rotate", made["token"], "--grace", "30m")[1].strip()
    assert _plain(setpoint("token", "revoke", made["id"])[1]) == snapshot("the token IIIIIIIIIIII is revoked\n")
    monkeypatch.setenv("SETPOINT_TOKEN", made["token"])
    assert setpoint("apps")[0] == 2
    monkeypatch.setenv("SETPOINT_TOKEN", new)
    assert setpoint("apps")[0] == 0


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (
            ["token", "create", "ci"],
            2,
            snapshot(
                "error: name what it may do: `--role viewer@billing/production`, or `--scope` for less than a role"
            ),
        ),
        (
            ["token", "create", "ci", "--scope", "all"],
            1,
            snapshot(
                "= hint: one of `config:read`, `config:reveal`, `config:write`, `config:approve`, `config:break-glass`,"
                " `schema:write`, `session:write`, `audit:read` or `admin`"
            ),
        ),
        (
            ["token", "create", "ci", "--role", "owner@billing/*"],
            1,
            snapshot(
                "`roles`: a role is one of viewer, editor, approver, deployer, runtime, admin,"
                " and where it holds comes after `@`: `editor@billing/*`"
            ),
        ),
        (
            ["token", "create", "ci", "--scope", "admin", "--bound", "x"],
            1,
            snapshot("`bounds`: a bound is `app/environment`, where `*` stands for any"),
        ),
        (
            ["token", "create", "ci", "--scope", "admin", "--expires-in", "soon"],
            2,
            snapshot(
                "setpoint token create: error: argument --expires-in: `soon` is not a duration such as `90d`, `12h` or"
                " `30m`"
            ),
        ),
        (
            ["token", "revoke", "../apps"],
            1,
            snapshot("error: there is nothing at this path; `GET /` lists the calls"),
        ),
        (["token"], 2, snapshot("setpoint token: error: the following arguments are required: ACTION")),
    ],
)
def test_a_token_that_cannot_be_made_says_why(setpoint: Setpoint, words: list[str], status: int, said: str) -> None:
    """The service knows its scopes; the command only hands them on."""
    ended, printed, told = setpoint(*words)
    assert (ended, printed) == (status, "")
    assert told.splitlines()[-1].strip() == said


def test_keys_are_changed_app_by_app(tmp_path: Path, setpoint: Setpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    """With progress, and to the end."""
    monkeypatch.setattr("app.service.keys.MOST_AT_ONCE", 1)
    database = f"sqlite:///{tmp_path}/keys.db"

    def use(service: ServiceOverHttp) -> None:
        monkeypatch.setenv("SETPOINT_URL", service.url)
        monkeypatch.setenv("SETPOINT_TOKEN", service.admin)

    with service_over_http(database) as service:
        use(service)
        for app in ("billing", "mail", "shop"):
            assert setpoint("schema", "push", "--app", app)[0] == 0
            assert setpoint("push", f"{app}/production", "prod.env")[0] == 0
        assert setpoint("keys", "status") == snapshot(
            (
                0,
                """\
key  apps  use
one  3     encrypts new values
""",
                "",
            )
        )
    with service_over_http(database, f"two:{base64.b64encode(b'2' * 32).decode()},{KEY}") as service:
        use(service)
        assert setpoint("keys", "status") == snapshot(
            (
                0,
                """\
key  apps  use
two  0     encrypts new values
one  3     still needed: `setpoint keys rotate` frees it
""",
                "",
            )
        )
        assert setpoint("keys", "rotate") == snapshot(
            (
                0,
                """\
key  apps  use
two  3     encrypts new values
""",
                """\
2 apps left
1 app left
""",
            )
        )
        assert json.loads(setpoint("keys", "status", "--json")[1])["pending"] == 0


def test_the_audit_log_tells_who_did_what(setpoint: Setpoint) -> None:
    """Of one app or environment, if that is wanted."""
    setpoint("schema", "push", "--app", "billing")
    setpoint("push", "billing/production", "prod.env")
    setpoint("pull", "billing/production")
    printed = _plain(setpoint("audit", "--app", "billing", "--environment", "production")[1])
    assert printed == snapshot("""\
when (UTC)           who  did            where               details
YYYY-MM-DD HH:MM:SS  ada  config.reveal  billing/production  revision=1 names=["API_KEY"]
YYYY-MM-DD HH:MM:SS  ada  config.write   billing/production  revision=1
""")
    rows = json.loads(setpoint("audit", "-n", "2", "--json")[1])
    assert [each["action"] for each in rows] == ["config.reveal", "config.write"]


def test_a_token_without_the_scope_is_refused(
    setpoint: Setpoint, service: ServiceOverHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a 1, because the service answered."""
    monkeypatch.setenv("SETPOINT_TOKEN", service.token(Scope.CONFIG_READ))
    for words in (["audit"], ["keys", "status"], ["token", "list"]):
        status, printed, told = setpoint(*words)
        assert (status, printed) == (1, "")
        assert "lacks `" in told


@pytest.mark.parametrize("command", WHERE_THE_SERVICE_RUNS)
def test_what_works_on_the_service_itself_is_told_where_to_type_it(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """This program has neither the database nor the keys."""
    assert main([command, "copy.db"]) == 2
    assert capsys.readouterr().err == (
        f"error: `{command}` works on the service itself; where that runs, type `python -m config {command}`\n"
    )
