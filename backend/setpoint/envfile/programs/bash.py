"""Reads an env file as bash 5.2 sources it with `set -a`: assignments are followed, and nothing is ever run."""

from collections.abc import Mapping

from setpoint.envfile.reading import Reading
from setpoint.envfile.shell.dialect import ShellDialect
from setpoint.envfile.shell.file import read_shell_file

_READONLY_NAMES = """
    BASHOPTS BASH_VERSINFO EUID PPID SHELLOPTS UID
"""
_LIVING_NAMES = """
    BASHPID BASH_ALIASES BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_CMDS BASH_COMMAND BASH_LINENO BASH_SOURCE BASH_SUBSHELL
    COMP_WORDBREAKS DIRSTACK EPOCHREALTIME EPOCHSECONDS FUNCNAME GROUPS HISTCMD LINENO PIPESTATUS POSIXLY_CORRECT
    RANDOM SECONDS SRANDOM _
"""
_OWN_NAMES = """
    BASH BASH_EXECUTION_STRING BASH_LOADABLES_PATH BASH_VERSION HOSTNAME HOSTTYPE IFS MACHTYPE OLDPWD OPTERR OPTIND
    OSTYPE PATH PS4 PWD SHELL SHLVL TERM
"""
_BASH = ShellDialect(
    program="bash",
    is_bash=True,
    dies_of_errors=False,
    readonly_names=frozenset(_READONLY_NAMES.split()),
    living_names=frozenset(_LIVING_NAMES.split()),
    own_names=frozenset(_OWN_NAMES.split()),
    most_nul_bytes=256,
)


def read(text: str, environment: Mapping[str, str]) -> Reading:
    """Read `text` as bash does; what is only known at run time is flagged and has no value."""
    return read_shell_file(text, environment, _BASH)
