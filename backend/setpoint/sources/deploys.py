"""Deploy files: which program they are for, and how it reads them."""

import codecs
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from setpoint.deploys.deployment import DeployKind, Deployment
from setpoint.errors import UnableError
from setpoint.text.escape import printable
from setpoint.text.join import joined

_UNIT_SUFFIXES = (".service", ".socket", ".mount", ".swap")
_YAML_SUFFIXES = (".yaml", ".yml")
_COMPOSE_NAME = r"(?:docker-)?compose(?:[.-].*)?\.ya?ml"
_KUSTOMIZATION_NAME = r"kustomization(?:\.ya?ml)?|Kustomization"
_COMPOSE_TEXT = r"(?m)^(?:services|['\"]services['\"])[ \t]*:"
_MANIFEST_TEXT = r"(?m)^(?:- )?['\"]?apiVersion['\"]?[ \t]*:|^\{"
_ENOUGH_TO_TELL = 1 << 20


class UnrecognisedDeployError(UnableError):
    """It is unclear which program a file is for, or it does not fit the others."""


class DeployRequest(NamedTuple):
    """Deploy files, and what else decides what a process gets.

    Attributes:
        kind: The program that reads them.
        paths: The files; none if compose is to look for its own.
        environment: What is known of the environment of whoever calls the program.
        knows_caller: Whether that is the whole environment.
        env_files: The files that replace `.env` (`--env-file` of compose).
        profiles: The enabled profiles (`--profile` of compose).
        root: The folder that systemd sees as the root of the file system; None for that of this machine, or of the
            unit.
    """

    kind: DeployKind
    paths: tuple[str, ...]
    environment: Mapping[str, str] = {}
    knows_caller: bool = False
    env_files: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    root: str | None = None


def is_like_deploy_file(path: str) -> bool:
    """Return whether `path` has the name of a deploy file, or is a folder that holds some."""
    named = Path(path)
    if named.suffix in {*_YAML_SUFFIXES, *_UNIT_SUFFIXES} or re.fullmatch(_KUSTOMIZATION_NAME, named.name):
        return True
    return named.is_dir() and _kind_of_folder(named) is not None


def recognised_kind(paths: Sequence[str], to_say: str = "`--kind compose|systemd|kubernetes`") -> DeployKind:
    """Return the program that the files at `paths` are for, by their names and contents.

    Args:
        paths: The files.
        to_say: How the user can say it if it is unclear.

    Raises:
        UnrecognisedDeployError: It is unclear, or a file does not exist.
    """
    kinds = {path: _kind_of(Path(path)) for path in paths}
    unknown = [path for path, kind in kinds.items() if kind is None]
    if unknown:
        missing = [path for path in unknown if not Path(path).exists()]
        named = joined([f"`{printable(each)}`" for each in missing or unknown])
        told = f"cannot tell which program reads {named}; name it with {to_say}"
        raise UnrecognisedDeployError(f"cannot read {named}: it does not exist" if missing else told)
    found = list(dict.fromkeys(kind for kind in kinds.values() if kind))
    if len(found) > 1:
        message = f"the files are for {joined([*map(str, found)])}; check them one program at a time"
        raise UnrecognisedDeployError(message)
    return found[0]


def _kind_of(path: Path) -> DeployKind | None:
    if path.is_dir():
        return _kind_of_folder(path)
    if path.suffix in _UNIT_SUFFIXES:
        return DeployKind.SYSTEMD
    if re.fullmatch(_COMPOSE_NAME, path.name):
        return DeployKind.COMPOSE
    if re.fullmatch(_KUSTOMIZATION_NAME, path.name):
        return DeployKind.KUBERNETES
    return _kind_of_text(path) if path.suffix in _YAML_SUFFIXES else None


def _kind_of_folder(path: Path) -> DeployKind | None:
    """Return Kubernetes for a folder that holds a manifest; compose looks only in the working directory."""
    try:
        kinds = {_kind_of(each) for each in path.iterdir() if each.suffix in _YAML_SUFFIXES and each.is_file()}
    except OSError:
        return None
    return DeployKind.KUBERNETES if DeployKind.KUBERNETES in kinds else None


def _kind_of_text(path: Path) -> DeployKind | None:
    try:
        with path.open("rb") as stream:
            content = stream.read(_ENOUGH_TO_TELL)
    except OSError:
        return None
    is_wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = content.decode("utf-16" if is_wide else "utf-8", "replace")
    if re.search(_MANIFEST_TEXT, text):
        return DeployKind.KUBERNETES
    return DeployKind.COMPOSE if re.search(_COMPOSE_TEXT, text) else None


def read_deploy(request: DeployRequest) -> Deployment:
    """Return how the program reads the requested files; what is wrong with them is part of the result.

    Raises:
        UnableError: They are YAML and PyYAML is not installed, or one of them is standard input.
    """
    if "-" in request.paths:
        message = f"{request.kind} files can't be read from standard input; save the text as a file and name that file"
        raise UnableError(message)
    try:
        return _read(request)
    except ModuleNotFoundError as error:
        if error.name != "yaml":
            raise
        message = f"{request.kind} files are YAML, and reading YAML needs PyYAML: `pip install pyyaml`"
        raise UnableError(message) from None


def _read(request: DeployRequest) -> Deployment:
    """Import only the reader that is needed, because each takes a while to import."""
    if request.kind is DeployKind.COMPOSE:
        from setpoint.deploys.compose.reading import read_compose  # noqa: PLC0415 - each deploy needs only one reader

        return read_compose(
            Path.cwd(),
            request.paths,
            env_files=request.env_files,
            profiles=request.profiles,
            environment=request.environment,
            knows_caller=request.knows_caller,
        )
    root = None if request.root is None else Path(request.root)
    if request.kind is DeployKind.SYSTEMD:
        from setpoint.deploys.systemd.environment import Outside  # noqa: PLC0415 - likewise
        from setpoint.deploys.systemd.reading import read_units  # noqa: PLC0415 - likewise

        return read_units(request.paths, root, Outside(request.environment, request.knows_caller))
    from setpoint.deploys.kubernetes.reading import read_kubernetes  # noqa: PLC0415 - likewise

    return read_kubernetes(request.paths, root)
