"""What `show`, `explain` and `diff` look at in a deploy: the variables that one of its processes gets."""

from collections.abc import Sequence

from setpoint.application.deploys.services import WantedDeploy, how_to_switch_on, services_of
from setpoint.application.gathering import in_one_run, of_deployed
from setpoint.application.importing import contracts_of
from setpoint.contract.settings_class import SettingsContract
from setpoint.deploys.deployment import Deployment
from setpoint.errors import UnableError
from setpoint.project import Project
from setpoint.resolution.subject import Subject
from setpoint.sources.deployed_process import deployed
from setpoint.sources.deploys import read_deploy
from setpoint.text.escape import printable
from setpoint.text.join import joined


class UnclearDeployError(UnableError):
    """A deploy is refused, or it is unclear which of its processes is meant."""


def values_of_deploy(
    contracts: Sequence[SettingsContract], wanted: WantedDeploy, project: Project, directories: Sequence[str] = ()
) -> list[Subject]:
    """Return what each settings class would read in the `wanted` process of a deploy.

    Args:
        contracts: What the app expects, one contract per settings class, if no class is assigned to the process.
        wanted: The deploy and its service, which may be omitted if only one gets a variable of the classes.
        project: The configuration of the app's project.
        directories: Secrets directories.

    Raises:
        UnableError: The program refuses the files, there is no such service, or there are several.
    """
    deployment = read_deploy(wanted.request)
    if not deployment.processes:
        raise UnclearDeployError(_why_there_is_none(deployment))
    classes = {name: contracts_of(references, project) for name, references in wanted.classes.items()}
    chosen = services_of(deployment, contracts, wanted.names, classes).chosen
    if len(chosen) != 1:
        message = f"several services get variables of the app; choose one: {joined([f'`{each}`' for each in chosen])}"
        raise UnclearDeployError(printable(message))
    name, run = next(iter(chosen.items()))
    process = deployed(deployment, deployment.processes[name], wanted.request.environment)
    if not wanted.names:
        process = process._replace(passed_over=deployment.switched_off)
    shown = [of_deployed(each, process, project, directories=directories) for each in run]
    others = {each: found for each, found in classes.items() if each != name and each in deployment.processes}
    beside = (_in_process(deployment, other, found, wanted, project) for other, found in others.items())
    return in_one_run([shown, *beside])[0]


def _in_process(
    deployment: Deployment, name: str, contracts: Sequence[SettingsContract], wanted: WantedDeploy, project: Project
) -> list[Subject]:
    process = deployed(deployment, deployment.processes[name], wanted.request.environment)
    return [of_deployed(each, process, project) for each in contracts]


def _why_there_is_none(deployment: Deployment) -> str:
    refusal = next((each for each in deployment.problems if each.refuses), None)
    if refusal is None and deployment.switched_off:
        return how_to_switch_on(*next(iter(deployment.switched_off.items())))
    if refusal is None:
        return "the files deploy no process"
    where = ""
    if refusal.place is not None:
        where = f"{printable(refusal.place.file.path)}:{refusal.place.file.line_at(refusal.place.span.start)}: "
    return f"{where}{refusal.message}, so nothing is deployed; `setpoint check` shows everything"
