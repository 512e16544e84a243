"""Works out what unknown names were meant to be, and the consequences for the intended variables."""

from collections.abc import Mapping
from typing import NamedTuple

from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.resolution.statement import Statement
from setpoint.resolution.subject import Subject
from setpoint.text.secret_values import is_token_as_name
from setpoint.text.shown import OF_EVERY_PROCESS
from setpoint.text.suggest import allowed_steps, measure

_FURTHEST_IN_FAMILY = 6


def meant_by(subject: Subject, name: str) -> Variable | None:
    """Return the variable that `name`, found in a file, most likely misspells."""
    return _nearest(subject.contract, name, max(1, allowed_steps(name)))


def is_meant_for_another(subject: Subject, name: str) -> bool:
    """Return whether `name` most likely misspells a variable of another settings class of the app."""
    limit = max(1, allowed_steps(name))
    return not subject.is_read_beside(name) and any(_nearest(each, name, limit) for each in subject.beside)


def misspelt(subject: Subject) -> frozenset[str]:
    """Return the variables that some name in a source most likely misspells, if that is reported."""
    if not subject.joins_misspellings:
        return frozenset()
    in_files = {
        each.name
        for each in subject.lines
        if each.name and not (each.is_known or each.name in each.file.reading.referred)
    }
    return frozenset(
        meant.name
        for name in in_files | near_misses_in_environment(subject).keys()
        if not subject.is_ignored(name) and (meant := meant_by(subject, name))
    )


def near_misses_in_environment(subject: Subject) -> Mapping[str, Variable]:
    """Return the misspelt names in the process environment, with what was meant.

    The process environment is full of names from elsewhere, so only names of four
    or more letters count as misspelt there.
    """
    found: dict[str, Variable] = {}
    environment = subject.gathered.environment
    for name in environment.variables if environment else ():
        if subject.contract.find(name) or subject.contract.from_file(name):
            continue
        if name not in OF_EVERY_PROCESS and not subject.is_ignored(name):
            meant = _nearest(subject.contract, name, allowed_steps(name))
            if meant:
                found[name] = meant
    return found


def _nearest(contract: SettingsContract, name: str, limit: int) -> Variable | None:
    closest = contract.known_names.nearest(name, limit)
    if closest and not _has_another_word(name, closest):
        return contract.find(closest)
    # What was meant would have the other keys of the name.
    return None if is_token_as_name(name) else contract.with_known_keys(name)


def _has_another_word(name: str, closest: str) -> bool:
    """Return whether `name` differs in a whole word, as `REDIS_HOST` does from `REDIS_PORT`."""
    words, others = name.upper().split("_"), closest.upper().split("_")
    if len(words) != len(others):
        return False
    pairs = [(word, other) for word, other in zip(words, others, strict=True) if len(word) == len(other)]
    return any(measure(word, other, limit := max(1, allowed_steps(word)))[0] > limit for word, other in pairs)


class Family(NamedTuple):
    """The names of a class that share a prefix.

    Attributes:
        beginning: What they begin with.
        is_ours: Whether all names with this prefix belong to the class.
    """

    beginning: str
    is_ours: bool


class Families:
    """What the names of a class begin with."""

    def __init__(self, contract: SettingsContract) -> None:
        beginnings = dict.fromkeys(contract.shared_beginnings, False) | dict.fromkeys(contract.namespaces, True)
        self._canonical = contract.canonical
        self._families = [
            Family(each, is_ours)
            # Of two prefixes, the longer one says more.
            for each, is_ours in sorted(beginnings.items(), key=lambda item: -len(item[0]))
        ]

    def of(self, name: str) -> Family | None:
        """Return the family that `name` would belong to."""
        wanted = self._canonical(name)
        return next((each for each in self._families if wanted.startswith(each.beginning)), None)


def where_set(subject: Subject, meant: Variable | None, statement: Statement) -> str:
    """Return where the intended variable is set, as an addition to its name."""
    assignment = subject.assignments.get(meant.name) if meant else None
    written = assignment.written if assignment else None
    if written is None:
        return ""
    line, path = written.line, written.file.path
    where = f"on line {line}" if written.file is statement.file else f"at {path}:{line}"
    return f" (set {where})"


def nearest_in(subject: Subject, family: Family, statement: Statement) -> str | None:
    """Return the name of `family` that is most like the unknown one, as a label; None if none is similar."""
    # For a short name, half of it in common means nothing.
    furthest = min(_FURTHEST_IN_FAMILY, (len(statement.name) - len(family.beginning)) // 2)
    closest = subject.contract.known_names.nearest(statement.name, furthest)
    if not closest or not closest.startswith(family.beginning):
        return None
    return f"the nearest known name is `{closest}`{where_set(subject, subject.contract.find(closest), statement)}"


def consequence(subject: Subject, meant: Variable) -> str | None:
    """Return the consequence for the intended variable; None if it is set."""
    if meant.name in subject.assignments or subject.origins.of(meant.setting):
        return None
    if meant.required:
        return f"`{meant.name}` is required but not set"
    return meant.guidance.unset or f"`{meant.name}` keeps its default"


def other_spellings(subject: Subject, variable: Variable) -> str | None:
    """Return the other names of `variable`, as a hint."""
    others = [f"`{each.name}`" for each in subject.contract.variables_at(variable.setting) if each is not variable]
    return f"{' or '.join(others)} works as well" if others else None


def is_read(subject: Subject, statement: Statement) -> bool:
    """Return whether a source of the class, or of a class nested in it, has what `statement` sets."""
    return any(each.written == statement.written for source in subject.origins.sources for each in source.assignments)


def in_another_case(subject: Subject, name: str) -> Variable | None:
    """Return the variable that differs from the unknown `name` only by case."""
    if subject.contract.ignores_case or subject.contract.find(name):
        return None
    return next((each for each in subject.contract.variables if each.name.casefold() == name.casefold()), None)
