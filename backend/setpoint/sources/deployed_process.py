"""What a deploy gives one process, as files with bindings, so that places and masks work for it as well."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from setpoint.deploys.deployment import DeployKind, Deployment, DeployProblem, Given, Place, Process
from setpoint.envfile.programs import compose
from setpoint.envfile.reading import Binding, Reading
from setpoint.envfile.source_text import SourceText, Span
from setpoint.sources.entry import Written
from setpoint.sources.env_file import EnvFile, SourceKind

_LINES_BEFORE_A_VALUE = 2
_REFERENCE = r"\$\(([\w.-]+)\)"
_YAML_SUFFIXES = (".yaml", ".yml")


class DeployedProcess(NamedTuple):
    """A process and what it gets, as rules see it.

    Attributes:
        name: The service, unit or container.
        files: The files that hold something for it, with only that.
        environment: What it gets, but not from a file.
        unknown: What only the cluster, the host or the caller knows, by variable.
        shadowed: What it would get if something else did not win, the strongest first.
        elsewhere: What else gives it variables, without saying which.
        declaration: Where it is declared.
        named: Where there are names that get no value, or one from another file.
        problems: What is wrong with the deploy, as far as it concerns this process.
        given_by_itself: What the program sets on its own, as systemd does for `User=`.
        referable: What references may have put into values: the bindings of env files such as compose's `.env`.
        caller: What is known of the environment of whoever starts the deploy, which references use as well.
        passed_over: The disabled compose services, with their profiles, if the user does not name one.
    """

    name: str
    files: tuple[EnvFile, ...] = ()
    environment: Mapping[str, str] = {}
    unknown: Mapping[str, str] = {}
    shadowed: tuple[Written, ...] = ()
    elsewhere: tuple[str, ...] = ()
    declaration: "Where | None" = None
    named: Mapping[str, "Where"] = {}
    problems: "tuple[PlacedProblem, ...]" = ()
    given_by_itself: frozenset[str] = frozenset()
    referable: tuple[Written, ...] = ()
    caller: Mapping[str, str] = {}
    passed_over: Mapping[str, tuple[str, ...]] = {}


class Where(NamedTuple):
    """A part of a deploy file."""

    file: EnvFile
    span: Span


class PlacedProblem(NamedTuple):
    """Something that is wrong with a deploy, and where, if it is in a file."""

    problem: DeployProblem
    where: Where | None


def deployed(deployment: Deployment, process: Process, caller: Mapping[str, str]) -> DeployedProcess:
    """Return what `deployment`, started by `caller`, gives to `process`."""
    given = tuple(process.variables.values())
    shadows = [each for one in given for each in one.shadows if each.place]
    files = {path: _file(deployment, source, given) for path, source in _sources(deployment, process).items()}
    return DeployedProcess(
        process.name,
        tuple(files.values()),
        {each.name: each.value for each in given if each.value is not None and each.place is None},
        {each.name: each.unknown for each in given if each.unknown is not None},
        tuple(Written(files[each.place.file.path], _binding(each, each.place)) for each in shadows if each.place),
        process.elsewhere,
        _where(files, process.place),
        {each.name: where for each in given if _is_apart(each) and (where := _where(files, each.named or each.place))},
        tuple(_placed(deployment, files, each) for each in deployment.problems if each.process in {None, process.name}),
        frozenset(each.name for each in given if each.named is None and _is_written_nowhere(each)),
        tuple(_referable(deployment)),
        caller,
    )


def _referable(deployment: Deployment) -> Iterator[Written]:
    """Yield the bindings of compose's env files, parts of which may be in other values."""
    if deployment.kind is DeployKind.COMPOSE:
        for source in deployment.files:
            if not source.path.endswith(_YAML_SUFFIXES):
                file, reading = deploy_file(deployment, source), compose.read(source.text, {})
                yield from (Written(file, binding) for binding in reading.bindings)


