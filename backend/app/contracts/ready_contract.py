"""One contract that is ready to be asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.described import Described
from app.domain.revision import Schema
from app.domain.validation import Fault, Validation
from setpoint.check.checking import check
from setpoint.check.report import Report
from setpoint.contract.document.compiled import CompiledContract
from setpoint.contract.document.exported import settings_class_of
from setpoint.contract.no_settings import ANY_NAME, no_settings
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.generate.env_example import default_in_words, documented
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile
from setpoint.sources.gathered import Gathered, given_alone
from setpoint.text.escape import printable_lines
from setpoint.text.join import joined

MOST_FAULTS = 1_000
"""How many are explained: each takes up to a millisecond, and one value can have a million."""


class ReadyContract:
    """What one contract says.

    Attributes:
        size: The length of its document.
        compiled: Its quick validator.
        passed: The answer for variables with which nothing is wrong.
    """

    def __init__(self, schema: Schema) -> None:
        """Take a schema that was admitted before it was stored."""
        self._document = schema.document
        self._app = schema.app
        self.size = len(schema.document)
        self.compiled = CompiledContract(json.loads(schema.document))
        self.passed = Validation(unchecked=self.compiled.unchecked)

    def takes(self, variables: Mapping[str, str]) -> bool:
        """Return whether there is certainly nothing wrong with `variables`; if not, a check must tell."""
        return self.compiled.names.issuperset(variables) and self.compiled.values(variables) is not None

    def overwhelming(self, variables: Mapping[str, str]) -> tuple[Fault, ...]:
        """Return why a check of `variables` would take too long; nothing if it would not."""
        count, too_complex = self.compiled.faults(variables)
        if too_complex:
            message = "a value has more parts than can be checked with its type: " + joined(
                sorted(f"`{each}`" for each in too_complex)
            )
            return (Fault(None, "value-too-complex", message),)
        if count > MOST_FAULTS:
            return (Fault(None, "too-many-faults", f"the values have {count:,} faults, too many to list"),)
        return ()

    def contract(self) -> SettingsContract:
        """Return it as a settings class, which has words for people; large and seldom needed, it is not kept."""
        return SettingsContract.of(settings_class_of(json.loads(self._document), self._app))

    def described(self, names: Sequence[str]) -> Mapping[str, Described]:
        """Return what it says in words about its variables, and about those of `names` that are keys of them."""
        contract = self.contract()
        found = {each.name: _described(contract, each) for each in documented(contract)}
        for name in names:
            variable = contract.find(name)
            if variable is not None and name not in found:
                found[name] = replace(_described(contract, variable), name=name)
        return found

    def check(self, file: EnvFile) -> Report:
        """Return what is wrong with an env file, each problem at its place."""
        contract = self.contract()
        return check(Subject(contract, given_alone(contract, file), only_known=True))


def _described(contract: SettingsContract, variable: Variable) -> Described:
    names = (each.name for each in contract.variables_at(variable.setting))
    return Described(
        variable.name,
        variable.expected,
        printable_lines(variable.field.description or ""),
        variable.secret,
        variable.is_needed,
        "" if variable.is_needed else variable.requirement or "",
        "" if variable.required else default_in_words(variable),
        tuple(each for each in names if each != variable.name),
    )


def check_syntax(file: EnvFile) -> Report:
    """Return what is wrong with an env file, whatever its variables are for."""
    return check(Subject(no_settings(), Gathered((file,)), ANY_NAME, only_known=True))
