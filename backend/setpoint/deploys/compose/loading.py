"""Combines the files of a compose project: references, `extends`, `include`, merged and checked."""

from collections.abc import Sequence

from setpoint.deploys.compose.decoding import Document, documents, top_level
from setpoint.deploys.compose.extending import ExtendedFile, with_extended_services
from setpoint.deploys.compose.including import Scope, with_included
from setpoint.deploys.compose.interpolation import Interpolation
from setpoint.deploys.compose.merging import merged, with_unique_items, without_paths
from setpoint.deploys.compose.paths import Bounds, with_inherited, with_long_env_files, with_paths
from setpoint.deploys.compose.pitfalls import lost_names, rewritten_values
from setpoint.deploys.compose.refusal import raise_for, refused
from setpoint.deploys.compose.structure.compose_file import COMPOSE_FILE
from setpoint.deploys.compose.structure.shapes import faults
from setpoint.deploys.compose.tree import Path, Table
from setpoint.deploys.deployment import DeployProblem, DeployProblemKind, Place
from setpoint.envfile.source_text import Span

MOST_LOADED = 500
"""How many compose files a project may have; one that is included twice counts twice."""


class Loading:
    """Loads compose files.

    Attributes:
        problems: What is wrong, without being refused.
    """

    def __init__(self, bounds: Bounds, *, knows_caller: bool) -> None:
        """Take what may be read, and whether everything that the caller of docker compose has is known."""
        self.problems: list[DeployProblem] = []
        self._bounds = bounds
        self._knows_caller = knows_caller
        self._documents: dict[str, list[Document]] = {}
        self._loaded = 0

    def documents(self, path: str, named: Place | None = None) -> list[Document]:
        """Return the documents of the compose file at the absolute `path`.

        Raises:
            RefusedError: It is missing, or not YAML.
        """
        if path not in self._documents:
            self._documents[path] = documents(self._bounds.read(path, named))
        return self._documents[path]

    def model(self, paths: Sequence[str], scope: Scope, named: Place | None = None) -> Table:
        """Return the merged content of the compose files at `paths`.

        Raises:
            RefusedError: Docker compose rejects them.
        """
        model: Table | None = None
        for path in paths:
            self._count(named)
            for document in self.documents(path, named):
                model = self._with_document(model, document, path, scope)
        if model is None or not model.entries:
            if named is None:
                place = Place(self._bounds.read(paths[0], None), Span(0, 0))
                raise refused(DeployProblemKind.EMPTY_COMPOSE_FILE, "the compose file is empty", place)
            return Table({}, named)
        model = with_paths(model, self._bounds, scope.folder)
        return with_inherited(model, scope.environment) if scope.included else model

    def _count(self, named: Place | None) -> None:
        self._loaded += 1
        if self._loaded > MOST_LOADED:
            message = f"the project has more than {MOST_LOADED} compose files"
            raise refused(DeployProblemKind.BAD_INCLUDE, message, named)

    def _with_document(self, model: Table | None, document: Document, path: str, scope: Scope) -> Table:
        table = self._interpolated(document, scope)
        table = self._extended(table, path, document.replaced, scope)
        inner = Scope(scope.folder, scope.environment, (*scope.included, path))
        table = with_included(table, self._bounds, inner, self._included)
        if model is not None:
            table = _over(model, table, document.replaced)
        table = _unique(table)
        raise_for(faults(COMPOSE_FILE, table))
        return _unique(with_long_env_files(self._without_version(table)))

    def _included(self, paths: tuple[str, ...], scope: Scope, named: Place) -> Table:
        return self.model(paths, scope, named)

    def _interpolated(self, document: Document, scope: Scope) -> Table:
        interpolation = Interpolation(scope.environment, knows_caller=self._knows_caller)
        table = interpolation.replaced(top_level(document))
        self.problems += [*interpolation.problems, *rewritten_values(table), *lost_names(table)]
        return table

    def _extended(self, table: Table, path: str, replaced: tuple[Path, ...], scope: Scope) -> Table:
        def load(written: str, named: Place) -> ExtendedFile:
            return self._extended_file(self._bounds.compose_file(written, scope.folder, named), scope, named)

        services = dict(table.table("services").entries)
        return with_extended_services(table, ExtendedFile(path, services, replaced), load)

    def _extended_file(self, path: str, scope: Scope, named: Place) -> ExtendedFile:
        """Return a file that a service of another one extends; it is merged, but not checked as a whole."""
        self._count(named)
        model: Table | None = None
        replaced: tuple[Path, ...] = ()
        for document in self.documents(path, named):
            table = self._interpolated(document, scope)
            model = _unique(table if model is None else _over(model, table, document.replaced))
            replaced = document.replaced
        if model is None or "services" not in model.entries:
            message = "the file of the service that this one extends has no `services`"
            raise refused(DeployProblemKind.BAD_EXTENDS, message, named)
        folder = self._bounds.files.relative(self._bounds.files.absolute("..", path), scope.folder)
        model = with_paths(with_long_env_files(model), self._bounds, folder)
        return ExtendedFile(path, dict(model.table("services").entries), replaced)

    def _without_version(self, table: Table) -> Table:
        version = table.get("version")
        if version is None:
            return table
        message = "`version` is obsolete, and docker compose ignores it"
        place = table.keys.get("version", version.place)
        hint = "remove it"
        self.problems.append(DeployProblem(DeployProblemKind.OBSOLETE_VERSION, message, place, hint=hint))
        return table.without("version")


def _over(model: Table, table: Table, replaced: tuple[Path, ...]) -> Table:
    laid = merged(without_paths(model, replaced), table)
    return laid if isinstance(laid, Table) else table


def _unique(table: Table) -> Table:
    found = with_unique_items(table)
    return found if isinstance(found, Table) else table
