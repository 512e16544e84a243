"""Finds out, from the record of a settings class, which source sets each setting, and which variable of that source."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_settings import BaseSettings

from setpoint.contract.plain_value import variable_text
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.given_value import NOTHING, taken_paths, value_at_path, values_along
from setpoint.sources.env_file import EnvFile
from setpoint.text.guarded import MASK, Guarded
from setpoint.validation.record import Record, SourceRecord

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
        settings_class: The class that asked it.
        inside: The field that holds that class in the class that was asked; empty if it is the class that was asked.
        assignments: What the source has for it, later ones over earlier.
        by_setting: The same by the path of what they set, with their places in the source.
        values: What it gave that counts: anything but a mapping replaces what weaker sources gave.
        taken: Where that class takes the values of its fields: of several keys for one, it takes the first.
    """

    record: SourceRecord
    settings_class: type[BaseSettings]
    inside: Setting
    assignments: tuple[Assignment, ...]
    by_setting: Mapping[Setting, list[tuple[int, Assignment]]]
    values: Mapping[str, Any]
    taken: Mapping[str, Sequence[str | int]]

    def _along(self, setting: Setting) -> Iterator[Any]:
        return values_along(self.values, self.settings_class, setting, self.taken)

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
        if all(each.path != setting for _, each in texts):
            return texts
        return [each for each in texts if each[1].path == setting or folded(each[1].path) != folded(setting)]


class Origins:
    """Where the settings of one class come from."""

    def __init__(
        self,
        contract: SettingsContract,
        record: Record,
        assignments_of: Callable[[SourceRecord], Iterable[Assignment]],
    ) -> None:
        """Take what a class did, and a function that turns the variables of one of its sources into assignments."""
        self._contract = contract
        self.sources = tuple(self._read(record, assignments_of))

    @property
    def fields(self) -> AbstractSet[str]:
        """Return the fields of the class."""
        return self._contract.settings_class.model_fields.keys()

    def _read(
        self, record: Record, assignments_of: Callable[[SourceRecord], Iterable[Assignment]]
    ) -> Iterator[ReadSource]:
        seen: set[type] = set()
        top = self._contract.settings_class
        parts = list(_places_of_parts(self._contract))
        for made in sorted(record.builds, key=lambda each: not issubclass(each.settings_class, top)):
            is_top = issubclass(made.settings_class, top)
            # One class may build the values of several fields.
            insides = [()] if is_top else [place for part, place in parts if part is made.settings_class]
            if made.settings_class in seen:
                continue
            seen.add(made.settings_class)
            stronger: dict[str, Any] = {}
            taken = taken_paths(made.settings_class, made.values or {})
            for source in made.sources:
                # Anything but a mapping replaces everything that weaker sources have under its key.
                values = {key: each for key, each in source.values.items() if _is_merged(each, stronger.get(key, {}))}
                stronger |= {key: each for key, each in values.items() if key not in stronger}
                assignments = list(assignments_of(source))
                for inside in insides:
                    reader = made.settings_class if inside else None
                    read = tuple(each for each in assignments if each.variable and each.variable.reader is reader)
                    by_setting = self._by_setting(read, len(inside) + 1)
                    yield ReadSource(source, made.settings_class, inside, read, by_setting, values, taken)

    def _by_setting(self, assignments: Iterable[Assignment], top: int) -> dict[Setting, list[tuple[int, Assignment]]]:
        found: dict[Setting, list[tuple[int, Assignment]]] = {}
        for at, each in enumerate(assignments):
            # Several settings may share one name.
            named = () if each.place else self._contract.named(each.name)
            same = named if any(each.path == known.setting for known in named) else ()
            for path in {each.path, *(variable.path_of(each.name) for variable in same)}:
                found.setdefault(folded(path), []).append((at, each))
        for setting, texts in found.items():
            spellings = [each.name for each in self._contract.variables_at(setting)]
            delimiter = self._contract.canonical(self._contract.delimiter) if len(setting) > top else ""
            texts.sort(key=lambda item: (self._rank(spellings, item[1], delimiter), -item[0]))
        return found

    def _rank(self, spellings: Sequence[str], assignment: Assignment, delimiter: str) -> int:
        """Return the place of the name among those of a setting; one that leads into another has the same."""
        name = self._contract.canonical(assignment.name)
        inside = (each for each in spellings if delimiter and each.startswith(f"{name}{delimiter}"))
        name = next(inside, name)
        return spellings.index(name) if name in spellings else len(spellings)

    def of(self, setting: Setting) -> Assignment | None:
        """Return what sets `setting`: a variable, one in which it is nested, or a source that has no variables."""
        source, reach = self._giving(setting, len(setting))
        if source is None or not setting:
            return None
        return source.text_for(setting[: reach.own]) or self._without_text(source, setting)

    def _giving(self, setting: Setting, depth: int) -> tuple[ReadSource | None, Reach]:
        """Return the strongest source that leads exactly `depth` steps along `setting`.

        Anything but a mapping does not count if a stronger source has one.
        """
        mapped = 0
        for source in self.sources:
            reach = source.reach(setting)
            if reach.own < reach.depth and reach.own <= mapped:
                continue
            if reach.depth == depth:
                return source, reach
            mapped = max(mapped, reach.depth)
        return None, Reach(0, 0)

    def stranger(self, setting: Setting) -> Assignment | None:
        """Return what a source without variables gives under a name that is not a setting."""
        if len(setting) != 1 or setting[0] in self.fields:
            return None
        key = str(setting[0])
        given = (each.record for each in self.sources if key in each.values and not each.record.entries)
        return next((Assignment(key, Guarded(""), None, source=each, place=(key,)) for each in given), None)

    def is_default(self, setting: Setting) -> bool:
        """Return whether no source sets `setting`, so that its value is the default of the class."""
        return bool(setting) and all(each.reach(setting).depth < len(setting) for each in self.sources)

    def written_at(self, setting: Setting) -> Assignment | None:
        """Return the first text that a source has for exactly `setting`, whatever the source made of it.

        There is none if a stronger source gives something there in the value of another variable.
        """
        for source in self.sources:
            if texts := source.texts_at(setting):
                return texts[0][1]
            if source.reach(setting).depth == len(setting):
                return None
        return None

    def _without_text(self, source: ReadSource, setting: Setting) -> Assignment | None:
        if source.assignments and any(
            folded(each.path)[: len(setting)] == folded(setting) for each in source.assignments
        ):
            return None  # It is built from several variables.
        variable = next(iter(self._contract.variables_at(setting)), None) or self._parent(setting)
        if variable is None:
            return None
        value = source.value_at(setting)
        # What comes from names that are not settings must not be shown.
        is_of_strangers = bool(source.record.entries) and isinstance(value, Mapping)
        text = MASK if is_of_strangers else variable_text(value)
        return Assignment(variable.name, Guarded(text), variable, source=source.record)

    def under_parts(self, setting: Setting) -> Assignment | None:
        """Return what a source without variables gives for `setting`, parts of which stronger ones set."""
        stronger: list[Any] = []
        for source in self.sources:
            if source.reach(setting).depth != len(setting):
                continue
            value = source.value_at(setting)
            if not source.assignments and _adds(value, stronger) and (found := self._without_text(source, setting)):
                return found
            stronger.append(value)
        return None

    def _parent(self, setting: Setting) -> Variable | None:
        depths = range(len(setting) - 1, 0, -1)
        return next((each for depth in depths for each in self._contract.variables_at(setting[:depth])), None)

    def above(self, setting: Setting) -> Assignment | None:
        """Return what sets `setting`, or the nearest thing that would contain it."""
        if found := self.of(setting):
            return found
        for depth in range(len(setting) - 1, 0, -1):
            for source in self.sources:
                text = source.text_for(setting[:depth]) if source.reach(setting).depth == depth else None
                if text is not None and _leads_to(text, setting[:depth]):
                    return text
        return None

    def part_of(self, parent: Assignment, setting: Setting) -> Assignment | None:
        """Return `parent` with the part that it gives for the nested `setting` as its value."""
        for source in self.sources:
            reach = source.reach(setting)
            if parent in source.assignments and reach.own == len(setting):
                return parent._replace(value=Guarded(variable_text(source.value_at(setting))))
        return None


