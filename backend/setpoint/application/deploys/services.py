"""Chooses which processes of a deploy are checked, and which settings classes each one uses."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from setpoint.contract.settings_class import SettingsContract
from setpoint.deploys.deployment import Deployment, Process
from setpoint.errors import UnableError
from setpoint.sources.deploys import DeployRequest
from setpoint.text.escape import printable
from setpoint.text.join import joined
from setpoint.text.suggest import nearest

_LONGEST_SLIP = 3


class NoSuchServiceError(UnableError):
    """A deploy has no service of that name, or none that gets a variable of the settings class."""


class WantedDeploy(NamedTuple):
    """A deploy that the user wants to check.

    Attributes:
        request: Its files.
        names: The only services to check, as the user names them.
        classes: The settings classes that services use, each as `MODULE:CLASS`, by the names of the services.
    """

    request: DeployRequest
    names: tuple[str, ...] = ()
    classes: Mapping[str, tuple[str, ...]] = {}


class Services(NamedTuple):
    """What to check in a deploy.

    Attributes:
        chosen: The settings classes, by the name of the process that uses them.
        passed_over: The processes that get no variable of any settings class.
    """

    chosen: Mapping[str, Sequence[SettingsContract]]
    passed_over: tuple[Process, ...] = ()


def services_of(
    deployment: Deployment,
    contracts: Sequence[SettingsContract],
    names: Sequence[str] = (),
    classes: Mapping[str, Sequence[SettingsContract]] | None = None,
) -> Services:
    """Return which processes to check.

    Args:
        deployment: What the deploy gives its processes.
        contracts: The settings classes for a process to which none are assigned.
        names: The only processes to check, as the user names them.
        classes: The settings classes by the names of the processes that use them; then only those processes are
            checked.

    Raises:
        NoSuchServiceError: There is no process of such a name, or none gets a variable that a class reads.
    """
    run = {name: found for word, found in (classes or {}).items() for name in find_services(deployment, word)}
    wanted = {name: run.get(name, contracts) for word in names for name in find_services(deployment, word)} or run
    if wanted or not deployment.processes or not contracts:
        return Services(wanted)
    getting = {each.name: contracts for each in deployment.processes.values() if _gets_a_variable(each, contracts)}
    if not getting and len(deployment.processes) > 1:
        settings = joined([f"`{each.reference}`" for each in contracts])
        message = f"no service gets a variable of {settings}; choose the one that runs the app: {_choices(deployment)}"
        raise NoSuchServiceError(message)
    if not getting:
        return Services(dict.fromkeys(deployment.processes, contracts))
    return Services(getting, tuple(each for name, each in deployment.processes.items() if name not in getting))


def find_services(deployment: Deployment, word: str) -> list[str]:
    """Return the processes that `word` names: in full, without `.service`, or as one part of `Deployment/web/app`.

    Raises:
        NoSuchServiceError: There is no such process.
    """
    if word in deployment.processes:
        return [word]
    found = [name for name in deployment.processes if word in _short_names(name)]
    if found or not (deployment.processes or deployment.switched_off):
        return found
    if word in deployment.switched_off:
        raise NoSuchServiceError(how_to_switch_on(word, deployment.switched_off[word]))
    known = [each for name in deployment.processes for each in (name, *_short_names(name))]
    meant = nearest(word, known, _LONGEST_SLIP)
    names = joined([f"`{printable(name)}`" for name in deployment.processes])
    hint = f"did you mean `{printable(meant)}`?" if meant else f"it has {names}"
    message = f"the deploy has no service `{printable(word)}`; {hint}"
    raise NoSuchServiceError(message)


def how_to_switch_on(name: str, profiles: Sequence[str]) -> str:
    """Return why docker compose does not start the service `name`: none of its `profiles` is enabled."""
    which = "its profile is off" if len(profiles) == 1 else "none of its profiles is on"
    return f"`{printable(name)}` is not started, because {which}; `--profile {printable(profiles[0])}` turns it on"


def _short_names(name: str) -> list[str]:
    kind, slash, rest = name.partition("/")
    if not slash:
        return [name.rpartition(".")[0]]
    owner, _, container = rest.partition("/")
    return [f"{kind}/{owner}", f"{owner}/{container}", owner, container]


def _gets_a_variable(process: Process, contracts: Sequence[SettingsContract]) -> bool:
    return any(contract.find(name) or contract.from_file(name) for contract in contracts for name in process.variables)


def _choices(deployment: Deployment) -> str:
    return joined([f"`--service {printable(name)}`" for name in deployment.processes])
