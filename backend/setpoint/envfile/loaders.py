"""The one list of loaders: the programs whose reading of env files is known exactly."""

from collections.abc import Mapping
from importlib import import_module
from typing import NamedTuple

from setpoint.envfile.reading import Loader, Reading


class LoaderInfo(NamedTuple):
    """A program that reads env files its own way.

    Attributes:
        name: What people write after `--loader`.
        label: The program and the version that is emulated.
        knows_comments: Whether it ignores lines that begin with `#`.
    """

    name: str
    label: str
    knows_comments: bool = True

    def read(self, text: str, environment: Mapping[str, str]) -> Reading:
        """Read `text` as the program does; its module is imported only here."""
        loader: Loader = import_module(f"setpoint.envfile.programs.{self.name.replace('-', '_')}").read
        return loader(text, environment)


LOADERS: Mapping[str, LoaderInfo] = {
    each.name: each
    for each in (
        LoaderInfo("python-dotenv", "python-dotenv 1.2"),
        LoaderInfo("docker", "docker 28.5"),
        LoaderInfo("compose", "docker compose 2.40"),
        LoaderInfo("systemd", "systemd 262"),
        LoaderInfo("bash", "bash 5.2"),
        LoaderInfo("dash", "dash 0.5.12"),
        LoaderInfo("kubectl", "kubectl 1.36"),
        LoaderInfo("node", "node 24"),
        LoaderInfo("podman", "podman 5.8"),
        LoaderInfo("uv", "uv 0.13"),
        LoaderInfo("dotenv", "dotenv 17 of npm"),
        LoaderInfo("github-env", "GitHub's runner", knows_comments=False),
    )
}
"""Every loader by its name."""

PORTABLE = LoaderInfo("portable", "the portable subset")
"""Represents all programs together: what it reads without a problem, each of them reads alike."""


class UnknownLoaderError(LookupError):
    """No loader has this name; the message lists the loaders."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no loader `{name}`; the loaders are {', '.join(f'`{each}`' for each in LOADERS)}")
        self.name = name


def find_loader(name: str) -> LoaderInfo:
    """Return the loader called `name`.

    Raises:
        UnknownLoaderError: There is none.
    """
    if name == PORTABLE.name:
        return PORTABLE
    try:
        return LOADERS[name]
    except KeyError:
        raise UnknownLoaderError(name) from None
