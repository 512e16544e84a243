"""The environment of one service: its env files, what `environment` says, and what both take from outside."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from setpoint.deploys.compose.dotenv import env_file, problems_of
from setpoint.deploys.compose.files import ProjectFiles
from setpoint.deploys.compose.go_text import go_text
from setpoint.deploys.compose.pitfalls import against_env_files, kept_quotes
from setpoint.deploys.compose.refusal import raise_for, refused
from setpoint.deploys.compose.shapes import FALSE, TRUE
from setpoint.deploys.compose.tree import Items, Leaf, Table, Tree, text_of
from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Given, Place, Process
from setpoint.envfile.programs import compose, docker
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import Span

_GO_BLANK_BYTES = frozenset(b"\t\n\v\f\r \x85\xa0")
_TO_CREATE = "create it, or write `path:` and `required: false`"
_FROM_OUTSIDE = "environment, from outside"


class Outside(NamedTuple):
    """What a service can take from outside of its compose files.

    Attributes:
        values: The caller's environment, and what `.env` adds to it.
        places: Where `.env` has them.
    """

    values: Mapping[str, str]
    places: Mapping[str, Place]


class Entry(NamedTuple):
    """One name of `environment`.

    Attributes:
        name: The variable.
        value: What is written; None where the name stands alone.
        place: Where the value is, or the name where it stands alone.
        leaf: What that is read from.
    """

    name: str
    value: str | None
    place: Place
    leaf: Leaf


class EnvFile(NamedTuple):
    """One entry of `env_file`."""

    path: str
    required: bool
    format: str
    place: Place


def entries_of(service: Table) -> list[Entry]:
    """Return what `environment` of a service says.

    Raises:
        RefusedError: A name in a list ends with a blank.
    """
    environment = service.get("environment")
    if isinstance(environment, Items):
        return [_listed(item) for item in environment.items if isinstance(item, Leaf)]
    table = service.table("environment")
    return [_entry(name, leaf, table) for name, leaf in table.entries.items() if isinstance(leaf, Leaf)]


def _entry(name: str, leaf: Leaf, table: Table) -> Entry:
    if leaf.value is None:
        return Entry(name, None, table.keys.get(name, leaf.place), leaf)
    return Entry(name, go_text(leaf.value), leaf.place, leaf)


def _listed(leaf: Leaf) -> Entry:
    name, equal_sign, value = str(leaf.value).partition("=")
    if name and name.encode("utf-8", "surrogateescape")[-1] in _GO_BLANK_BYTES:
        message = "the name of a variable ends with a blank, so docker compose rejects the project"
        hint = "write `NAME=value` without blanks around `=`"
        raise refused(DeployProblemKind.INVALID_STRUCTURE, message, leaf.place, hint=hint)
    place = leaf.place if leaf.in_table or not equal_sign else _after_name(leaf, name)
    return Entry(name, value if equal_sign else None, place, leaf)


def _after_name(leaf: Leaf, name: str) -> Place:
    file, whole = leaf.place
    quote = 1 if leaf.style in ("'", '"') else 0
    start = whole.start + quote
    if not file.text.startswith(f"{name}=", start):
        return leaf.place
    return Place(file, Span(start + len(name) + 1, whole.end - quote))


def env_files_of(service: Table) -> list[EnvFile]:
    """Return the env files of a service.

    Raises:
        RefusedError: `required` is no boolean.
    """
    listed = service.get("env_file")
    items = listed.items if isinstance(listed, Items) else ()
    return [
        EnvFile(
            text_of(item.get("path")) or "", _boolean(item.get("required")), text_of(item.get("format")) or "", place
        )
        for item in items
        if isinstance(item, Table)
        for place in [(item.get("path") or item).place]
    ]


def _boolean(tree: Tree | None) -> bool:
    if not isinstance(tree, Leaf):
        return True
    if isinstance(tree.value, bool):
        return tree.value
    text = str(tree.value).lower()
    if text not in (*TRUE, *FALSE):
        raise refused(DeployProblemKind.INVALID_STRUCTURE, "`required` must be `true` or `false`", tree.place)
    return text in TRUE


class ServiceEnvironment:
    """Works out the environment of one service.

    Attributes:
        problems: What a container gets otherwise than people think.
    """

    def __init__(self, name: str, service: Table, place: Place | None) -> None:
        self.problems: list[DeployProblem] = []
        self._name = name
        self._service = service
        self._place = place

    def process(self, outside: Outside, files: ProjectFiles) -> Process:
        """Return the service with all its variables.

        Raises:
            RefusedError: An env file is missing or malformed.
        """
        own = {entry.name: (entry, self._given(entry, outside)) for entry in entries_of(self._service)}
        known = {name: given.value for name, (_, given) in own.items() if given.value is not None}
        from_files = self._from_files(files, {**known, **outside.values})
        variables = {name: replace(first, shadows=tuple(rest)) for name, (first, *rest) in from_files.items()}
        for name, (entry, given) in own.items():
            hidden = tuple(from_files.get(name, ()))
            self.problems += kept_quotes(entry.leaf, given, self._name)
            self.problems += against_env_files(given, hidden, self._name)
            variables[name] = replace(given, shadows=(*_earlier(entry.leaf), *hidden))
        return Process(self._name, variables, self._place)

    def _given(self, entry: Entry, outside: Outside) -> Given:
        if entry.value is not None:
            return Given(entry.name, entry.value, "environment", entry.place)
        value = outside.values.get(entry.name)
        place = outside.places.get(entry.name, entry.place)
        return Given(entry.name, value, "environment" if value is None else _FROM_OUTSIDE, place)

    def _from_files(self, files: ProjectFiles, environment: Mapping[str, str]) -> dict[str, list[Given]]:
        """Return what the env files give, for each name the strongest first."""
        found: dict[str, list[Given]] = {}
        earlier: dict[str, str] = {}
        for named in env_files_of(self._service):
            if not named.required and not files.exists(named.path):
                continue
            source = env_file(named.path, files, named.place, hint=_TO_CREATE, process=self._name)
            reading = _read(source.text, named, environment, earlier)
            raise_for(problems_of(reading, source, refuses=True, process=self._name))
            self.problems += problems_of(reading, source, refuses=False, process=self._name)
            earlier.update(reading.variables)
            for binding in reading.bindings:
                if binding.value is not None:
                    given = Given(binding.name, binding.value, "env_file", Place(source, binding.value_span))
                    found.setdefault(binding.name, []).insert(0, given)
        return found


def _read(text: str, named: EnvFile, environment: Mapping[str, str], earlier: Mapping[str, str]) -> Reading:
    if named.format == "raw":
        return docker.read(text, environment)
    if named.format:
        message = "docker compose knows no such format of env files"
        raise refused(DeployProblemKind.REFUSED_ENV_FILE, message, named.place, hint="write `format: raw`, or none")
    return compose.read(text, environment, earlier)


def _earlier(leaf: Leaf) -> Iterator[Given]:
    """Yield what the value of `leaf` stands in for: what earlier files, lines or services gave to the same name."""
    for shadow in leaf.shadows:
        name, equal_sign, value = str(shadow.value).partition("=")
        if shadow.in_table or equal_sign:
            place = shadow.place if shadow.in_table else _after_name(shadow, name)
            yield Given(name, value if equal_sign else None, "environment", place)
