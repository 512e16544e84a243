"""The port `SchemaValidator` on exported contracts."""

from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from app.contracts.unwritten_file import as_file
from app.domain.errors import InvalidError
from app.domain.revision import Schema
from app.domain.validation import Problem, Validation
from setpoint.check.checking import check
from setpoint.check.diagnostic import Diagnostic, Severity
from setpoint.check.report import Report
from setpoint.contract.document.admission import InadmissibleContractError, admit
from setpoint.contract.document.exported import settings_class_of
from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile

_MOST_KEPT = 64


class ContractValidator:
    """What contracts say of variables; those that were asked last are kept ready."""

    def __init__(self) -> None:
        self._ready: dict[str, SettingsContract] = {}

    def admit(self, document: str) -> str:
        """Return the digest of a contract that may be stored.

        Raises:
            InvalidError: It is none, or one that could do harm.
        """
        try:
            admitted = admit(document.encode("utf-8", "surrogatepass"))
        except InadmissibleContractError as error:
            problems = tuple(Problem(None, "inadmissible-contract", each) for each in error.reasons)
            raise InvalidError(problems) from None
        return str(admitted["digest"])

    def validate(self, schema: Schema, variables: Mapping[str, str]) -> Validation:
        """Return what is wrong with `variables`, and which checks the app's own class alone makes."""
        found = self.check(schema, as_file(variables)).diagnostics
        problems = tuple(_problem(each) for each in found if each.severity is Severity.ERROR)
        return Validation(problems, self._contract(schema).checked_by_class_alone)

    def check(self, schema: Schema, file: EnvFile) -> Report:
        """Return what is wrong with an env file, as `setpoint check --schema` says it."""
        return check(Subject(self._contract(schema), (file,), only_known=True))

    def known(self, schema: Schema) -> frozenset[str]:
        """Return the names of the variables that the contract knows."""
        return frozenset(each.name for each in self._contract(schema).variables)

    def shown(self, schema: Schema) -> frozenset[str]:
        """Return the names of the variables that are no secrets."""
        return frozenset(each.name for each in self._contract(schema).variables if not each.secret)

    def same(self, schema: Schema, name: str, old: str, new: str) -> bool:
        """Return whether two texts of a variable are one value to the app."""
        variable = self._contract(schema).find(name)
        if variable is None:
            return False
        adapter: TypeAdapter[object] = TypeAdapter(variable.field.rebuild_annotation())
        try:
            return adapter.validate_python(old) == adapter.validate_python(new)
        except ValidationError:
            return False

    def _contract(self, schema: Schema) -> SettingsContract:
        ready = self._ready.pop(schema.digest, None)
        if ready is None:
            document = admit(schema.document.encode("utf-8", "surrogatepass"))
            ready = SettingsContract.of(settings_class_of(document, schema.app))
        while len(self._ready) >= _MOST_KEPT:
            del self._ready[next(iter(self._ready))]
        self._ready[schema.digest] = ready
        return ready


def _problem(diagnostic: Diagnostic) -> Problem:
    return Problem(diagnostic.variable, diagnostic.code, diagnostic.message, diagnostic.advice or "")
