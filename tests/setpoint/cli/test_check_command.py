"""`check` as people and pipelines call it: its words, its exit status, and where it looks."""

import json
import os
import pty
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from setpoint.cli.main import main
from support.checking import BACKEND, run, run_config, run_setpoint

Run = Callable[..., tuple[int, str, str]]

GOOD = "PORT=80\n"
BAD = "PORT=x\n"
ODD = "OTHER=1\n"


@pytest.fixture
def check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process; return exit status, standard output and standard error."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in tuple(os.environ):
        monkeypatch.delenv(name)

    def run_check(*words: str, **environment: str) -> tuple[int, str, str]:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        try:
            status = main(["check", *words], program="python -m config", settings="support.keyed_settings:Settings")
        except SystemExit as end:
            status = int(end.code or 0)
        return status, *capsys.readouterr()

    return run_check


@pytest.mark.parametrize(
    ("content", "words", "status"),
    [
        (GOOD, [], 0),
        (BAD, [], 1),
        (ODD, [], 0),
        (ODD, ["--fail-on", "warning"], 1),
        (GOOD, ["--fail-on", "warning"], 0),
        ("", [], 0),
    ],
)
def test_the_exit_status_says_how_it_went(
    check: Run, tmp_path: Path, content: str, words: list[str], status: int
) -> None:
    """0 is passed, 1 is failed."""
    (tmp_path / "a.env").write_text(content)
    assert check(str(tmp_path / "a.env"), *words)[0] == status


@pytest.mark.parametrize(
    "words",
    [["--format", "xml"], ["--fail-on", "info"], ["--color", "maybe"], ["--form", "json"], ["--nonsense"]],
)
def test_a_bad_flag_is_a_usage_error(check: Run, words: list[str]) -> None:
    """A pipeline with a misspelt flag has checked nothing."""
    status, out, err = check(*words)
    assert (status, out) == (2, "")
    assert "usage: python -m config" in err


@pytest.mark.parametrize("words", [[""], ["--schema", ""], ["--secrets-dir", ""], ["--output", ""]], ids=str)
def test_an_empty_path_is_said_to_be_empty(check: Run, words: list[str]) -> None:
    """A variable of the shell that is not set makes one: `check "$FILE"`."""
    status, out, err = check(*words)
    assert (status, out) == (2, "")
    assert err.endswith(": the path is empty\n")


def _symlink_to_itself(path: Path) -> None:
    path.symlink_to(path)


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "code", "reason"),
    [
        (lambda _: None, "SP001", "the file does not exist"),
        (_folder, "SP002", "the file cannot be read: it is a directory"),
        (_symlink_to_itself, "SP002", "the file cannot be read: too many levels of symbolic links"),
    ],
)
def test_a_file_that_cannot_be_read_is_no_pass(
    check: Run, tmp_path: Path, make: Callable[[Path], None], code: str, reason: str
) -> None:
    """What was found in other files is reported all the same, and still nothing says "ok"."""
    make(tmp_path / "a.env")
    (tmp_path / "b.env").write_text(BAD)
    status, out, _ = check(str(tmp_path / "b.env"), str(tmp_path / "a.env"), "--format", "json")
    report = json.loads(out)
    assert (status, report["status"], report["exit_status"]) == (2, "unable", 2)
    assert [(each["code"], each["message"]) for each in report["diagnostics"]] == [
        (code, reason),
        ("SP401", "`PORT` is not an integer"),
    ]


def test_a_token_in_place_of_a_path_is_not_repeated(check: Run) -> None:
    """`ENV_FILE` most often comes from the same settings of a pipeline as its tokens."""
    _, out, err = check(f"etc/glpat-{'a1B2' * 5}/a.env")
    assert ("etc/********/a.env" in out, "a1B2" in out + err) == (True, False)


def test_a_device_without_an_end_is_given_up(check: Run) -> None:
    """It would take all memory."""
    status, out, _ = check("/dev/zero", "--format", "concise")
    assert (status, "it is larger than 64 MiB" in out) == (2, True)


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input_can_be_checked(name: str) -> None:
    """A pipeline need not put secrets into a file."""
    result = run_config("check", name, "--format", "concise", stdin=BAD.encode())
    assert result.returncode == 1
    assert result.stdout.startswith(f"{name}:1:6: error[SP401] `PORT` is not an integer".encode())


def test_a_pipe_can_be_checked() -> None:
    """`check <(sops -d prod.env)` hands over a pipe."""
    program = f"{sys.executable} -m config check <(printf 'PORT=x\\n') --format concise"
    result = run(["bash", "-c", program], {}, BACKEND)
    assert result.returncode == 1
    assert b":1:6: error[SP401]" in result.stdout


