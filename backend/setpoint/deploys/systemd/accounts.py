"""What systemd knows about the user that a unit names: `root` and `nobody` by itself, others from `/etc/passwd`."""

from typing import NamedTuple

from setpoint.deploys.file_tree import FileTree

_FIELDS = 7
_NO_SHELLS = {"/bin/nologin", "/sbin/nologin", "/usr/bin/nologin", "/usr/sbin/nologin", "/bin/false", "/usr/bin/false"}


class Account(NamedTuple):
    """A user, as far as a process can see it.

    Attributes:
        name: Its name.
        home: Its folder; None if it has none that counts.
        shell: Its shell; None if it can't log in.
    """

    name: str
    home: str | None
    shell: str | None


# If neither is needed, systemd looks nothing up.
_BUILT_IN = {
    **dict.fromkeys(("root", "0"), Account("root", "/root", "/bin/bash")),
    **dict.fromkeys(("nobody", "65534"), Account("nobody", None, None)),
}


def find_account(user: str, tree: FileTree) -> Account | None:
    """Return the account called `user`, which may be a number; None if the files do not have it."""
    if user in _BUILT_IN:
        return _BUILT_IN[user]
    try:
        lines = tree.read("/etc/passwd").text.splitlines()
    except OSError:
        return None
    for fields in (line.split(":") for line in lines):
        if len(fields) == _FIELDS and user in (fields[0], fields[2]):
            home, shell = fields[5:]
            return Account(fields[0], _absolute(home), None if shell in _NO_SHELLS else _absolute(shell))
    return None


def _absolute(path: str) -> str | None:
    return path if path.startswith("/") and path != "/" else None