def _leads_to(text: Assignment, setting: Setting) -> bool:
    """Return whether `text` sets something at `setting` that no separate variable overrides."""
    rest = setting[len(text.path) :]
    try:
        value = json.loads(text.value.raw) if rest else None
    except (ValueError, RecursionError):
        return True
    return value_at_path(value, rest) is not NOTHING


def _adds(value: Any, stronger: Sequence[Any]) -> bool:
    """Return whether `value` holds something that stronger sources do not replace."""
    if not stronger:
        return True
    if not all(isinstance(each, Mapping) for each in (value, *stronger)):
        return False
    return any(_adds(each, [other[key] for other in stronger if key in other]) for key, each in value.items())


def _is_merged(value: Any, stronger: Any) -> bool:
    return stronger == {} or (isinstance(value, Mapping) and isinstance(stronger, Mapping))


def _places_of_parts(
    contract: SettingsContract, place: Setting = (), around: tuple[type, ...] = ()
) -> Iterator[tuple[type[BaseSettings], Setting]]:
    """Yield the other settings classes that read variables for this one, each with the path of what it builds."""
    inside = (contract.settings_class, *around)
    for part in contract.parts:
        if part.settings_class not in inside:
            yield part.settings_class, (*place, *part.setting)
            yield from _places_of_parts(SettingsContract(part.settings_class, ()), (*place, *part.setting), inside)


def folded(setting: Setting) -> Setting:
    """Return `setting` in a form that is the same in every case of letters."""
    return tuple(each.casefold() if isinstance(each, str) else each for each in setting)
