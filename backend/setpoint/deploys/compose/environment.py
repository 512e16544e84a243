"""The environment of one service: its env files, what `environment` says, and what both take from outside."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from setpoint.deploys.compose.env_files import CALLER, EnvFileVariables, env_files_of
from setpoint.deploys.compose.files import ProjectFiles
from setpoint.deploys.compose.go_text import go_text
from setpoint.deploys.compose.merging import go_form
from setpoint.deploys.compose.pitfalls import against_env_files, kept_quotes
from setpoint.deploys.compose.refusal import refused
from setpoint.deploys.compose.tree import Items, Leaf, Table
from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Given, Place, Process
from setpoint.envfile.source_text import Span

_GO_BLANK_BYTES = frozenset(b"\t\n\v\f\r \x85\xa0")
_EXTENSIONS = "#extensions"
_FROM_OUTSIDE = "environment, from outside"


class Outside(NamedTuple):
    """What a service can take from outside its compose files.

    Attributes:
        values: The caller's environment, and what `.env` adds to it.
        places: Where `.env` has them.
        knows_caller: Whether that is everything that the caller has.
    """

    values: Mapping[str, str]
    places: Mapping[str, Place]
    knows_caller: bool


class Entry(NamedTuple):
    """One name of `environment`.

    Attributes:
        name: The variable.
        value: What is written; None if there is only a name.
        place: Where the value is, or the name if there is no value.
        named: Where the name is.
        leaf: What it is read from.
    """

    name: str
    value: str | None
    place: Place
    named: Place
    leaf: Leaf


def entries_of(service: Table) -> list[Entry]:
    """Return what `environment` of a service says.

    Raises:
        RefusedError: A name in a list ends with a blank.
    """
    environment = service.get("environment")
    if isinstance(environment, Items):
        return [_listed(item) for item in environment.items if isinstance(item, Leaf)]
    table = _with_extensions(service.table("environment"))
    return [_entry(name, leaf, table) for name, leaf in table.entries.items() if isinstance(leaf, Leaf)]


def _with_extensions(table: Table) -> Table:
    """Return `table` as docker compose keeps it, which takes `x-…` for an extension even if it is a variable."""
    extensions = {name: value for name, value in table.entries.items() if name.startswith("x-")}
    if not extensions:
        return table
    rest = {name: value for name, value in table.entries.items() if name not in extensions}
    kept = Leaf(go_form(Table(extensions, table.place)), next(iter(extensions.values())).place, style='"')
    return Table({**rest, _EXTENSIONS: kept}, table.place, table.keys)


def _entry(name: str, leaf: Leaf, table: Table) -> Entry:
    named = table.keys.get(name, leaf.place)
    if leaf.value is None:
        return Entry(name, None, named, named, leaf)
    return Entry(name, go_text(leaf.value), leaf.place, named, leaf)


def _listed(leaf: Leaf) -> Entry:
    entry = _divided(leaf)
    if entry.name and entry.name.encode("utf-8", "surrogateescape")[-1] in _GO_BLANK_BYTES:
        message = "the variable name ends with a space, so docker compose rejects the project"
        hint = "write `NAME=value` without spaces around `=`"
        raise refused(DeployProblemKind.INVALID_STRUCTURE, message, leaf.place, hint=hint)
    return entry


def _divided(leaf: Leaf) -> Entry:
    """Return the meaning of `NAME=value`, or of `NAME` alone."""
    name, equal_sign, text = str(leaf.value).partition("=")
    value = text if equal_sign else None
    if leaf.named is not None:
        return Entry(name, value, leaf.place, leaf.named, leaf)
    file, whole = leaf.place
    quote = 1 if leaf.style in ("'", '"') else 0
    start, end = whole.start + quote, whole.start + quote + len(name)
    if not file.text.startswith(f"{name}{equal_sign}", start):
        return Entry(name, value, leaf.place, leaf.place, leaf)
    place = Place(file, Span(end + 1, whole.end - quote)) if equal_sign else leaf.place
    return Entry(name, value, place, Place(file, Span(start, end)), leaf)


class ServiceEnvironment:
    """Works out the environment of one service.

    Attributes:
        problems: What a container gets differently from what people expect.
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
        env_files = EnvFileVariables(self._name, knows_caller=outside.knows_caller)
        env_files.read(env_files_of(self._service), files, {**known, **outside.values})
        self.problems += env_files.problems
        from_files = env_files.givens
        variables = {name: replace(first, shadows=tuple(rest)) for name, (first, *rest) in from_files.items()}
        for name, (entry, given) in own.items():
            hidden = tuple(from_files.get(name, ()))
            self.problems += kept_quotes(entry.leaf, given, self._name)
            self.problems += against_env_files(given, hidden, self._name)
            variables[name] = replace(given, shadows=(*_earlier(entry.leaf), *hidden))
        return Process(self._name, variables, self._place, tuple(env_files.elsewhere))

    def _given(self, entry: Entry, outside: Outside) -> Given:
        given = Given(entry.name, entry.value, "environment", entry.place, named=entry.named)
        if entry.leaf.is_open:
            return replace(given, value=None, unknown=CALLER)
        if entry.value is not None:
            return given
        value, place = outside.values.get(entry.name), outside.places.get(entry.name)
        if value is None:
            return given if outside.knows_caller else replace(given, unknown=CALLER)
        given = replace(given, value=value, via=_FROM_OUTSIDE)
        return given if place is None else replace(given, place=place, named=None)


def _earlier(leaf: Leaf) -> Iterator[Given]:
    """Yield what the value of `leaf` replaces: what earlier files, lines or services set under the same name."""
    for shadow in leaf.shadows:
        entry = _divided(shadow)
        unknown = CALLER if shadow.is_open else None
        value = None if unknown else entry.value
        yield Given(entry.name, value, "environment", entry.place, unknown, named=entry.named)
