"""What the rules check: the contract, the sources, and what the class says about their values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING

from pydantic_settings import BaseSettings

from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.extra_variables import forbidden, kept, taken_by_alias
from setpoint.resolution.handing_in import can_be_set, given_to
from setpoint.resolution.origins import Origins
from setpoint.resolution.shown_values import ShownValues, known_secrets, refused_tokens, refuses
from setpoint.resolution.statement import Line, Statement, lines_of, statement_of
from setpoint.sources.entry import Entry, entries_of
from setpoint.sources.env_file import EnvFile, SourceKind
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from setpoint.text.guarded import MASK, Guarded
from setpoint.text.mask import Redactor
from setpoint.text.shown import Door
from setpoint.validation.asking import ask
from setpoint.validation.left_out import built_with_defaults
from setpoint.validation.record import Naming, Record, SourceRecord
from setpoint.validation.refusal import RAISED, Refusal, RefusalKind
from setpoint.validation.validate import Validated, build_in_part, validate, validate_alone

if TYPE_CHECKING:
    from setpoint.contract.variable_names import VariableNames

Setting = tuple[str | int, ...]


def _gives_a_value(line: Line) -> bool:
    value = line.value if isinstance(line, Statement) else None
    return value is not None and value.satisfies(can_be_set)


@dataclass(frozen=True, eq=False, repr=False)
class Subject:
    """A settings class and the sources that it would read.

    Attributes:
        contract: The settings class seen from the environment.
        gathered: The sources that it would read.
        ignored: Patterns of names that other programs read (`[tool.setpoint] ignore-variables`).
        only_known: Whether the settings class is given only its own variables; its sources and validators may
            look at others, which is only for trusted files.
        record: What the class did with everything that it was given, if it was already asked; otherwise it is asked.
        joins_misspellings: Whether the finding on a misspelt name says that the intended variable is missing.
        others: The same sources as read by the other programs that will read the files.
        beside: The contracts of the app's other settings classes, which read the same sources.
        run: All that is looked at together, this among it: each hides the secrets of all.
    """

    contract: SettingsContract
    gathered: Gathered
    ignored: tuple[str, ...] = ()
    only_known: bool = False
    record: Record | None = None
    joins_misspellings: bool = True
    others: "tuple[Subject, ...]" = ()
    beside: tuple[SettingsContract, ...] = ()
    run: "Sequence[Subject]" = ()

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Return what is in the files, in order; a secret in the place of a name is masked."""
        door = Door(self._told_when_asked())
        return tuple(
            each._replace(shown_name=MASK)
            if each.name and not each.is_known and not door.lets_through(Guarded(each.name), secret=False)
            else each
            for each in self._read
        )

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Return the bindings of the files, in order."""
        return tuple(each for each in self.lines if isinstance(each, Statement))

    @cached_property
    def shadowed(self) -> tuple[Statement, ...]:
        """Return what a deploy would set if something else did not take precedence, strongest first."""
        process = self.gathered.process
        return () if process is None else tuple(statement_of(each, self.contract) for each in process.shadowed)

    @cached_property
    def _read(self) -> tuple[Line, ...]:
        return tuple(each for file in self.gathered.all_files for each in lines_of(file, self.contract))

    @cached_property
    def asked(self) -> Record:
        """Return what the class did with everything that it was given."""
        return self.record or ask(self.contract, given_to(self))

    @property
    def unseen_directories(self) -> tuple[str, ...]:
        """Return the secrets directories of the class, if they were not looked into."""
        return self.asked.unseen_directories or self.gathered.unseen_directories

    @cached_property
    def origins(self) -> Origins:
        """Return where the settings come from."""
        return Origins(self.contract, self._answer[1], self._assignments_of)

    def _assignments_of(self, source: SourceRecord) -> Iterator[Assignment]:
        if source.kind is SourceKind.SECRETS_DIRECTORY:
            for file in (each for each in self.gathered.secret_files if each.kind is source.kind):
                yield from self._of_secret_file(file, source)
        elif source.kind is SourceKind.FILE_VARIABLE:
            named = (each.content for each in self.gathered.file_variables if not each.content.trouble)
            yield from (self.assignment_of(entry) for file in named for entry in entries_of(file))
        else:
            given = (self._written.get((each.name, each.value), each) for each in source.entries)
            yield from (self._assignment_of_source(each, source) for each in given if each.value is not None)

    def _of_secret_file(self, file: EnvFile, source: SourceRecord) -> Iterator[Assignment]:
        given, name = map(self.assignment_of, entries_of(file)), source.name_of_secret(file.path)
        if name is None or source.naming is None:
            yield from given
        elif variable := self._names_read_otherwise[source.naming].find(name):
            yield from (each._replace(variable=variable, place=variable.path_of(name)) for each in given)

    @cached_property
    def _written(self) -> Mapping[tuple[str, str | None], Entry]:
        """Return what is written in env files, which is its origin even if it was also put into the environment."""
        files = self.gathered.files if self.gathered.starts_here else ()
        return {(each.name, each.value): each for file in files for each in entries_of(file)}

    def assignment_of(self, entry: Entry) -> Assignment:
        """Return what `entry` gives to the class."""
        variable = self.contract.find(entry.name) or self.read_otherwise(entry.name)
        return Assignment(entry.name, Guarded(entry.value or ""), variable, entry.written)

    def _assignment_of_source(self, entry: Entry, source: SourceRecord) -> Assignment:
        """Return what `entry` gives to the class by one source."""
        names = self._names_read_otherwise[source.naming] if source.naming else self.contract
        made = Assignment(entry.name, Guarded(entry.value or ""), names.find(entry.name), entry.written)
        is_unknown = made.variable is None and source.kind is SourceKind.ENV_FILE
        alias = self._by_alias.get(self.contract.canonical(entry.name)) if is_unknown else None
        return made._replace(variable=alias, place=alias.setting) if alias else made

    @cached_property
    def _names_read_otherwise(self) -> "Mapping[Naming, VariableNames]":
        """Return the names that sources read in other ways than the class."""
        namings = {source.naming for made in self.asked.builds for source in made.sources if source.naming}
        return {each: self.contract.names_read_by(*each) for each in namings}

    def read_otherwise(self, name: str) -> Variable | None:
        """Return the variable that some source reads as `name`, although the class does not call it that."""
        of_files = {source.naming for made in self.asked.builds for source in made.sources if source.nested_secrets}
        found = (each.find(name) for naming, each in self._names_read_otherwise.items() if naming not in of_files)
        return next(filter(None, found), None) or self._by_alias.get(self.contract.canonical(name))

    @cached_property
    def _by_alias(self) -> Mapping[str, Variable]:
        return taken_by_alias(self.contract, self.asked)

    @cached_property
    def assignments(self) -> Mapping[str, Assignment]:
        """Return the effective values by canonical name; for the class's own variables, as it reads them."""
        winning: dict[str, Assignment] = {}
        for source in self.origins.sources:
            # An ignored empty value does not hide anything in the source below; none is in a secrets directory.
            all_count = source.record.kind is SourceKind.SECRETS_DIRECTORY or not self.contract.ignores_empty
            for each in reversed(source.assignments):
                if each.value or all_count:
                    winning.setdefault(self.contract.canonical(each.name), each)
        others = [self.assignment_of(each) for each in self.gathered.entries() if each.value is not None]
        for each in reversed(others):
            if (each.variable is None or not self.origins.sources) and (each.value or not self.contract.ignores_empty):
                winning.setdefault(self.contract.canonical(each.name), each)
        order = dict.fromkeys(self.contract.canonical(each.name) for each in others)
        return {name: winning[name] for name in [*order, *winning] if name in winning}

    @cached_property
    def validated(self) -> Validated:
        """Return what the class itself says about the effective values."""
        validated = self._first_validated
        if self._refused_tokens:
            validated = validated.masked(Redactor([*self._secrets, *self._refused_tokens]))
        contents = [each.content for each in self.gathered.file_variables]
        if self.gathered.starts_here and any(each.trouble or each.undecodable for each in contents):
            # The class fails on such a file, whether or not it needs the value.
            return validated._replace(settings=None)
        return validated

    @cached_property
    def _answer(self) -> tuple[Validated, Record]:
        """Return what the class says, and then the record, to which its code may have added by then."""
        return validate(self.contract, self.asked, Redactor(self._told_when_asked())), self.asked

    @property
    def _first_validated(self) -> Validated:
        return self._answer[0]

    @cached_property
    def _refused_tokens(self) -> list[str]:
        return list(refused_tokens(self.assignments.values(), self._first_validated))

    def _is_refused(self, assignment: Assignment) -> bool:
        """Return whether the class refuses the value of `assignment`, or would if it counted."""
        if assignment.variable is None:
            return False
        winning = self.assignments.get(self.contract.canonical(assignment.name))
        counts = winning is not None and winning.value == assignment.value
        refusals = self._first_validated.refusals if counts else self.refusals_alone(assignment)
        return refuses(refusals, assignment.variable.setting)

    @cached_property
    def shown(self) -> ShownValues:
        """Return the values in a form that may be shown."""
        return ShownValues(chain(self._told_when_asked(), self._refused_tokens), self._is_refused)

    @cached_property
    def usable_settings(self) -> BaseSettings | None:
        """Return the settings, in which invalid values can't be read; None if there are none."""
        made = self.validated.settings
        return build_in_part(self.contract, self.asked, self.validated.refusals) if made is None else made

    def refusals_of(self, assignment: Assignment) -> tuple[Refusal, ...]:
        """Return why the class refuses the value of `assignment`, checked by itself."""
        found = self.refusals_alone(assignment)
        return tuple(each for each in found if each.kind is RefusalKind.INVALID and each.error_type != RAISED)

    def refusals_alone(self, assignment: Assignment) -> Sequence[Refusal]:
        """Return all that the class says of the value of `assignment`, if that is all it is given."""
        if assignment.variable is None:
            return ()
        entry = Entry(assignment.name, assignment.value.raw)
        return validate_alone(self.contract, entry, assignment.variable.setting, Redactor(self._told_when_asked()))

    def _told_when_asked(self) -> Iterator[str]:
        """Yield the secrets once they are needed: most checks find nothing that could show one."""
        yield from self._secrets

    @cached_property
    def _secrets(self) -> list[str]:
        others = (each for each in self.run if each.contract is not self.contract or each.gathered is not self.gathered)
        return [*self.own_secrets, *(secret for each in others for secret in each.own_secrets)]

    @cached_property
    def own_secrets(self) -> list[str]:
        """Return the secrets that this class and its sources know, whatever the app's other classes hide."""
        statements: Iterator[Statement] = (each for each in self._read if isinstance(each, Statement))
        process, environment = self.gathered.process, self.gathered.environment
        if process is not None:
            others = (statement_of(each, self.contract) for each in process.referable)
            statements = chain(statements, self.shadowed, others)
            environment = ProcessEnvironment({**process.caller, **process.environment})
        return known_secrets(self.contract, statements, environment, self.asked)

    @cached_property
    def unreadable(self) -> frozenset[str]:
        """Return the canonical names that are in a file, but whose values can't be used."""
        in_lines = {self.contract.canonical(each.name) for each in self.lines if each.name and not _gives_a_value(each)}
        in_files = {each.variable.name for each in self.gathered.file_variables if each.content.trouble}
        return frozenset(in_files | in_lines)

    @cached_property
    def counting(self) -> Mapping[int, set[Setting]]:
        """Return the settings that each assignment that counts contributes to, by its identity."""
        from setpoint.resolution.counting import counting

        return counting(self.origins, self.asked, self.validated.settings)

    @cached_property
    def kept(self) -> Mapping[str, Assignment]:
        """Return what the class keeps although it has no setting for it (`extra="allow"`), by canonical name."""
        return kept(self.contract, self.asked, self.validated, self.assignment_of)

    @cached_property
    def forbidden(self) -> frozenset[str]:
        """Return the canonical names of variables that the class refuses, because it has no setting for them."""
        return forbidden(self.contract, self.validated, self.assignments)

    def is_ignored(self, name: str) -> bool:
        """Return whether `name` belongs to another program, or is read by another class or in another way."""
        process = self.gathered.process
        is_given_by_itself = process is not None and name in process.given_by_itself
        is_ignored = any(fnmatchcase(name, pattern) for pattern in self.ignored)
        is_read = self.is_read_beside(name) or self.contract.is_of_part(name) or self.read_otherwise(name) is not None
        return is_given_by_itself or is_ignored or is_read

    def is_read_beside(self, name: str) -> bool:
        """Return whether another settings class of the app reads the variable `name`, even one that its code makes."""
        return any(each.find(name) or each.from_file(name) for each in (*self.beside, *self._made_in_code))

    @cached_property
    def _made_in_code(self) -> Sequence[SettingsContract]:
        validated, record = self._answer
        others = built_with_defaults(self.contract, record, validated.refusals)
        made = {each.settings_class: None for each in (*record.builds, *others)}
        return [SettingsContract.of(each) for each in made if not issubclass(each, self.contract.settings_class)]
