"""The options for deploy files, and the deploys that the arguments of a command name."""

import argparse
import os
from typing import TYPE_CHECKING

from setpoint.cli.options import given_path, pair
from setpoint.errors import UnableError
from setpoint.project import Project, ProjectDeploy

if TYPE_CHECKING:
    from setpoint.application.deploys.services import WantedDeploy
    from setpoint.sources.deploys import DeployRequest

KINDS = ("compose", "systemd", "kubernetes")
_LIKE_DEPLOY_FILES = (".yaml", ".yml", ".service", ".socket", ".mount", ".swap", "kustomization", "Kustomization")


def add_deploy_options(parser: argparse.ArgumentParser) -> None:
    """Add to `parser` the options for deploy files, and for what else decides what a process gets."""
    group = parser.add_argument_group("deploy files (compose.yaml, app.service, Kubernetes manifests)")
    group.add_argument(
        "--kind",
        choices=KINDS,
        help="the program that the files are for, if their names and content do not tell",
    )
    group.add_argument(
        "--env-file",
        action="append",
        default=[],
        type=given_path,
        metavar="FILE",
        help="a file for `${NAME}` in compose files, in place of `.env`; can be repeated",
    )
    group.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="NAME",
        help="a compose profile to enable; can be repeated",
    )
    group.add_argument(
        "--root", type=given_path, metavar="DIR", help="the folder that systemd sees as `/`, as for `systemctl --root`"
    )


def add_service_options(parser: argparse.ArgumentParser) -> None:
    """Add to `parser` the option for the services of a deploy, and `--set`."""
    parser.add_argument(
        "--service",
        action="append",
        default=[],
        metavar="NAME",
        help="the service, unit or container of a deploy that runs the app; can be repeated",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        type=pair,
        metavar="NAME=value",
        help="a variable from the environment of the deploy; by default there are none, except with `--environment`",
    )


def wanted_deploys(arguments: argparse.Namespace, project: Project) -> "tuple[WantedDeploy, ...]":
    """Return the deploys that the arguments ask for; none if they ask for env files or a start here.

    Raises:
        UnableError: It is unclear which program a file is for, or an option is for deploys and there is none.
    """
    if not arguments.files and not arguments.kind and _is_about_project(arguments):
        return tuple(_of_project(each, arguments) for each in project.deploys)
    request = deploy_request(arguments, arguments.files)
    if request is None:
        _refuse_words_on_deploys(arguments)
        return ()
    from setpoint.application.deploys.services import WantedDeploy  # noqa: PLC0415 - env files need nothing of it

    known = {frozenset(map(os.path.realpath, each.files)): each.services for each in project.deploys}
    ours = {} if arguments.settings else known.get(frozenset(map(os.path.realpath, request.paths)), {})
    return (WantedDeploy(request, tuple(arguments.service), ours),)


def deploy_request(arguments: argparse.Namespace, files: list[str]) -> "DeployRequest | None":
    """Return the request for `files`; None if they are not deploy files.

    Raises:
        UnableError: It is unclear which program a file is for.
    """
    if arguments.kind is None and not any(map(_may_be_deployed, files)):
        return None
    from setpoint.sources.deploys import is_like_deploy_file, recognised_kind  # noqa: PLC0415 - likewise

    if arguments.kind is None and not any(map(is_like_deploy_file, files)):
        return None
    if arguments.kind not in {None, "compose"} and not files:
        message = f"name the files for `--kind {arguments.kind}`; only compose finds its own"
        raise UnableError(message)
    return _request(arguments, arguments.kind or recognised_kind(files), tuple(files), arguments)


def _request(
    arguments: argparse.Namespace, kind: str, files: tuple[str, ...], more: argparse.Namespace | ProjectDeploy
) -> "DeployRequest":
    from setpoint.deploys.deployment import DeployKind  # noqa: PLC0415 - likewise
    from setpoint.sources.callers_environment import callers_environment  # noqa: PLC0415 - likewise
    from setpoint.sources.deploys import DeployRequest  # noqa: PLC0415 - likewise

    caller = callers_environment() if arguments.environment else {}
    env_files, profiles = _words_of(more)
    environment = {**caller, **dict(arguments.set)}
    return DeployRequest(DeployKind(kind), files, environment, arguments.environment, env_files, profiles, more.root)


def _words_of(more: argparse.Namespace | ProjectDeploy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if isinstance(more, ProjectDeploy):
        return more.env_files, more.profiles
    return tuple(more.env_file), tuple(more.profile)


def _may_be_deployed(path: str) -> bool:
    return path.endswith(_LIKE_DEPLOY_FILES) or os.path.isdir(path)  # noqa: PTH112 - it is asked of each env file


def _is_about_project(arguments: argparse.Namespace) -> bool:
    """Return whether no option asks for a start here: then a check without files looks at the project's deploys."""
    return not (arguments.environment or arguments.settings or arguments.default_settings or arguments.secrets_dir)


def _of_project(deploy: ProjectDeploy, arguments: argparse.Namespace) -> "WantedDeploy":
    from setpoint.application.deploys.services import WantedDeploy  # noqa: PLC0415 - likewise
    from setpoint.sources.deploys import recognised_kind  # noqa: PLC0415 - likewise

    to_say = f'`kind = "compose"` (or "systemd", "kubernetes") in `[tool.setpoint.deploys.{deploy.name}]`'
    request = _request(arguments, deploy.kind or recognised_kind(deploy.files, to_say), deploy.files, deploy)
    return WantedDeploy(request, tuple(arguments.service), deploy.services)


def _refuse_words_on_deploys(arguments: argparse.Namespace) -> None:
    given = {
        "--service": arguments.service,
        "--set": arguments.set,
        "--env-file": arguments.env_file,
        "--profile": arguments.profile,
        "--root": arguments.root,
    }
    named = next((option for option, value in given.items() if value), None)
    if named:
        message = f"`{named}` needs a deploy file; `--kind` says which program a file is for"
        raise UnableError(message)
