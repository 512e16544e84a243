"""What one source of a settings class gave, and which of its variables set what."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_settings import BaseSettings

from setpoint.contract.settings_class import SettingsContract
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.given_value import NOTHING, value_at_path, values_along
from setpoint.sources.env_file import EnvFile
from setpoint.validation.record import Build, SourceRecord

Setting = tuple[str | int, ...]


class Reach(NamedTuple):
    """How far a path leads into what a source gave.

    Attributes:
        depth: How many of its steps lead to something; below anything but a mapping, all of them do.
        own: How many lead to something that exists by itself.
    """

    depth: int
    own: int


@dataclass(eq=False, repr=False)
class ReadSource:
    """One source, with the variables that it has for a settings class.

    Attributes:
        record: What it gave.
        build: The class that asked it, with what it was given by all of its sources.
        inside: The field that holds that class in the class that was asked; empty if it is the class that was asked.
        assignments: What the source has for it, later ones over earlier.
        by_setting: Those that set something where the class takes it, by its path, with their places in the source.
        values: What it gave that counts: anything but a mapping replaces what weaker sources gave.
    """

    record: SourceRecord
    build: Build
    inside: Setting
    assignments: tuple[Assignment, ...]
    by_setting: Mapping[Setting, list[tuple[int, Assignment]]]
    values: Mapping[str, Any]

    @property
    def settings_class(self) -> type[BaseSettings]:
        """Return the class that asked it."""
        return self.build.settings_class

    @property
    def whole(self) -> Mapping[str, Any]:
        """Return what all sources gave that class together: of several keys for one field, it takes the first there."""
        return self.build.values or {}

    def _along(self, setting: Setting) -> Iterator[Any]:
        return values_along(self.values, self.settings_class, setting, self.whole)

    def reach(self, setting: Setting) -> "Reach":
        """Return how far the path `setting` leads into what the source gave."""
        if setting[: len(self.inside)] != self.inside:
            return Reach(0, 0)
        found = list(self._along(setting[len(self.inside) :]))
        mappings = [isinstance(each, Mapping) for each in found]
        depth = len(self.inside) + len(found) if found else 0
        return Reach(depth, depth - len(mappings) + (mappings.index(False) + 1 if False in mappings else len(mappings)))

    def has(self, file: EnvFile) -> bool:
        """Return whether the source reads `file`."""
        return any(each.file is file for each in self.record.entries) or any(
            each.file is file for each in self.assignments
        )

    @property
    def fields_given(self) -> Iterator[str]:
        """Yield the fields for which the source gave something."""
        for name in self.settings_class.model_fields:
            if next(self._along((name,)), NOTHING) is not NOTHING:
                yield name

    def value_at(self, setting: Setting) -> Any:
        """Return what the source gave for `setting`, which it reaches."""
        return [*self._along(setting[len(self.inside) :])][-1]

    def record_at(self, setting: Setting) -> SourceRecord:
        """Return what is known about the source; of several config files, the one that gives `setting`, if it is one.

        Of those that hold anything but a mapping there, it is the last.
        """
        path, read_alone = setting[len(self.inside) :], self.record.read_alone
        if read_alone is None:
            return self.record
        found = {file: read_alone(file) for file in self.record.paths}
        holding = [
            file
            for file, values in found.items()
            if isinstance(values, Mapping)
            and len([*values_along(values, self.settings_class, path, self.whole)]) == len(path)
        ]
        is_of_one = len(holding) == 1 or (holding and not isinstance(self.value_at(setting), Mapping))
        return self.record.of_file(holding[-1]) if is_of_one else self.record

    @property
    def taken_texts(self) -> Iterator[Assignment]:
        """Yield the variables that set something where the class takes it: of the names of a field, the first one."""
        top = len(self.inside) + 1
        for setting, texts in self.by_setting.items():
            yield from (each for _, each in (texts if len(setting) > top else texts[:1]))

    def text_for(self, setting: Setting) -> Assignment | None:
        """Return the variable that sets `setting`, or the one in which it is nested."""
        found = [each for depth in range(len(setting), 0, -1) for each in self.texts_at(setting[:depth])]
        top = len(self.inside) + 1
        nested = [each for each in found if len(each[1].path) > top]
        # Among nested ones, the last in the source counts; among the names of a field, the first that is set.
        if not nested:
            return next((each for _, each in found), None)
        last = max(nested, key=lambda each: each[0])[1]
        return next((each for _, each in self.texts_at(last.path)), last)

    def texts_at(self, setting: Setting) -> Sequence[tuple[int, Assignment]]:
        """Return the variables that set exactly `setting`, with their places in the source.

        They may spell it in another case, unless there is one that does not.
        """
        texts = self.by_setting.get(folded(setting), [])
        if all(self._path_of(each) != setting for _, each in texts):
            # A key in a JSON value may differ in case alone from the one that a name leads to.
            return [] if self._holds(setting) and any(self._gives_key(each) for _, each in texts) else texts
        return [each for each in texts if self._path_of(each[1]) == setting or folded(each[1].path) != folded(setting)]

    def _gives_key(self, assignment: Assignment) -> bool:
        is_key = assignment.variable is not None and len(assignment.path) > len(assignment.variable.setting)
        return is_key and self._holds(self._path_of(assignment))

    def _holds(self, setting: Setting) -> bool:
        return value_at_path(self.values, setting[len(self.inside) :], ignores_case=False) is not NOTHING

    def has_replaced(self, at: int, assignment: Assignment) -> bool:
        """Return whether the value of a later variable is in place of what `assignment`, at this place, has set."""
        path = self._path_of(assignment)
        depths = range(len(self.inside) + 1, len(path))
        is_around = any(later > at for depth in depths for later, _ in self.texts_at(path[:depth]))
        return is_around and not self._holds(path)

    def _path_of(self, assignment: Assignment) -> Setting:
        """Return the path of what `assignment` sets, with keys as the source gives them: in lower case as a rule."""
        path, variable = assignment.path, assignment.variable
        if variable is None or self.settings_class.model_config.get("case_sensitive"):
            return path
        return (*path[: len(variable.setting)], *folded(path[len(variable.setting) :]))


def by_setting_of(
    contract: SettingsContract,
    assignments: Iterable[Assignment],
    top: int,
    taken: Callable[[Setting], Sequence[str | int] | None],
) -> dict[Setting, list[tuple[int, Assignment]]]:
    """Return `assignments` by the path of what they set, each with its place among them; first those that count.

    Args:
        contract: The class that reads them.
        assignments: What one source has, later ones over earlier.
        top: The depth of the outermost settings.
        taken: Returns the keys inside an outermost setting under which the class finds one; None if under none.
    """
    found: dict[Setting, list[tuple[int, Assignment]]] = {}
    paths: dict[Setting, Setting] = {}
    for at, each in enumerate(assignments):
        # Several settings may share one name.
        named = () if each.place else contract.named(each.name)
        same = named if any(each.path == known.setting for known in named) else ()
        for path in {each.path, *(variable.path_of(each.name) for variable in same)}:
            heads = [variable.name for variable in contract.variables_at(path[:top])]
            if len(path) > top and not _leads_along(contract, heads, each, taken(path)):
                continue
            found.setdefault(folded(path), []).append((at, each))
            paths.setdefault(folded(path), path)
    for key, texts in found.items():
        setting = paths[key]
        spellings = [each.name for each in contract.variables_at(setting)]
        if len(setting) > top and contract.delimiter:
            heads = [each.name for each in contract.variables_at(setting[:top])]
            texts.sort(key=lambda item: (_rank_of_keys(contract, heads, spellings, item[1]), -item[0]))
        else:
            texts.sort(key=lambda item: (_rank(contract, spellings, item[1]), -item[0]))
    return found


def _rank(contract: SettingsContract, spellings: Sequence[str], assignment: Assignment) -> int:
    """Return the place of a name among those of a setting.

    What an env file has under another name is put over them, if that is an alias once the prefix is left out.
    """
    name, prefix = contract.canonical(assignment.name), contract.canonical(contract.prefix)
    is_put_over = bool(assignment.place and prefix) and name.startswith(prefix)
    return spellings.index(name) if name in spellings else -1 if is_put_over else len(spellings)


def _rank_of_keys(
    contract: SettingsContract, heads: Sequence[str], spellings: Sequence[str], assignment: Assignment
) -> int:
    """Return the place of the keys in a name among those of a setting inside another one.

    Under whichever name of that, and of keys that lead into each other's value, the last in the source counts.
    """
    delimiter = contract.canonical(contract.delimiter)
    keys = [f"{_keys(heads, each, delimiter)}{delimiter}" for each in spellings]
    own = f"{_keys(heads, contract.canonical(assignment.name), delimiter)}{delimiter}"
    return next((at for at, each in enumerate(keys) if each.startswith(own)), len(keys))


def _leads_along(
    contract: SettingsContract, heads: Sequence[str], assignment: Assignment, keys: Sequence[str | int] | None
) -> bool:
    """Return whether the keys in the name of `assignment` after one of `heads` lead to `keys`, or to what is around."""
    if keys is None or assignment.place or not contract.delimiter:
        return True
    delimiter, name = contract.canonical(contract.delimiter), contract.canonical(assignment.name)
    own = _keys(heads, name, delimiter)
    if own == name:
        return True  # A source reads names in a way of its own.
    along = "".join(f"{delimiter}{contract.canonical(str(each))}" for each in keys)
    return f"{along}{delimiter}".startswith(f"{own}{delimiter}")


def _keys(heads: Sequence[str], name: str, delimiter: str) -> str:
    return next((name[len(each) :] for each in heads if name.startswith(f"{each}{delimiter}")), name)


def folded(setting: Setting) -> Setting:
    """Return `setting` in a form that is the same in every case of letters."""
    return tuple(each.casefold() if isinstance(each, str) else each for each in setting)


def is_inside(setting: Setting, around: Setting) -> bool:
    """Return whether `setting` is `around`, or is inside it, however its keys are spelt."""
    return [str(each).casefold() for each in setting[: len(around)]] == [str(each).casefold() for each in around]
