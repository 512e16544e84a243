"""What a deploy gives each of its processes, in a form that may be shown."""

from collections.abc import Iterator, Mapping, Sequence

from setpoint.application.judged_reading import by_classes
from setpoint.application.shown_reading import REVEALED, Judgement, by_looks
from setpoint.check.diagnostic import Diagnostic
from setpoint.check.processes import of_no_process
from setpoint.check.report import in_order
from setpoint.contract.settings_class import SettingsContract
from setpoint.deploys.deployment import Deployment, Given, Process
from setpoint.envfile.reading import Binding, Reading
from setpoint.envfile.source_text import SourceText, Span
from setpoint.sources.deployed_process import not_of
from setpoint.sources.env_file import EnvFile, SourceKind
from setpoint.text.guarded import MASK

_NOWHERE = Span(0, 0)

Shown = Mapping[str, str | dict[str, str] | None]
"""The variables of a process: a value, nothing, or what only the cluster, the host or the caller knows."""


def shown_processes(
    deployment: Deployment, contracts: Sequence[SettingsContract], caller: Mapping[str, str], *, reveal: bool
) -> Mapping[str, Shown]:
    """Return the variables of each process, in a form that may be shown.

    Args:
        deployment: What the deploy gives.
        contracts: The settings classes, which know what is secret; without one, names and values are judged by their
            looks.
        caller: The environment of whoever starts the deploy; parts of it may be in values.
        reveal: Whether to show everything.
    """
    judge = REVEALED if reveal else None
    return {
        name: dict(_shown(process, judge or _judgement(process, contracts, caller)))
        for name, process in deployment.processes.items()
    }


def problems_of(deployment: Deployment) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the deploy, without any value."""
    rest = not_of(deployment, ())
    return () if rest is None else in_order(of_no_process(rest, deployment.processes))


def _judgement(process: Process, contracts: Sequence[SettingsContract], caller: Mapping[str, str]) -> Judgement:
    given = {each.name: each.value for each in process.variables.values() if each.value is not None}
    bindings = tuple(Binding(name, value, _NOWHERE, _NOWHERE) for name, value in given.items())
    source = SourceText(process.name, "")
    file = EnvFile(process.name, source, Reading(bindings, given, ()), kind=SourceKind.DEPLOY_FILE)
    return by_classes(file, contracts, caller) if contracts else by_looks(file, caller)


def _shown(process: Process, judgement: Judgement) -> Iterator[tuple[str, str | dict[str, str] | None]]:
    """Yield each variable; masked names are numbered, to tell them apart."""
    masked = 0
    for each in process.variables.values():
        name = each.name
        if judgement is not REVEALED and not (name.isprintable() and judgement.shows_name(name)):
            masked += 1
            name = MASK if masked == 1 else f"{MASK} ({masked})"
        yield name, _value(each, judgement)


def _value(given: Given, judgement: Judgement) -> str | dict[str, str] | None:
    if given.unknown is not None:
        return {"unknown": given.unknown}
    if given.value is None or judgement.shows(given.name, given.value):
        return given.value
    return MASK