def not_of(deployment: Deployment, processes: Collection[str], *, is_choice: bool = False) -> DeployedProcess | None:
    """Return what is wrong with `deployment`, but with none of `processes`; None if nothing is.

    Problems with the whole deploy belong to each process, if there is one.

    Args:
        deployment: What the deploy gives its processes.
        processes: Those that are checked.
        is_choice: Whether the user chose them; then only problems that keep everything from starting count.
    """
    problems = tuple(
        _placed(deployment, {}, each)
        for each in deployment.problems
        if not processes
        or (each.process is not None and each.process not in processes and (each.refuses or not is_choice))
    )
    return DeployedProcess("", problems=problems) if problems else None


def _placed(deployment: Deployment, files: Mapping[str, EnvFile], problem: DeployProblem) -> PlacedProblem:
    if problem.place is None:
        return PlacedProblem(problem, None)
    source, span = problem.place
    return PlacedProblem(problem, Where(files.get(source.path) or deploy_file(deployment, source), span))


def deploy_file(deployment: Deployment, source: SourceText) -> EnvFile:
    """Return `source` as a file without bindings."""
    return EnvFile(source.path, source, Reading((), {}, ()), str(deployment.kind), kind=SourceKind.DEPLOY_FILE)


def _sources(deployment: Deployment, process: Process) -> Mapping[str, SourceText]:
    """Return the files that concern `process`, by path: where it gets something or is declared."""
    places = [each.place for given in process.variables.values() for each in (given, *given.shadows)]
    names = [given.named for given in process.variables.values()]
    named = {place.file.path: place.file for place in (*places, *names, process.place) if place}
    order = {source.path: at for at, source in enumerate(deployment.files)}
    return {path: named[path] for path in sorted(named, key=lambda path: order.get(path, len(order)))}


def _file(deployment: Deployment, source: SourceText, given: Collection[Given]) -> EnvFile:
    bindings = sorted(_bindings_in(source, given), key=lambda each: each.name_span)
    variables = {each.name: each.value for each in bindings if each.value is not None}
    is_expanded = deployment.kind is DeployKind.KUBERNETES
    written = (each.place.span.of(each.place.file.text) for each in given if each.place and is_expanded)
    referred = frozenset(name for text in written for name in re.findall(_REFERENCE, text))
    reading = Reading(tuple(bindings), variables, (), referred=referred)
    return deploy_file(deployment, source)._replace(reading=reading)


def _bindings_in(source: SourceText, given: Iterable[Given]) -> Iterator[Binding]:
    for each in given:
        if each.place and each.place.file.path == source.path and not _is_bare(each):
            yield _binding(each, each.place)


def _is_bare(given: Given) -> bool:
    """Return whether `given` is a name without a value, so that the process does not have the variable."""
    return given.value is None and given.unknown is None


def _is_apart(given: Given) -> bool:
    """Return whether the name of `given` has no value, or one in another file."""
    return _is_bare(given) or bool(given.named and given.place and given.named.file.path != given.place.file.path)


def _where(files: Mapping[str, EnvFile], place: Place | None) -> Where | None:
    return Where(files[place.file.path], place.span) if place and place.file.path in files else None


def _is_written_nowhere(given: Given) -> bool:
    """Return whether the file that holds the value of `given` does not hold its name."""
    return given.place is not None and given.name not in given.place.file.text


def _binding(given: Given, place: Place) -> Binding:
    name_span, value_span = _spans(given, place)
    return Binding(given.name, given.value, name_span, value_span)


def _spans(given: Given, place: Place) -> tuple[Span, Span]:
    """Return where name and value are: both in one place (`- NAME=value`), or the name before it."""
    text, (start, end) = place.file.text, place.span
    if given.named and given.named.file.path == place.file.path:
        return given.named.span, place.span
    inside = re.compile(rf"[\"']?({re.escape(given.name)})=").match(text, start, end)
    if inside and given.name:
        return Span(*inside.span(1)), Span(inside.end(), end)
    first = max(1, place.file.line_at(start) - _LINES_BEFORE_A_VALUE)
    before = text[place.file.line_span(first).start : start]
    found = [*re.finditer(rf"(?<![\w.-]){re.escape(given.name)}(?![\w.-])", before)] if given.name else []
    at = start - len(before) + found[-1].start() if found else start
    return Span(at, at + (len(given.name) if found else 0)), place.span
