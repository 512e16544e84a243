"""Reads an env file as dash 0.5.12 sources it with `set -a`: assignments are followed, and nothing is ever run."""

from collections.abc import Mapping

from setpoint.envfile.reading import Reading
from setpoint.envfile.shell.dialect import ShellDialect
from setpoint.envfile.shell.file import read_shell_file

_DASH = ShellDialect(
    program="dash",
    is_bash=False,
    dies_of_errors=True,
    readonly_names=frozenset(),
    living_names=frozenset(("LINENO", "_")),
    own_names=frozenset(["IFS", "OLDPWD", "OPTIND", "PATH", "PPID", "PS1", "PS2", "PS4", "PWD"]),
    most_nul_bytes=None,
)


def read(text: str, environment: Mapping[str, str]) -> Reading:
    """Read `text` as dash does; what is only known at run time is flagged and has no value."""
    return read_shell_file(text, environment, _DASH)