def test_without_a_file_it_checks_what_the_process_would_read(check: Run, tmp_path: Path) -> None:
    """The environment, over the file that it names."""
    (tmp_path / "a.env").write_text("PORT=x\nHOST=a\nMAX_STREAMS=x\n")
    status, out, _ = check("--format", "json", env_file=str(tmp_path / "a.env"), MAX_STREAMS="5", WEB_CONCURRENCY="0")
    report = json.loads(out)
    assert status == 1
    assert [(each["variable"], each["location"] is None) for each in report["diagnostics"]] == [
        ("PORT", False),
        ("WEB_CONCURRENCY", True),
    ]
    assert [source["kind"] for source in report["sources"]] == ["env-file", "process-environment"]


def test_the_environment_alone_can_be_checked(check: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a container there is no file at all."""
    monkeypatch.chdir(tmp_path)
    status, out, _ = check("--format", "concise", PORT="x")
    assert (status, out.splitlines()[0]) == (
        1,
        "error[SP401] `PORT` in the process environment is not an integer; expected an integer from 1 to 65535",
    )


def test_an_env_file_that_is_named_has_to_exist(check: Run, tmp_path: Path) -> None:
    """A process that starts without it would run on defaults."""
    status, out, _ = check(ENV_FILE=str(tmp_path / "nowhere.env"))
    assert (status, "unable to check" in out) == (2, True)


def test_files_are_checked_alone_unless_the_environment_is_asked_for(check: Run, tmp_path: Path) -> None:
    """The caller's own environment is not the one of the deploy."""
    (tmp_path / "a.env").write_text("HOST=${OUTSIDE}x\n")
    words, environment = [str(tmp_path / "a.env"), "--format", "concise"], {"PORT": "x", "OUTSIDE": "a"}
    status, out, _ = check(*words, **environment)
    assert (status, "SP104" in out) == (0, True)
    status, out, _ = check(*words, "--environment", **environment)
    assert (status, "SP104" in out, "`PORT` in the process environment is not an integer" in out) == (1, False, True)


def test_a_file_that_is_named_twice_is_checked_once(check: Run, tmp_path: Path) -> None:
    """It would only lie over itself, and each of its findings be told twice."""
    path = tmp_path / "a.env"
    path.write_text("OTHER_PROGRAM=1\n")
    once, twice = check(str(path), "--format", "json"), check(str(path), str(path), "--format", "json")
    assert once == twice
    assert len(json.loads(once[1])["diagnostics"]) == 1


def test_an_unclosed_quote_hides_nothing_from_who_names_the_default_loader(check: Run, tmp_path: Path) -> None:
    """The report says the same with and without its name."""
    path = tmp_path / "prod.env"
    path.write_text('HOST="a\nSENTRY_RELEASE="b\nPORT=x\nPROT=1\n')
    said = check(str(path), "--format", "concise")
    assert said == check(str(path), "--format", "concise", "--loader", "python-dotenv")
    assert [line.split()[1] for line in said[1].splitlines()[:-1]] == [
        "error[SP102]",
        "error[SP102]",
        "error[SP401]",
        "error[SP301]",
    ]


def test_files_may_stand_between_options(check: Run, tmp_path: Path) -> None:
    """People put an option where they think of it."""
    for name, content in (("a.env", GOOD), ("b.env", BAD)):
        (tmp_path / name).write_text(content)
    paths = [str(tmp_path / name) for name in ("a.env", "b.env")]
    status, out, _ = check(paths[0], "--format", "concise", paths[1], "--color", "never")
    assert (status, out.splitlines()[0].startswith(f"{paths[1]}:1:6")) == (1, True)
    status, _, err = check(paths[0], "-q", paths[1], "--nope", "--format=json")
    assert (status, err.splitlines()[-1]) == (2, "python -m config check: error: unrecognized arguments: --nope")
    status, _, err = check("-", paths[0], "-q", "-")
    assert (status, err.splitlines()[-1]) == (2, "python -m config check: error: standard input can be read only once")


def test_quiet_prints_nothing_for_a_good_file(check: Run, tmp_path: Path) -> None:
    """A hook that succeeds has nothing to say."""
    (tmp_path / "a.env").write_text(GOOD)
    assert check("-q", str(tmp_path / "a.env")) == (0, "", "")


@pytest.mark.parametrize(
    ("words", "environment", "colored"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": ""}, True),
        ([], {"TERM": "dumb"}, False),
        (["--color", "never"], {}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
    ],
)
def test_a_terminal_gets_colours_unless_it_wants_none(
    tmp_path: Path, words: list[str], environment: dict[str, str], *, colored: bool
) -> None:
    """The user's word counts most, then that of the environment."""
    (tmp_path / "a.env").write_text(BAD)
    reading, writing = pty.openpty()
    try:
        program = [sys.executable, "-m", "config", "check", str(tmp_path / "a.env"), *words]
        process = os.posix_spawn(
            sys.executable,
            program,
            {"PYTHONPATH": str(BACKEND), **environment},
            file_actions=[(os.POSIX_SPAWN_DUP2, writing, 1)],
        )
        os.close(writing)
        writing = -1
        text = os.read(reading, 65536)
        assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 1
    finally:
        os.close(reading)
        if writing >= 0:
            os.close(writing)
    assert (b"\x1b[" in text) is colored


@pytest.mark.parametrize("words", [[], ["--color", "always"]])
def test_a_pipe_gets_colours_only_on_demand(tmp_path: Path, words: list[str]) -> None:
    """Logs are no terminals."""
    (tmp_path / "a.env").write_text(BAD)
    result = run_config("check", str(tmp_path / "a.env"), *words)
    assert (b"\x1b[" in result.stdout) is bool(words)


@pytest.mark.parametrize(
    ("redirection", "complaint"),
    [(">/dev/full", b"cannot write to standard output"), (">&-", b"standard output is closed")],
)
def test_a_report_that_cannot_be_written_is_no_pass(tmp_path: Path, redirection: str, complaint: bytes) -> None:
    """Nobody has read it."""
    (tmp_path / "a.env").write_text(GOOD)
    program = f"{sys.executable} -m config check {tmp_path}/a.env {redirection}"
    result = run(["bash", "-c", program], {}, BACKEND)
    assert result.returncode == 2
    assert result.stderr.startswith(b"error: " + complaint)
    assert b"Traceback" not in result.stderr


def test_a_reader_that_leaves_early_is_no_trouble(tmp_path: Path) -> None:
    """`check … | head -1` is an everyday thing."""
    (tmp_path / "a.env").write_text("".join(f"OTHER_{number}=1\n" for number in range(3000)))
    program = f"{sys.executable} -m config check {tmp_path}/a.env | head -1"
    result = run(["bash", "-c", program], {}, BACKEND)
    assert result.stdout.count(b"\n") == 1
    assert b"Traceback" not in result.stderr


def test_a_terminal_that_cannot_show_a_character_gets_its_code(tmp_path: Path) -> None:
    """A traceback would hide what was found."""
    (tmp_path / "\u6f22.env").write_text(BAD)
    result = run_config("check", str(tmp_path / "\u6f22.env"), environment={"PYTHONIOENCODING": "ascii"})
    assert result.returncode == 1
    assert b"\\u6f22.env" in result.stdout


@pytest.mark.parametrize("environment", [{}, {"PYTHONSAFEPATH": "1"}])
def test_the_service_can_be_checked_from_anywhere(tmp_path: Path, environment: dict[str, str]) -> None:
    """All it takes is `backend/` on the path."""
    (tmp_path / "a.env").write_text(BAD)
    (tmp_path / "config.py").write_text("raise RuntimeError\n")
    environment = {"PYTHONPATH": str(BACKEND), **environment}
    program = [sys.executable, "-m", "config", "check", "a.env", "--format", "json"]
    if "PYTHONSAFEPATH" not in environment:
        (tmp_path / "config.py").unlink()
    result = run(program, environment, tmp_path)
    assert (result.returncode, result.stderr) == (1, b"")
    assert json.loads(result.stdout)["settings"] == "config.settings:Settings"


def test_the_command_of_the_project_checks_its_own_settings() -> None:
    """`[tool.setpoint]` of this repository names them."""
    result = run_setpoint("check", "-", "--format", "json", cwd=BACKEND.parent / "docs", stdin=BAD.encode())
    assert (result.returncode, result.stderr) == (1, b"")
    assert json.loads(result.stdout)["settings"] == "config.settings:Settings"


ISSUE = """\
error[SP301]: no setting reads `SENTRY_DNS`
  --> prod.env:1:1
   |
 1 | SENTRY_DNS=********
   | ^^^^^^^^^^ did you mean `SENTRY_DSN`?
   = hint: error tracking stays off while `SENTRY_DSN` is unset
error[SP401]: `SENTRY_TRACES_SAMPLE_RATE` is not a number
  --> prod.env:2:27
   |
 2 | SENTRY_TRACES_SAMPLE_RATE=ten
   |                           ^^^ expected a number from 0 to 1
   = hint: the Sentry SDK silently disables tracing

2 errors in prod.env (5 variables, read as python-dotenv reads them)
"""


def test_the_example_of_the_quality_meant_is_met_to_the_letter(
    check: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the project promises its users, as they will see it."""
    lines = ["SENTRY_DNS=https://key@sentry.example/1", "SENTRY_TRACES_SAMPLE_RATE=ten", "PORT=80", "HOST=a"]
    (tmp_path / "prod.env").write_text("\n".join([*lines, "LOG_LEVEL=INFO"]))
    monkeypatch.chdir(tmp_path)
    assert check("prod.env") == (1, ISSUE, "")
