"""Checks deploys: compares what each process gets with the settings class that it uses."""

from collections.abc import Iterator, Sequence

from setpoint.application.deploys.services import Services, WantedDeploy, how_to_switch_on, services_of
from setpoint.application.gathering import in_one_run, of_deployed
from setpoint.application.importing import UnusableRulesError, UnusableSettingsError, contracts_of, import_rules
from setpoint.application.judging import Terms, chosen_selection, judged
from setpoint.application.wanted import Wanted
from setpoint.check.checking import placed, put_together, unable
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.finding import Region
from setpoint.check.processes import of_deploys, of_no_process, of_processes
from setpoint.check.report import Report, SourceSummary
from setpoint.check.rules.deploys.findings import PassedOver, unchecked_service
from setpoint.check.rules.file import unusable_rule, unusable_settings
from setpoint.contract.document.exported import read_exported_contract
from setpoint.contract.settings_class import SettingsContract
from setpoint.deploys.deployment import Deployment
from setpoint.errors import UnableError
from setpoint.project import Project
from setpoint.sources.deployed_process import deploy_file, deployed, not_of
from setpoint.sources.deploys import read_deploy
from setpoint.sources.env_file import SourceKind
from setpoint.text.escape import printable
from setpoint.text.join import joined

Contracts = Sequence[SettingsContract]


class NothingDeployedError(UnableError):
    """The files of a deploy give nothing to any process."""


def check_deploys(wanted: Wanted, deploys: Sequence[WantedDeploy], project: Project) -> Report:
    """Check the processes of `deploys`; a class that can't be imported is reported like any other finding.

    Args:
        wanted: What to check, and against which settings classes, if no others are assigned to a process.
        deploys: The deploys, instead of env files or a start here.
        project: The configuration of the app's project.

    Raises:
        UnableError: There is no such rule or service, nothing in the files, or the exported contract can't be used.
    """
    try:
        import_rules(wanted.rules_in(project), project.pythonpath)
    except UnusableRulesError as error:
        return unable(", ".join(wanted.references), unusable_rule, error)
    known = _Classes(wanted, project)
    terms = Terms(chosen_selection(project, wanted.select, wanted.ignore), wanted.fail_on, wanted.deploy)
    reports = [terms.selection.of(_checked(each, known, project, terms)) for each in deploys]
    if known.unusable:
        failed = [unable(reference, unusable_settings, error) for reference, error in known.unusable.items()]
        return put_together([*reports, *failed], terms.fail_on)
    return of_deploys(reports)


class _Classes:
    """The settings classes by reference, each imported once."""

    def __init__(self, wanted: Wanted, project: Project) -> None:
        self._wanted = wanted
        self._project = project
        self._known: dict[tuple[str, ...], Contracts] = {}
        self.unusable: dict[str, UnusableSettingsError] = {}

    def of(self, references: tuple[str, ...]) -> Contracts:
        """Return the contracts of the classes that `references` name, without those that can't be used."""
        if references not in self._known:
            self._known[references] = self._had(references)
        return self._known[references]

    @property
    def usual(self) -> Contracts:
        """Return the contracts for a process to which the project assigns no settings class."""
        if self._wanted.schema is None:
            return self.of(self._wanted.references)
        return SettingsContract.of_all([read_exported_contract(self._wanted.schema)])

    def _had(self, references: tuple[str, ...]) -> Contracts:
        try:
            return contracts_of(references, self._project)
        except UnusableSettingsError as error:
            self.unusable[", ".join(references)] = error
            return ()


def _checked(wanted: WantedDeploy, known: _Classes, project: Project, terms: Terms) -> Report:
    deployment = read_deploy(wanted.request)
    if not deployment.processes and not deployment.problems:
        named = joined([f"`{printable(each)}`" for each in wanted.request.paths])
        message = f"{named} deploys no process"
        if deployment.switched_off:
            message = how_to_switch_on(*next(iter(deployment.switched_off.items())))
        raise NothingDeployedError(message)
    classes = {name: known.of(references) for name, references in wanted.classes.items()}
    usual = () if classes and not wanted.names else known.usual
    services = services_of(deployment, usual, wanted.names, classes)
    caller = wanted.request.environment
    chosen = {name: contracts for name, contracts in services.chosen.items() if contracts}
    processes = {name: deployed(deployment, deployment.processes[name], caller) for name in chosen}
    subjects = in_one_run([of_deployed(each, processes[name], project) for each in chosen[name]] for name in chosen)
    reports = {name: judged([[each] for each in run], terms) for name, run in zip(chosen, subjects, strict=True)}
    is_choice = bool(wanted.names or wanted.classes)
    others = _others(deployment, services, is_choice=is_choice)
    return of_processes(reports, others, _files(deployment), terms.fail_on)


def _others(deployment: Deployment, services: Services, *, is_choice: bool) -> Iterator[Diagnostic]:
    """Yield the findings that belong to none of the checked processes."""
    rest = not_of(deployment, services.chosen, is_choice=is_choice)
    if rest is not None:
        yield from of_no_process(rest, deployment.processes)
    reference = ", ".join(dict.fromkeys(each.reference for found in services.chosen.values() for each in found))
    for process in services.passed_over:
        region = Region(deploy_file(deployment, process.place.file), process.place.span) if process.place else None
        found = unchecked_service.condition(PassedOver(process.name, region, reference))
        yield from placed(None, ((unchecked_service, each) for each in found), deployment.processes)


def _files(deployment: Deployment) -> list[SourceSummary]:
    paths = dict.fromkeys(printable(each.path) for each in deployment.files)
    return [SourceSummary(SourceKind.DEPLOY_FILE, path, str(deployment.kind)) for path in paths]
