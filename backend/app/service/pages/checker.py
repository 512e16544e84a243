"""The page for anybody with an env file: what each program reads in it, and what is wrong; nothing is stored."""

from dataclasses import dataclass, field

from app.domain.errors import NotFoundError
from app.domain.identity import Actor, Scope
from app.domain.revision import Schema
from app.service.pages.editor import Apart
from app.service.pages.typed_lines import ShownFault, shown_diagnostic
from app.service.ports import SchemaValidator, Store, Transaction
from setpoint.application.compare_programs import Comparison, Program, ReadVariable
from setpoint.check.outcome import Severity
from setpoint.envfile.loaders import LOADERS
from setpoint.envfile.source_text import SourceText

PATH = "pasted.env"
"""The name for the pasted text."""

EXAMPLE = """\
TITLE="Pizza Palace"
PASSWORD=pa#ss
COLOR=orange # the usual one
GREETING="Hello $NAME, it costs $5"
PATTERN='\\d+\\n'
export DEBUG=true
"""
"""Six lines that look harmless."""


MOST_LISTED = 40
"""The sample is read by a dozen programs."""

_A_PAIR = 2


@dataclass(frozen=True, slots=True)
class Pasted:
    """What the user has pasted.

    Attributes:
        text: The env file.
        loaders: The programs to read it as.
        has_windows_lines: Whether its lines end as on Windows, which browsers do not pass on.
        app: The app whose schema it is checked against; empty for none.
    """

    text: str = field(repr=False)
    loaders: tuple[str, ...] = tuple(LOADERS)
    has_windows_lines: bool = False
    app: str = ""

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        text = self.text.replace("\n", "\r\n") if self.has_windows_lines else self.text
        return text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True, slots=True)
class CheckPage:
    """What the page shows.

    Attributes:
        pasted: The content of its fields.
        apps: The apps whose schemas the caller may check against, each with the release of the schema.
        sentence: The result.
        programs: How each program reads the file as a whole.
        variables: What they read for each name.
        findings: What else is wrong, apart from differences.
        lists_values: Whether everything that each program reads is listed; with many variables, only the differences
            are.
    """

    pasted: Pasted
    apps: tuple[tuple[str, str], ...] = ()
    sentence: str = ""
    programs: tuple[Program, ...] = ()
    variables: tuple[ReadVariable, ...] = ()
    findings: tuple[ShownFault, ...] = ()
    lists_values: bool = False


@dataclass(frozen=True, slots=True)
class Checker:
    """Finds out what the page shows; without a store, it knows no schemas."""

    validator: SchemaValidator
    store: Store | None = None

    def empty(self, actor: Actor | None) -> CheckPage:
        """Return the page without a file."""
        return CheckPage(Pasted(""), self._apps(actor))

    def checked(self, actor: Actor | None, pasted: Pasted, apart: Apart) -> CheckPage:
        """Return the page for a file.

        Args:
            actor: Who is asking; None for somebody who has not signed in.
            pasted: The file.
            apart: What does the work.

        Raises:
            NotFoundError: The app has no schema, or none that the caller may use.
        """
        schema = self._schema(actor, pasted.app) if pasted.app else None
        found = apart(lambda: self.validator.compare(schema, PATH, pasted.content, pasted.loaders))
        source = SourceText.from_bytes(PATH, pasted.content)
        return CheckPage(
            pasted,
            self._apps(actor),
            _sentence(found),
            found.programs,
            found.variables,
            tuple(shown_diagnostic(each, source) for each in found.report.diagnostics),
            lists_values=len(found.variables) <= MOST_LISTED,
        )

    def _apps(self, actor: Actor | None) -> tuple[tuple[str, str], ...]:
        if self.store is None or actor is None:
            return ()

        def ask(found: Transaction) -> tuple[tuple[str, str], ...]:
            schemas = ((app, found.schemas.current(app)) for app in found.revisions.apps() if _may_read(actor, app))
            return tuple((app, schema.release) for app, schema in schemas if schema)

        return self.store.read(ask)

    def _schema(self, actor: Actor | None, app: str) -> Schema:
        found = None
        if self.store is not None and actor is not None and _may_read(actor, app):
            found = self.store.read(lambda each: each.schemas.current(app))
        if found is None:
            message = f"`{app}` has no schema to check it against"
            raise NotFoundError(message)
        return found


def _may_read(actor: Actor, app: str) -> bool:
    return actor.token.allows_somewhere(Scope.CONFIG_READ, app)


def _sentence(found: Comparison) -> str:
    """Return the result, worst first."""
    if not found.variables:
        return "it has no variables"
    different = sum(not each.is_alike for each in found.variables)
    refusing = [each.loader for each in found.programs if each.refuses]
    errors = found.report.number_of(Severity.ERROR)
    names = len(found.variables)
    parts = [
        f"{_of(different, names)} read differently" if different else "",
        f"{len(refusing)} of {len(found.programs)} programs refuse the file" if refusing else "",
        ("1 error" if errors == 1 else f"{errors} errors") if errors and not refusing else "",
    ]
    told = [each for each in parts if each]
    if told:
        return ", and ".join(told)
    what = "the one variable" if names == 1 else f"all {names} variables"
    if len(found.programs) == 1:
        return f"{found.programs[0].label} reads {what}"
    who = "both programs" if len(found.programs) == _A_PAIR else f"all {len(found.programs)} programs"
    return f"{who} read {what} alike"


def _of(some: int, all_of_them: int) -> str:
    if some == all_of_them:
        return "the one variable is" if some == 1 else f"all {some} variables are"
    return f"{some} of {all_of_them} variables {'is' if some == 1 else 'are'}"
