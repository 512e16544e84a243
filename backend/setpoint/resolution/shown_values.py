"""Decides whether and how each value of a subject may be shown, by what the contract, the class and the door say."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

from setpoint.contract.secret_texts import secrets_in, texts_in, texts_made
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.given_value import values_along
from setpoint.resolution.statement import Statement
from setpoint.sources.gathered import ProcessEnvironment
from setpoint.text.guarded import MASK, Guarded
from setpoint.text.secret_values import is_path_of_key, looks_like_token
from setpoint.text.shown import Door
from setpoint.validation.record import Record
from setpoint.validation.refusal import Refusal, RefusalKind
from setpoint.validation.validate import Validated

_OF_A_VALUE = {RefusalKind.INVALID, RefusalKind.MISSING}
"""Why a class refuses a value: for what is in it, or for what is not."""


def known_secrets(
    contract: SettingsContract,
    statements: Iterable[Statement],
    environment: ProcessEnvironment | None,
    record: Record,
) -> list[str]:
    """Return every secret that nothing else may hold; the path of a key has its folders in common with other paths."""
    found = chain(_of_variables(contract, statements, environment), _of_class(contract, record))
    return [each for each in found if not is_path_of_key(each)]


def _of_variables(
    contract: SettingsContract, statements: Iterable[Statement], environment: ProcessEnvironment | None
) -> Iterator[str]:
    """Yield every secret of sources and code: as it is read, as it is written, and as the class converts it."""
    in_files = [each.assignment for each in statements]
    names = environment.variables.items() if environment else ()
    in_process = [Assignment(name, Guarded(value), contract.find(name)) for name, value in names]
    for each in (*in_files, *in_process):
        yield from each.variable.tokens_in(each.name) if each.variable else ()
        if each.value and each.holds_secret:
            yield each.value.raw
            if each.written and not (each.written.file.is_deployed and "$" in each.written.value.raw):
                yield each.written.value.raw  # A reference in it would turn the name that it refers to into a secret.
            if each.variable:
                yield from texts_made(each.variable.field, each.value.raw)
    yield from (text for variable in contract.variables if variable.secret for text in texts_in(variable.default))


def _of_class(contract: SettingsContract, record: Record) -> Iterator[str]:
    """Yield every secret that other sources than its variables gave to the class, and that is in what it built."""
    for made in record.builds:
        is_asked = issubclass(made.settings_class, contract.settings_class)
        own = contract if is_asked else SettingsContract.of(made.settings_class)
        for source in (each for each in made.sources if not (is_asked and each.entries)):
            yield from secrets_in(source.values)
            for variable in (each for each in own.variables if each.secret):
                found = [*values_along(source.values, made.settings_class, variable.setting, {})]
                yield from _texts(variable, found[-1]) if len(found) == len(variable.setting) else ()
    for variable in (each for each in contract.variables if each.secret):
        yield from _texts(variable, _built(record.settings, variable.setting))


def _built(settings: object, setting: Sequence[str]) -> object:
    """Return what the class has built for `setting`, without calling anything of it; None if there is nothing."""
    found = settings
    for step in setting:
        found = getattr(found, "__dict__", {}).get(step)
    return found


def _texts(variable: Variable, value: object) -> Iterator[str]:
    yield from texts_in(value)
    yield from texts_made(variable.field, value) if isinstance(value, str) else ()


def refused_tokens(assignments: Iterable[Assignment], validated: Validated) -> Iterator[str]:
    """Yield the values that look like tokens and that the class refuses in their place."""
    refused = {
        each.setting[:depth]
        for each in validated.refusals
        if each.kind in _OF_A_VALUE
        for depth in range(len(each.setting) + 1)
    }
    for each in assignments:
        if each.variable is None or each.variable.setting not in refused:
            continue
        if each.shows_value and each.value.satisfies(looks_like_token):
            yield each.value.raw


def refuses(refusals: Iterable[Refusal], setting: tuple[str | int, ...]) -> bool:
    """Return whether one of `refusals` concerns the value of `setting`."""
    return any(each.kind in _OF_A_VALUE and each.setting[: len(setting)] == setting for each in refusals)


class ShownValues:
    """The values of one file or process in a form that may be shown."""

    def __init__(self, secrets: Iterable[str], is_refused: Callable[[Assignment], bool]) -> None:
        """Take all known secrets, and a function that says whether the settings class refuses a value."""
        self.door = Door(secrets)
        self._is_refused = is_refused
        self._known: dict[tuple[str, str, int], bool] = {}

    def shows(self, each: Assignment | Statement) -> bool:
        """Return whether the value of `each` may be shown.

        It may if it belongs to a known setting that is not secret, contains no secret of another one, and is
        not refused while looking like a token, which usually means a slip between two lines.
        """
        assignment = each if isinstance(each, Assignment) else each.assignment
        if assignment.variable is None:
            return False
        # Thousands of findings may concern one long value.
        key = (assignment.name, assignment.value.raw, id(assignment.file))
        if key not in self._known:
            self._known[key] = self._lets_through(assignment)
        return self._known[key]

    def shows_as_written(self, statement: Statement) -> bool:
        """Return whether the value of `statement` may be shown as written, even if no program reads it like that."""
        if not self.shows(statement):
            return False
        written = statement.written.value
        if written == statement.value:
            return True
        # What a shell would have to run has no value that the class could be asked about.
        is_token = statement.value is None and written.satisfies(looks_like_token)
        as_written = statement.assignment._replace(value=written)
        return not is_token and self.door.lets_through(as_written.value, secret=not as_written.shows_value)

    def _lets_through(self, assignment: Assignment) -> bool:
        variable, value = assignment.variable, assignment.value
        if variable is None or not assignment.shows_value:
            return False
        if value.satisfies(variable.choices.__contains__):
            return True
        if not self.door.lets_through(value, secret=False):
            return False
        return not (value.satisfies(looks_like_token) and self._is_refused(assignment))

    def text(self, assignment: Assignment) -> str:
        """Return the value of `assignment` in a form that may be shown."""
        if not self.shows(assignment):
            return MASK
        return self.door.opened(assignment.value, assignment.written.value_with_blanks if assignment.written else None)
