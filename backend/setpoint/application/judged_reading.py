"""Decides which of the values that a program reads in an env file may be shown."""

from collections.abc import Mapping, Sequence

from setpoint.application.shown_reading import Judgement
from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.subject import Subject
from setpoint.sources.entry import Written
from setpoint.sources.env_file import EnvFile
from setpoint.sources.gathered import Gathered, ProcessEnvironment
from setpoint.text.guarded import Guarded
from setpoint.text.secret_values import is_token_as_name
from setpoint.text.suggest import allowed_steps, nearest


def by_classes(file: EnvFile, contracts: Sequence[SettingsContract], given: Mapping[str, str]) -> Judgement:
    """Return a judgement like that of `show`: a value is shown if no settings class of the app would hide it.

    Args:
        file: The file that was read.
        contracts: The settings classes.
        given: What references may have put into values, apart from the file's own names.
    """
    judges = [_by_class(file, contract, given) for contract in contracts]
    return Judgement(
        lambda name, value: all(each.shows(name, value) for each in judges),
        lambda name: all(each.shows_name(name) for each in judges),
    )


def _by_class(file: EnvFile, contract: SettingsContract, given: Mapping[str, str]) -> Judgement:
    """Return the judgement of one class; of the names that no setting reads, it hides secrets and near misses."""
    shown = Subject(contract, Gathered((file,), ProcessEnvironment(given))).shown
    secrets = [variable.name for variable in contract.variables if variable.secret]

    def shows(name: str, value: str) -> bool:
        written = next((Written(file, each) for each in file.reading.bindings_by_name.get(name, ())), None)
        assignment = Assignment(name, Guarded(value), contract.find(name), written)
        if assignment.variable is not None:
            return shown.shows(assignment)
        is_secret = assignment.holds_secret or nearest(name, secrets, allowed_steps(name)) is not None
        return shown.door.lets_through(assignment.value, secret=is_secret)

    def shows_name(name: str) -> bool:
        variable = contract.find(name)
        if variable is not None:
            return variable.shown_name(name) == name
        return shown.door.lets_through(Guarded(name), secret=is_token_as_name(name))

    return Judgement(shows, shows_name)
