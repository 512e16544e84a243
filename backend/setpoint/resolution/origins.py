"""Finds out, from the record of a settings class, which source sets each setting, and which variable of that source."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Any

from pydantic_settings import BaseSettings

from setpoint.contract.plain_value import variable_text
from setpoint.contract.settings_class import SettingsContract
from setpoint.contract.variable import Variable
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.given_value import NOTHING, keys_taken, value_at_path, without_ignored
from setpoint.resolution.read_source import Reach, ReadSource, Setting, by_setting_of, folded
from setpoint.text.guarded import MASK, Guarded
from setpoint.validation.record import Build, Record, SourceRecord


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
        self._settings = record.settings
        self._told: dict[tuple[ReadSource, Setting], Assignment] = {}
        self.sources = tuple(self._read(record, assignments_of))

    @property
    def fields(self) -> AbstractSet[str]:
        """Return the fields of the class."""
        return self._contract.settings_class.model_fields.keys()

    def _read(
        self, record: Record, assignments_of: Callable[[SourceRecord], Iterable[Assignment]]
    ) -> Iterator[ReadSource]:
        # What counts is known by its identity, and several builds of one class read the same.
        known: dict[object, Assignment] = {}
        for made, reader, inside in self._builds(record):
            stronger: dict[str, Any] = {}
            taken = partial(_keys_taken, made, len(inside))
            for at, source in enumerate(made.sources):
                # Anything but a mapping replaces everything that weaker sources have under its key.
                values = {key: each for key, each in source.values.items() if _counts(key, each, stronger)}
                stronger |= {key: each for key, each in values.items() if key not in stronger}
                own = (each for each in assignments_of(source) if each.variable and each.variable.reader is reader)
                read = tuple(known.setdefault((made.settings_class, at, *_place_of(each)), each) for each in own)
                by_setting = by_setting_of(self._contract, read, len(inside) + 1, taken)
                yield ReadSource(source, made, inside, read, by_setting, values)

    def _builds(self, record: Record) -> Iterator[tuple[Build, type[BaseSettings] | None, Setting]]:
        """Yield what was built: the class itself, and then what other classes build in it, with those and their places.

        One class may build the values of several fields.
        """
        top = self._contract.settings_class
        for each in dict.fromkeys(made.settings_class for made in record.builds):
            if issubclass(each, top) and (made := record.build_of(each)):
                yield made, None, ()
        for part, place in _places_of_parts(self._contract):
            if made := record.build_at(place, part):
                yield made, part, place

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
        source = next((each for each in self.sources if key in each.values), None)
        if source is None or source.record.entries:
            return None
        return Assignment(key, Guarded(""), None, source=source.record_at(setting), place=(key,))

    def is_default(self, setting: Setting) -> bool:
        """Return whether no source sets `setting`, so that its value is the default of the class."""
        return bool(setting) and all(each.reach(setting).depth < len(setting) for each in self.sources)

    def written_at(self, setting: Setting) -> Assignment | None:
        """Return the first text that a source has for exactly `setting`, whatever the source made of it.

        There is none if a stronger source gives something there in the value of another variable, or if the value of
        one that comes after the text in its own source replaces it.
        """
        for source in self.sources:
            texts = source.texts_at(setting)
            if texts and not source.has_replaced(*texts[0]):
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
        value = without_ignored(source.value_at(setting), self._made_at(setting))
        # What comes from names that are not settings must not be shown.
        is_of_strangers = bool(source.record.entries) and isinstance(value, Mapping)
        text = MASK if is_of_strangers else variable_text(value)
        found = Assignment(variable.name, Guarded(text), variable, source=source.record_at(setting))
        # What counts is known by its identity, which must not become that of something else.
        return self._told.setdefault((source, setting), found)

    def _made_at(self, setting: Setting) -> Any:
        """Return what the class has made at `setting`, as far as that are fields; otherwise None."""
        made: Any = self._settings
        for step in setting:
            made = getattr(made, "__dict__", {}).get(step)
        return made

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
        reaches = [(source, source.reach(setting)) for source in self.sources]
        # What ends sooner does not contain it: a stronger or weaker source has what is around it.
        nearest = max((reach.own for _, reach in reaches), default=0)
        for source, reach in reaches:
            text = source.text_for(setting[:nearest]) if reach.depth == nearest < len(setting) else None
            if text is not None and _leads_to(text, setting[:nearest]):
                return text
        return None

    def part_of(self, parent: Assignment, setting: Setting) -> Assignment | None:
        """Return `parent` with the part that it gives for the nested `setting` as its value."""
        for source in self.sources:
            reach = source.reach(setting)
            if parent in source.assignments and reach.own == len(setting):
                return parent._replace(value=Guarded(variable_text(source.value_at(setting))))
        return None


def _place_of(assignment: Assignment) -> tuple[object, ...]:
    written = assignment.written
    return assignment.name, assignment.value, written and (written.file.path, written.binding)


def _keys_taken(made: Build, outside: int, setting: Setting) -> Sequence[str | int] | None:
    return keys_taken(made.settings_class, setting[outside:], made.values or {})


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


def _counts(key: str, value: Any, stronger: Mapping[str, Any]) -> bool:
    return key not in stronger or (isinstance(value, Mapping) and isinstance(stronger[key], Mapping))


def _places_of_parts(
    contract: SettingsContract, place: Setting = (), around: tuple[type, ...] = ()
) -> Iterator[tuple[type[BaseSettings], Setting]]:
    """Yield the other settings classes that read variables for this one, each with the path of what it builds."""
    inside = (contract.settings_class, *around)
    for part in contract.parts:
        if part.settings_class not in inside:
            yield part.settings_class, (*place, *part.setting)
            yield from _places_of_parts(SettingsContract(part.settings_class, ()), (*place, *part.setting), inside)
