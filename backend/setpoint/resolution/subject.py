"""What the rules look at: the contract, the sources, and what the class says of their values."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import chain

from pydantic_settings import BaseSettings

from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.shown_values import ShownValues, known_secrets, refused_tokens, refuses
from setpoint.resolution.statement import Statement, statements
from setpoint.resolution.unknown_keys import UnknownKeys
from setpoint.sources.env_file import EnvFile, ProcessEnvironment, SourceKind
from setpoint.sources.secret_files import FileVariable
from setpoint.text.mask import MASK, Redactor
from setpoint.text.shown import Door, Guarded
from setpoint.text.suggest import KnownNames
from setpoint.validation.validate import build_in_part, validate, validate_alone
from setpoint.validation.verdict import RAISED, Refusal, RefusalKind, Verdict

Setting = tuple[str | int, ...]

_CANNOT_BE_SET = re.compile(r"[\x00\ud800-\udfff]")


def _can_be_set(value: str | None) -> bool:
    return value is not None and not _CANNOT_BE_SET.search(value)


@dataclass(frozen=True)
class Subject:
    """A settings class and the sources that it would read.

    Attributes:
        contract: The settings class seen from the environment.
        files: Env files, later ones over earlier.
        environment: The process environment, over all files; None where it is not looked at.
        ignored: Patterns of names that other programs read (`[tool.setpoint] ignore-variables`).
        only_known: Whether the settings class is given its own variables alone; its sources and validators may
            look at others, which is for files that one trusts.
        secret_files: Files that hold one value each, under all env files.
        file_variables: The variables that name files which hold values.
        unseen_directories: Secrets directories of the settings class that were not looked at.
        starts_here: Whether a process would start here now, so that every file that it reads has to be here.
        joins_misspellings: Whether the finding of a misspelt name tells that what was meant is missing.
        deploy: Whether it is about a deploy to production, for which there are rules of its own.
        others: The same sources as other programs read them that are to read the files as well.
        beside: The contracts of the app's other settings classes, which read the same sources.
    """

    contract: SettingsContract
    files: tuple[EnvFile, ...] = ()
    environment: ProcessEnvironment | None = None
    ignored: tuple[str, ...] = ()
    others: "tuple[Subject, ...]" = ()
    only_known: bool = False
    joins_misspellings: bool = True
    deploy: bool = False
    secret_files: tuple[EnvFile, ...] = ()
    file_variables: tuple[FileVariable, ...] = ()
    unseen_directories: tuple[str, ...] = ()
    starts_here: bool = False
    beside: tuple[SettingsContract, ...] = ()

    @property
    def all_files(self) -> tuple[EnvFile, ...]:
        """Return all files that give values, later ones over earlier."""
        return (*self.secret_files, *self.files)

    @cached_property
    def known_names(self) -> KnownNames:
        """Return the names of the variables, among which to look for what misspelt ones were meant to be."""
        return KnownNames(variable.name for variable in self.contract.variables)

    @cached_property
    def unknown_keys(self) -> UnknownKeys:
        """Return what finds the key inside a value that a misspelt one was meant to be."""
        return UnknownKeys(self.contract)

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Return what stands in the files, in their order; a secret that stands where a name belongs is masked."""
        door = Door(self._told_when_asked())
        return tuple(
            replace(each, shown_name=MASK)
            if each.name
            and not (each.variable or each.from_file)
            and not door.lets_through(Guarded(each.name), secret=False)
            else each
            for each in self._read
        )

    @cached_property
    def _read(self) -> tuple[Statement, ...]:
        return tuple(each for file in self.all_files for each in statements(file, self.contract, self.known_names))

    @cached_property
    def assignments(self) -> Mapping[str, Assignment]:
        """Return the values that win, by canonical name."""
        winning: dict[str, Assignment] = {}
        for each in self.statements:
            if each.binding is None or each.binding.value is None or each.assignment is None:
                continue
            # Of two bindings of one name each program takes another one, and none of a file that it refuses.
            if each.file.variables.get(each.binding.name) != each.binding.value:
                continue
            if not self.contract.names_env_file(each.variable):
                self._assign(winning, each.assignment)
        for name, value in (self.environment.variables if self.environment else {}).items():
            self._assign(winning, Assignment(name, Guarded(value), self.contract.find(name)))
        return winning

    def _assign(self, winning: dict[str, Assignment], assignment: Assignment) -> None:
        # pydantic-settings looks at each source for itself, so an empty value that it ignores
        # hides nothing in the source below. It ignores none in a secrets directory.
        counts = assignment.file is not None and assignment.file.kind is SourceKind.SECRETS_DIRECTORY
        if assignment.value or counts or not self.contract.ignores_empty:
            winning[self.contract.canonical(assignment.name)] = assignment

    @cached_property
    def verdict(self) -> Verdict:
        """Return what the class itself says of the values that win."""
        verdict = self._first_verdict
        if self._refused_tokens:
            verdict = verdict.masked(Redactor([*self._secrets, *self._refused_tokens]))
        if self.starts_here and any(each.content.trouble or each.content.undecodable for each in self.file_variables):
            return replace(verdict, settings=None)  # The class fails at such a file, whether or not it needs the value.
        return verdict

    @cached_property
    def _first_verdict(self) -> Verdict:
        return validate(self.contract, self._given, Redactor(self._told_when_asked()))

    @cached_property
    def _refused_tokens(self) -> list[str]:
        return list(refused_tokens(self.assignments.values(), self._first_verdict))

    def _is_refused(self, assignment: Assignment) -> bool:
        """Return whether the class refuses the value of `assignment`, or would if it counted."""
        if assignment.variable is None:
            return False
        winning = self.assignments.get(self.contract.canonical(assignment.name))
        counts = winning is not None and winning.value == assignment.value
        refusals = self._first_verdict.refusals if counts else self.refusals_of(assignment)
        return refuses(refusals, assignment.variable.setting)

    @cached_property
    def shown(self) -> ShownValues:
        """Return the values as they may show."""
        return ShownValues(chain(self._told_when_asked(), self._refused_tokens), self._is_refused)

    @cached_property
    def _given(self) -> Mapping[str, str]:
        """Return what the class is given to look at."""
        return {
            each.name: each.value.raw
            for each in self.assignments.values()
            if (each.variable or not self.only_known)
            and each.name
            and "=" not in each.name
            # What stands in the file that it names is among the values already.
            and not self.contract.from_file(each.name)
            and not _CANNOT_BE_SET.search(each.name + each.value.raw)
        }

    @cached_property
    def usable_settings(self) -> BaseSettings | None:
        """Return the settings, with values that can't be looked at where they are invalid; None if there are none."""
        verdict = self.verdict
        if verdict.settings is not None:
            return verdict.settings
        return build_in_part(self.contract, self._given, verdict.refusals)

    def overruled(self) -> Iterator[Assignment]:
        """Yield the values that would win, were their variables not set once more in the same file."""
        for each in self.statements:
            binding = each.binding
            if binding is None or not binding.value or not _can_be_set(binding.value):
                continue
            if binding.name not in each.file.variables or self.contract.names_env_file(each.variable):
                continue
            winning = self.assignments.get(self.contract.canonical(binding.name))
            if winning is None or (winning.file is each.file and winning.binding is not binding):
                yield Assignment(binding.name, Guarded(binding.value), each.variable, each.file, binding)

    def refusals_of(self, assignment: Assignment) -> tuple[Refusal, ...]:
        """Return why the class refuses the value of `assignment`, looked at for itself."""
        if assignment.variable is None:
            return ()
        found = validate_alone(
            self.contract,
            {assignment.name: assignment.value.raw},
            assignment.variable.setting[0],
            Redactor(self._told_when_asked()),
        )
        return tuple(each for each in found if each.kind is RefusalKind.INVALID and each.error_type != RAISED)

    def _told_when_asked(self) -> Iterator[str]:
        """Yield the secrets once somebody needs them: most checks find nothing in which one could show."""
        yield from self._secrets

    @cached_property
    def _secrets(self) -> list[str]:
        return list(known_secrets(self.contract, self._read, self.environment))

    @cached_property
    def unreadable(self) -> frozenset[str]:
        """Return the canonical names that stand in a file, but not so that their value can be used."""
        bad = {
            each.name
            for each in self.statements
            if each.name and (each.binding is None or not _can_be_set(each.binding.value))
        }
        in_files = {each.variable.name for each in self.file_variables if each.content.trouble}
        return frozenset({*in_files, *map(self.contract.canonical, bad)})

    @cached_property
    def names_fit_to_print(self) -> frozenset[tuple[int, str]]:
        """Return the names that may be shown, each with the identity of its file."""
        return frozenset((id(each.file), each.name) for each in self.statements if each.name == each.shown_name)

    def variables_at(self, setting: Setting) -> tuple[Variable, ...]:
        """Return the variables that set exactly `setting`, in the order in which the class looks for them."""
        return tuple(each for each in self.contract.variables if each.setting == setting)

    def assigned_above(self, setting: Setting) -> Assignment | None:
        """Return the assignment that gives `setting` its value: its own, or one of what it is nested in."""
        for depth in range(len(setting), 0, -1):
            for variable in self.variables_at(setting[:depth]):
                assignment = self.assignments.get(variable.name) or self._assigned_key(variable, setting[depth:])
                if assignment:
                    return assignment
        return None

    def _assigned_key(self, variable: Variable, keys: Setting) -> Assignment | None:
        """Return the assignment of `LABELS__TEAM`, where the open variable `LABELS` takes such keys."""
        if not variable.open or not keys:
            return None
        delimiter = self.contract.delimiter
        name = self.contract.canonical(delimiter.join([variable.name, *map(str, keys)]))
        return self.assignments.get(name)

    def assigned_below(self, setting: Setting) -> Assignment | None:
        """Return the first assignment of `setting` or of what is nested in it."""
        for assignment in self.assignments.values():
            variable = assignment.variable
            if setting and variable and variable.setting[: len(setting)] == setting:
                return assignment
        return None

    def missing_at(self, setting: Setting) -> tuple[Variable, ...]:
        """Return the variables that have to be set so that `setting` has a value.

        A nested model that is missing as a whole needs each of its required parts.
        """
        own = self.variables_at(setting)[:1] or tuple(filter(None, [self.contract.inside(setting)]))
        below: dict[Setting, Variable] = {}
        for each in self.contract.variables:
            if len(each.setting) == len(setting) + 1 and each.setting[: len(setting)] == setting and each.required:
                below.setdefault(each.setting, each)
        return tuple(leaf for part in below for leaf in self.missing_at(part)) if below else own

    def is_ignored(self, name: str) -> bool:
        """Return whether `name` is known to belong to another program, or to another settings class of the app."""
        return any(fnmatchcase(name, pattern) for pattern in self.ignored) or self.is_read_beside(name)

    def is_read_beside(self, name: str) -> bool:
        """Return whether another settings class of the app reads the variable `name`."""
        return any(each.find(name) or each.from_file(name) for each in self.beside)
