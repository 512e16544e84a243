"""`read` and `convert` as people and pipelines call them."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from setpoint.envfile.loaders import LOADERS
from support.checking import run, run_config, run_setpoint

FILE = 'DSN="https://a@h/1"\nPASSWORD=abc#def\nDEBUG=false # no\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an env file, outside of any project."""
    (tmp_path / "prod.env").write_text(FILE)
    return tmp_path


def test_read_prints_what_docker_would_read(folder: Path) -> None:
    """Values are quoted as in JSON, so that quotes and blanks can be seen."""
    done = run_setpoint("read", "prod.env", "--loader", "docker", "--reveal", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.decode() == snapshot("""\
DSN="\\"https://a@h/1\\""
PASSWORD="abc#def"
DEBUG="false # no"
""")


def test_read_prints_what_node_would_cut(folder: Path) -> None:
    """What is wrong goes to standard error, so that the values can be piped on."""
    done = run_setpoint("read", "prod.env", "--loader", "node", "--reveal", cwd=folder)
    assert done.stdout.decode() == snapshot("""\
DEBUG="false"
DSN="https://a@h/1"
PASSWORD="abc"
""")
    assert done.stderr.decode() == (
        "prod.env:2:13: warning[SP203] the value ends before the `#`, which starts a comment even without a space "
        "before it; put the value in single quotes\n"
    )


def test_read_as_json_has_a_version(folder: Path) -> None:
    """Programs rely on these keys."""
    done = run_setpoint("read", "prod.env", "--loader", "systemd", "--format", "json", "--reveal", cwd=folder)
    assert json.loads(done.stdout) == {
        "version": 1,
        "loader": "systemd",
        "variables": {"DSN": "https://a@h/1", "PASSWORD": "abc#def", "DEBUG": "false # no"},
        "diagnostics": [],
    }


@pytest.mark.parametrize(
    ("content", "loader", "status"),
    [
        ("A=1\n", "docker", 0),
        ("export A=1\n", "docker", 1),
        ("A=$(date)\n", "bash", 1),
        ("A=$(date)\n", "docker", 0),
        ("A=1\nA=2\n", "kubectl", 1),
        ("A=caf\xe9\n", "python-dotenv", 1),
    ],
)
def test_the_exit_status_of_read_tells_a_refusal_and_a_program(
    tmp_path: Path, content: str, loader: str, status: int
) -> None:
    """1 means that the program refuses the file, or that a shell would run something."""
    done = run_setpoint("read", "-", "--loader", loader, cwd=tmp_path, stdin=content.encode("latin-1"))
    assert done.returncode == status, done


def test_nothing_is_ever_run(tmp_path: Path) -> None:
    """A file with a command is read, and the command is not."""
    bait = tmp_path / "bait"
    text = f"A=$(touch {bait})\nB=`touch {bait}`\ntouch {bait}\n"
    for loader in ("bash", "dash", "uv", "compose", "python-dotenv"):
        run_setpoint("read", "-", "--loader", loader, cwd=tmp_path, stdin=text.encode())
    assert not bait.exists()


def test_references_use_what_is_set_and_nothing_else(tmp_path: Path) -> None:
    """The caller's own environment does not count."""
    words = ("read", "-", "--loader", "compose")
    text = b"A=${HOME}-${X}\n"
    done = run_setpoint(*words, "--set", "X=x y", cwd=tmp_path, stdin=text, environment={"HOME": "/home/me"})
    assert done.stdout.decode() == 'A="-x y"\n'


def test_secrets_of_the_settings_are_masked_unless_they_are_to_be_revealed() -> None:
    """A misspelt name of a secret is masked as well; other names show."""
    text = b"SENTRY_DSN=canary\nSENTRY_DNS=canary\nOTHER=1\n"
    masked = run_config("read", "-", "--loader", "docker", stdin=text)
    assert masked.stdout.decode() == 'SENTRY_DSN=********\nSENTRY_DNS=********\nOTHER="1"\n'
    revealed = run_config("read", "-", "--loader", "docker", "--reveal", stdin=text)
    assert revealed.stdout.decode() == 'SENTRY_DSN="canary"\nSENTRY_DNS="canary"\nOTHER="1"\n'


SECRETS = """\
SENTRY_DSN=https://kXwvQzmWncRt@h.example/1
SENTRY_ENVIRONMENT=${SENTRY_DSN}
SENTRY_RELEASE=prefix-kXwvQzmWncRt
AWS_SECRET_ACCESS_KEY=kXwvQzmWncRt
LEGACY=postgres://u:kXwvQzmWncRt@h/d
PORT=kXwvQzmWncRt
HOST=kXwvQzmWncRt!
BUILD=${AWS_SECRET_ACCESS_KEY}-1
COPY=${GIVEN_TOKEN}
kXwvQzmWncRtAb0=
BROKEN="kXwvQzmWncRt
LOG_LEVEL=INFO
"""


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("run_command", [run_setpoint, run_config])
def test_no_secret_shows_unless_it_is_to_be_revealed(run_command: Any, form: str, loader: str, tmp_path: Path) -> None:
    """Neither of a setting nor of an unknown name, nor where a reference or a copy puts it."""
    cwd = {} if run_command is run_config else {"cwd": tmp_path}
    words = ("read", "-", "--loader", loader, "--format", form, "--set", "GIVEN_TOKEN=kXwvQzmWncRt")
    for text in (SECRETS, SECRETS.replace('BROKEN="kXwvQzmWncRt\n', "")):
        done = run_command(*words, stdin=text.encode(), **cwd)
        assert b"kXwvQz" not in done.stdout + done.stderr
    revealed = run_command(*words, "--reveal", stdin=b"AWS_SECRET_ACCESS_KEY=kXwvQzmWncRt\n", **cwd)
    assert b"kXwvQzmWncRt" in revealed.stdout


def test_what_is_no_secret_shows() -> None:
    """To see it is what the command is for."""
    text = b"LOG_LEVEL=INFO\nOTHER=/srv/app\nDEBUG=false # no\nTOKEN_TYPE=Bearer\nMAX_TOKENS=5\n"
    text += b"GIT_COMMIT=9f86d081884c7d659a2feaa0c55ad015a3bf4f1b\nNEXT_PUBLIC_SITE_KEY=6LeIxAcTAAAAAJcZVRqyHh71\n"
    assert b"****" not in run_config("read", "-", "--loader", "docker", stdin=text).stdout


@pytest.mark.parametrize("line", ["DEPLOY_URL=https://deploy.example/h/{}", "SLACK_URL=//h/hooks/{}", "SESSION_ID={}"])
def test_a_token_shows_under_no_name_of_an_address_or_a_session(line: str) -> None:
    """Who knows it gets in; that of a commit opens nothing."""
    token = "9f86d081884c7d659a2feaa0c55ad015"
    assert token not in run_config("read", "-", stdin=line.format(token).encode()).stdout.decode()


def test_of_a_comment_that_a_program_reads_as_part_of_the_value_it_shows_that_there_is_one() -> None:
    """`show` says no more either."""
    text = b"LOG_LEVEL=INFO # ask Jo\nOTHER= # ask Jo\nCOLOR=#fff\n"
    shown = run_config("read", "-", "--loader", "systemd", stdin=text).stdout.decode()
    assert shown == 'LOG_LEVEL="INFO #…"\nOTHER="#…"\nCOLOR="#fff"\n'
    assert b"# ask Jo" in run_config("read", "-", "--loader", "systemd", "--reveal", stdin=text).stdout


def test_no_place_tells_how_long_a_secret_is(tmp_path: Path) -> None:
    """The diagnostics of a loader point into values."""
    said = set()
    for length in (12, 40):
        value = ("kXwvQzmWncRt" * 4)[:length]
        text = f'A_TOKEN={value}#x\nB_TOKEN={value}${{UNSET}}\nC_TOKEN="{value}" x\nD {value}\nE_TOKEN=\'{value}\n'
        for loader in LOADERS:
            done = run_setpoint("read", "-", "--loader", loader, "--format", "json", cwd=tmp_path, stdin=text.encode())
            said.add((loader, done.stdout, done.stderr))
    assert len(said) == len(LOADERS)


def test_no_escape_of_a_file_reaches_the_terminal(tmp_path: Path) -> None:
    """A value that would paint the screen is shown as what it is."""
    done = run_setpoint("read", "-", "--loader", "docker", cwd=tmp_path, stdin=b"A=\x1b[31mred\x9b\xe2\x80\xae\n")
    assert b"\x1b" not in done.stdout
    assert b"\xe2\x80\xae" not in done.stdout


@pytest.mark.parametrize("command", [["read", "--loader", "docker"], ["convert", "--to", "docker"]])
def test_a_file_that_cannot_be_read_is_said_in_a_line(tmp_path: Path, command: list[str]) -> None:
    """2 is never hidden, and there is no traceback."""
    done = run_setpoint(command[0], "no.env", *command[1:], cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == "error: cannot read `no.env`: it does not exist\n"
    done = run_setpoint(command[0], "/dev/zero", *command[1:], cwd=tmp_path)
    assert done.stderr.decode() == "error: cannot read `/dev/zero`: it is larger than 64 MiB\n"


def test_read_says_so_when_the_settings_class_is_unusable(folder: Path) -> None:
    """Nobody knows what is secret then, so nothing is shown."""
    done = run_setpoint("read", "prod.env", "--loader", "docker", "--settings", "nowhere:Settings", cwd=folder)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"Traceback" not in done.stderr
    assert b"`--reveal`" in done.stderr


@pytest.mark.parametrize("words", [["read", "prod.env", "--loader", "uv"], ["convert", "prod.env", "--to", "bash"]])
def test_pydantic_is_not_imported_to_read_or_convert(folder: Path, words: list[str]) -> None:
    """It costs several times what the rest of the command does."""
    code = (
        "import sys; from setpoint.cli.main import main; main(sys.argv[1:]); "
        "print(sorted(name for name in sys.modules if name.startswith('pydantic')), file=sys.stderr)"
    )
    done = run([sys.executable, "-c", code, *words], None, folder)
    assert done.stderr.splitlines()[-1] == b"[]"


def test_convert_writes_the_same_values_for_another_program(folder: Path) -> None:
    """The comment behind a value gets a line of its own."""
    done = run_setpoint("convert", "prod.env", "--to", "node", cwd=folder)
    assert done.returncode == 0
    assert done.stdout.decode() == snapshot("""\
DSN=https://a@h/1
PASSWORD='abc#def'
# no
DEBUG=false
""")


def test_convert_writes_nothing_if_a_value_cannot_be_expressed(folder: Path) -> None:
    """All that is in the way is said at once, without a value."""
    (folder / "pem.env").write_text('KEY="canary\ncanary"\nNAME="two words"\n')
    done = run_setpoint("convert", "pem.env", "--to", "portable", "--output", "new.env", cwd=folder)
    assert done.returncode == 1
    assert not (folder / "new.env").exists()
    assert done.stderr.decode() == snapshot("""\
pem.env:1:5: error: `KEY`: the portable subset doesn't support multi-line values
pem.env:3:6: error: `NAME`: the portable subset can't represent this value; encode it, for example as base64 on one line
nothing was written
""")


def test_convert_writes_to_a_file(folder: Path) -> None:
    """`--output` names it, and nothing is printed."""
    done = run_setpoint("convert", "prod.env", "--to", "docker", "--output", "docker.env", cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert (folder / "docker.env").read_text() == "DSN=https://a@h/1\nPASSWORD=abc#def\n# no\nDEBUG=false\n"


def test_convert_makes_a_new_file_for_its_owner_alone(folder: Path) -> None:
    """It may hold secrets; a file that is there already keeps the mode that someone gave it."""
    (folder / "old.env").touch(0o640)
    for name, mode in (("new.env", 0o600), ("old.env", (folder / "old.env").stat().st_mode & 0o777)):
        done = run_setpoint("convert", "prod.env", "--to", "docker", "--output", name, cwd=folder)
        assert (done.returncode, (folder / name).stat().st_mode & 0o777) == (0, mode)


def test_convert_writes_the_bytes_of_values_as_they_are(tmp_path: Path) -> None:
    """Whatever they are, and whatever the locale says about characters."""
    text = "A=\u00e9\n# \u00fc\n".encode() + b"B=\xff\n"
    done = run_setpoint(
        "convert", "-", "--from", "bash", "--to", "dash", cwd=tmp_path, stdin=text, environment={"LC_ALL": "C"}
    )
    assert (done.returncode, done.stdout) == (0, text)


def test_convert_writes_no_escape_of_a_file_to_a_terminal(tmp_path: Path) -> None:
    """There it would be obeyed, and to change it would change the value; what steers nothing is written."""
    (tmp_path / "red.env").write_text("A=\x1b[31mred\n")
    (tmp_path / "plain.env").write_text("A=\u00e9\n")
    red, plain = (
        _at_a_terminal([sys.executable, "-m", "setpoint", "convert", name, "--to", "docker"], tmp_path)
        for name in ("red.env", "plain.env")
    )
    assert red == (
        2,
        "error: it contains control characters, which a terminal would obey; name a file with `--output`\r\n",
    )
    assert plain == (0, "A=\u00e9\r\n")


def _at_a_terminal(command: list[str], folder: Path) -> tuple[int, str]:
    """Return the exit status of `command` and what it shows on a terminal of its own."""
    ours, its = pty.openpty()
    try:
        done = subprocess.run(command, cwd=folder, stdin=its, stdout=its, stderr=its, timeout=60, check=False)
        return done.returncode, os.read(ours, 10_000).decode()
    finally:
        os.close(its)
        os.close(ours)


def test_convert_warns_of_values_that_may_not_be_meant(tmp_path: Path) -> None:
    """It writes what the program reads, and says where that is less than what stands there."""
    (tmp_path / "cut.env").write_text("A=abc#def\n")
    (tmp_path / "gone.env").write_text("A=x${GONE}\n")
    cut = run_setpoint("convert", "cut.env", "--from", "node", "--to", "docker", cwd=tmp_path)
    gone = run_setpoint("convert", "gone.env", "--to", "docker", cwd=tmp_path)
    assert (cut.returncode, cut.stdout, gone.returncode, gone.stdout) == (0, b"#def\nA=abc\n", 0, b"A=x\n")
    assert (cut.stderr + gone.stderr).decode() == snapshot("""\
cut.env:1:6: warning: `A`: the value ends before the `#`, which starts a comment even without a space before it
gone.env:1:4: warning: `A`: it refers to a variable that is not set at this point, so it expands to an empty string
""")


def test_convert_tells_of_comments_that_had_to_go(folder: Path) -> None:
    """GitHub Actions knows none."""
    done = run_setpoint("convert", "prod.env", "--to", "github-env", cwd=folder)
    assert done.returncode == 0
    assert done.stderr.decode() == "warning: github-env does not support comments, so 1 comment had to be left out\n"
