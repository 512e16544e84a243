"""What a process gets of a unit; every expectation was seen in a process that systemd 252 started."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from setpoint.deploys.deployment import Deployment
from setpoint.deploys.systemd.environment import Outside
from setpoint.deploys.systemd.reading import read_units
from support.file_trees import write_tree

_FOLDER = "etc/systemd/system"
_HEAD = "[Service]\nType=oneshot\nExecStart=/usr/bin/env -0\n"
_OUTSIDE = Outside({"OUTER": "outer_value"}, is_complete=True)


def _read(root: Path, body: str | bytes, files: Mapping[str, str | bytes] | None = None) -> Deployment:
    content = body.encode() if isinstance(body, str) else body
    write_tree(root, {f"{_FOLDER}/app.service": _HEAD.encode() + content, **(files or {})})
    return read_units(["app.service"], root, _OUTSIDE)


def _values(deployment: Deployment, unit: str = "app.service") -> dict[str, str | None]:
    return {name: given.value for name, given in deployment.processes[unit].variables.items()}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        # what is before a fault in a line is kept, what is after it is lost
        (r'Environment=B=2 "A=C:\dir" C=3', {"B": "2"}),
        ('Environment=B=2 "A=x C=3', {"B": "2"}),
        (r"Environment=A=a\ b", {}),
        (r"Environment=A=\000", {}),
        (r"Environment=A=x\q", {}),
        # escapes
        (r"Environment=A=\x01 B=\xff C=\303\274 D=\u00fc E=\U0001F600 F=\s_", {
            "A": "\x01", "C": "ü", "D": "ü", "E": "😀", "F": " _",
        }),
        (r"Environment='A=a\nb' B='\''", {"A": "a\nb", "B": "'"}),
        (r"Environment=A=\ud800", {}),
        # words
        ('Environment="" A=1', {"A": "1"}),
        ("Environment=A=1\tB=2", {"A": "1", "B": "2"}),
        ("Environment=A=1 A=2", {"A": "2"}),
        ("Environment=A", {}),
        # specifiers
        ('Environment=A=% B=%-x "C=50% of" D=%%i E=%i F=%z', {
            "A": "%", "B": "%-x", "C": "50% of", "D": "%i", "E": "",
        }),
        ("Environment=A=%d B=%f C=%g%G D=%J E=%y F=%Y", {
            "A": "/run/credentials/app.service", "B": "/app", "C": "root0", "D": "app",
            "E": "/etc/systemd/system/app.service", "F": "/etc/systemd/system",
        }),
        # lines
        ("Environment=A=1 \\\n# c \\\n   B=2", {"A": "1", "B": "2"}),
        ('Environment="A=x \\\n   y"', {"A": "x     y"}),
        ('Environment="A=x \\\n\n   y"\nEnvironment=Z=1', {"Z": "1"}),
        ("Environment=A=1 \\", {"A": "1"}),
        ("Environment=A=1\\\\\nEnvironment=B=1", {"A": "1\\", "B": "1"}),
        ("  Environment=A=1\n; c\n  # c\n\tEnvironment=B=1", {"A": "1", "B": "1"}),
        (b"Description=x\0Environment=C=1\rEnvironment=D=1", {"C": "1", "D": "1"}),
        (b"# not UTF-8: \xff\nEnvironment=C=1", {"C": "1"}),
        ("noequal\n=x\nX-Y=1\nEnvironment=K=1", {"K": "1"}),
        ("environment=A=1", {}),
        ("[X-Foo]\nEnvironment=A=1\n[Foo]\nEnvironment=B=1\n[Service]\nEnvironment=C=1", {"C": "1"}),
        # the others
        ("PassEnvironment=OUTER NOPE PATH LANG 1x", {"OUTER": "outer_value"}),
        ("PassEnvironment=OUTER\nPassEnvironment=", {}),
        ("PassEnvironment=OUTER\nEnvironment=OUTER=in", {"OUTER": "in"}),
        ("UnsetEnvironment=A\nUnsetEnvironment=\nEnvironment=A=1", {"A": "1"}),
        ('UnsetEnvironment="B=x y" C=2\nEnvironment=A=1 "B=x y" C=1', {"A": "1", "C": "1"}),
        ("Environment=PATH=/x LANG=", {"PATH": "/x", "LANG": ""}),
        ("ExecSearchPath=/usr/bin:rel\nExecSearchPath=/x", {"PATH": "/usr/bin:/x"}),
        ("ExecSearchPath=/usr/bin\nExecSearchPath=", {}),
        ("SetCredential=a:b", {"CREDENTIALS_DIRECTORY": "/run/credentials/app.service"}),
        ("RuntimeDirectory=a b:c\nStateDirectory=s/%p\nCacheDirectory=/abs ../q", {
            "RUNTIME_DIRECTORY": "/run/a:/run/b", "STATE_DIRECTORY": "/var/lib/s/app",
        }),
        ("RuntimeDirectory=x\nEnvironment=RUNTIME_DIRECTORY=mine", {"RUNTIME_DIRECTORY": "mine"}),
        # users
        ("User=root", {"HOME": "/root", "LOGNAME": "root", "USER": "root", "SHELL": "/bin/bash"}),
        ("User=0\nUnsetEnvironment=HOME", {"LOGNAME": "root", "USER": "root", "SHELL": "/bin/bash"}),
        ("User=65534", {"LOGNAME": "nobody", "USER": "nobody"}),
        ("User=root\nUser=", {}),
        ("DynamicUser=yes", {"LOGNAME": "app", "USER": "app"}),
        ("User=dyn\nDynamicUser=yes", {"LOGNAME": "dyn", "USER": "dyn"}),
    ],
)  # fmt: skip
def test_a_unit_gives_what_systemd_gives(tmp_path: Path, body: str | bytes, expected: dict[str, str]) -> None:
    """Each line was tried with a real service."""
    deployment = _read(tmp_path, body)
    assert _values(deployment) == expected
    assert not deployment.refused


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("EnvironmentFile=-/etc/app/sub\nEnvironment=Z=1", {"Z": "1"}),
        ("EnvironmentFile=/etc/app/*.env", {"A": "b", "B": "1", "Z": "1"}),
        ("EnvironmentFile=/etc/app/[!b].env", {"A": "Z", "Z": "1"}),
        ("EnvironmentFile=/etc/app/[^b].env", {"A": "Z", "Z": "1"}),
        ("EnvironmentFile=/etc/app/?.env", {"A": "b", "B": "1", "Z": "1"}),
        (r"EnvironmentFile=/etc/app/b\.env", {"A": "b", "B": "1"}),
        ("EnvironmentFile=//etc/./app//b.env", {"A": "b", "B": "1"}),
        ("EnvironmentFile=/etc/app/x y.file  ", {"S": "1"}),
        ("EnvironmentFile=/etc/app/%p.file", {"P": "1"}),
        ("EnvironmentFile=/etc/app/a%%b.file", {"Q": "1"}),
        ("EnvironmentFile=/etc/app/b.env\nEnvironmentFile=\nEnvironmentFile=/etc/app/app.file", {"P": "1"}),
        ("EnvironmentFile=/etc/app/b.env\nEnvironmentFile=/etc/app/Z.env\nEnvironmentFile=/etc/app/b.env", {
            "A": "b", "B": "1", "Z": "1",
        }),
        ("EnvironmentFile=-/etc/app/*.latin\nEnvironment=Z=1", {"Z": "1", "G": "1"}),
        ("EnvironmentFile=--/etc/app/b.env", {}),
        ("EnvironmentFile=/etc/app/../app/b.env", {}),
        ("EnvironmentFile=/etc/%Q/b.env", {}),
        ("EnvironmentFile=/etc/app/b.env\nUnsetEnvironment=A", {"B": "1"}),
    ],
)  # fmt: skip
def test_env_files_are_found_and_read_as_systemd_does(tmp_path: Path, body: str, expected: dict[str, str]) -> None:
    """Patterns, specifiers, resets and order were tried with a real service."""
    files: dict[str, str | bytes] = {
        "b.env": "A=b\nB=1\n", "Z.env": "A=Z\nZ=1\n", ".h.env": "H=1\n", "sub/x": "S=1\n", "x y.file": "S=1\n",
        "app.file": "P=1\n", "a%b.file": "Q=1\n", "a.latin": b"A=1\nB=\xff\n", "b.latin": "G=1\n",
    }  # fmt: skip
    deployment = _read(tmp_path, body, {f"etc/app/{name}": content for name, content in files.items()})
    assert _values(deployment) == expected
    assert not deployment.refused


@pytest.mark.parametrize(
    "body",
    [
        "EnvironmentFile=/etc/app/none.env",
        "EnvironmentFile=/etc/app/",
        "EnvironmentFile=/etc/app/*",
        "EnvironmentFile=/etc/app/{b,c}.env",
        "EnvironmentFile=/etc/app/b.env # c",
        "EnvironmentFile=/etc/app/$X.env",
        "EnvironmentFile=/etc/app/latin.file",
        "EnvironmentFile=/etc/app/nul.file",
        b"Environment=A=\xff",
        "[Bad\n",
        "ExecStart=",
    ],
)
def test_a_unit_that_systemd_does_not_start_is_refused(tmp_path: Path, body: str | bytes) -> None:
    """A refusal of the real service manager is one of ours."""
    files: dict[str, str | bytes] = {"etc/app/b.env": "A=1\n", "etc/app/sub/x": ""}
    files |= {"etc/app/latin.file": b"A=\xff\n", "etc/app/nul.file": b"A=\0\n"}
    assert _read(tmp_path, body, files).refused


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("_apt:x:42:65534::/nonexistent:/usr/sbin/nologin", {"HOME": "/nonexistent", "LOGNAME": "u", "USER": "u"}),
        ("sync:x:4:65534:sync:/bin:/bin/sync", {"HOME": "/bin", "LOGNAME": "u", "USER": "u", "SHELL": "/bin/sync"}),
        ("net:x:998:998:Network:/:/usr/sbin/nologin", {"LOGNAME": "u", "USER": "u"}),
    ],
)
def test_a_user_is_looked_up_in_the_tree(tmp_path: Path, line: str, expected: dict[str, str]) -> None:
    """`HOME` and `SHELL` are those of the `/etc/passwd` that belongs to the unit."""
    name = line.partition(":")[0]
    deployment = _read(tmp_path, f"User={name}\n", {"etc/passwd": line + "\n"})
    assert _values(deployment) == {key: name if value == "u" else value for key, value in expected.items()}


def test_what_the_host_or_the_manager_alone_knows_is_unknown(tmp_path: Path) -> None:
    """What no file tells is said to be unknown, and not guessed."""
    write_tree(tmp_path, {f"{_FOLDER}/app.service": f"{_HEAD}Environment=A=%H:80\nUser=app\nPassEnvironment=B\n"})
    variables = read_units(["app.service"], tmp_path).processes["app.service"].variables
    assert {name: given.value for name, given in variables.items() if given.value is not None} == {
        "LOGNAME": "app",
        "USER": "app",
    }
    assert {name: given.unknown for name, given in variables.items() if given.unknown} == {
        "A": "%H (host name)",
        "B": "the environment of the service manager",
        "HOME": "account of the host",
        "SHELL": "account of the host",
    }
