"""What a unit and its drop-ins say about the environment, once all of them are read."""

from dataclasses import dataclass, field
from typing import NamedTuple

from setpoint.deploys.deployment import Given, Place
from setpoint.deploys.systemd.specifiers import Resolved


class Named(NamedTuple):
    """A text of a unit, its specifiers resolved.

    Attributes:
        resolved: What it says.
        place: Where it is.
    """

    resolved: Resolved
    place: Place


class EnvironmentFile(NamedTuple):
    """A file that `EnvironmentFile=` names.

    Attributes:
        path: Its absolute path or pattern.
        optional: Whether systemd continues without it.
        unknown: The part of the path that only the host knows; None for most.
        place: Where the path is written.
    """

    path: str
    optional: bool
    unknown: str | None
    place: Place


@dataclass
class UnitSettings:
    """What a unit says about the environment of its processes.

    Attributes:
        inline: The variables of `Environment=`, in the order in which they are given.
        files: The files of `EnvironmentFile=`.
        passed: The names of `PassEnvironment=`.
        removed: What `UnsetEnvironment=` removes: `NAME` or `NAME=value`.
        user: What `User=` says; None if it is not set.
        is_dynamic: Whether the user is made for the unit.
        search_path: The folders of `ExecSearchPath=`.
        directories: For each variable, the folders that systemd makes for the unit.
        has_credentials: Whether there is a folder of credentials.
        starts: For `ExecStart`, `ExecStop` and `SuccessAction`: how many of them are in force.
        type: What `Type=` says; empty for the default.
        order: For each place in `inline` and `files`, how many came before it.
    """

    inline: list[Given] = field(default_factory=list)
    files: list[EnvironmentFile] = field(default_factory=list)
    passed: list[Named] = field(default_factory=list)
    removed: list[Named] = field(default_factory=list)
    user: Named | None = None
    is_dynamic: bool = False
    search_path: list[Named] = field(default_factory=list)
    directories: dict[str, list[Named]] = field(default_factory=dict)
    has_credentials: bool = False
    starts: dict[str, int] = field(default_factory=dict)
    type: str = ""
    order: dict[Place, int] = field(default_factory=dict)
