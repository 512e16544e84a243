"""How the environment spells one setting, and what is known about its values."""

from functools import partial
from typing import Any, NamedTuple

from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from setpoint.contract import field_type, secrecy
from setpoint.contract.guidance import Guidance
from setpoint.contract.spelling import MADE, holds_parts
from setpoint.text.guarded import MASK, Guarded
from setpoint.text.secret_names import is_secret_name


class Variable(NamedTuple):
    """How the environment spells one setting.

    Attributes:
        name: The name, in upper case if the class ignores case.
        setting: The path of attributes that it sets: `("database", "port")`.
        field: pydantic's description of the last of them.
        secret: Whether its values must never be shown.
        required: Whether the model that it is in has no default for it.
        open: Whether names that begin with this one and the delimiter are read as keys of its value.
        split_by_class: Whether a validator of the class parses a text that would otherwise have to be JSON.
        takes_names: Whether it accepts the names of an enumeration's members.
        delimiter: What separates the names of nested settings in it; empty if there are none.
        splits: At how many delimiters its keys are split; -1 for all.
        default_around: What the default of the surrounding model holds for it, if there is one; `MADE` if a function
            makes that.
        absent_around: The variable of the innermost model around it that is not there by default; empty if there is
            none.
        reader: The settings class that reads it, if that is a different one, which builds the value of a field.
        known_name: How much of the name the class itself gives, if the rest are keys that a source gave.
    """

    name: str
    setting: tuple[str, ...]
    field: FieldInfo
    secret: bool
    required: bool
    open: bool = False
    split_by_class: bool = False
    takes_names: bool = False
    delimiter: str = ""
    splits: int = -1
    default_around: Any = PydanticUndefined
    absent_around: str = ""
    reader: type[BaseSettings] | None = None
    known_name: str = ""

    @classmethod
    def of_extra(cls, name: str, key: str) -> "Variable":
        """Return the variable `name` for a value that a class keeps under `key` without knowing it."""
        return cls(name, (key,), FieldInfo(annotation=Any, default=None), is_secret_name(name), required=False)

    @property
    def guidance(self) -> Guidance:
        """Return the guidance of the class on this setting."""
        found = [each for each in self.field.metadata if isinstance(each, Guidance)]
        merged = {
            key: next((value for each in reversed(found) if (value := getattr(each, key))), None)
            for key in Guidance.__slots__
        }
        return Guidance(**merged)

    @property
    def expected(self) -> str:
        """Return what a value looks like, in words that complete "expected …"."""
        if self.guidance.expected:
            return self.guidance.expected
        if self.split_by_class:
            return "a string that the app parses itself"
        if self.holds_parts:
            return "JSON that contains the setting"
        from setpoint.contract.type_in_words import description

        return description(self.field, by_name=self.takes_names)

    @property
    def is_needed(self) -> bool:
        """Return whether the class needs it whatever else is set."""
        return self.required and not self.absent_around

    @property
    def requirement(self) -> str | None:
        """Return in words when the class needs it; None if never."""
        condition = f" if another part of `{self.absent_around}` is set" if self.absent_around else ""
        return f"required{condition}" if self.required else None

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the texts that it accepts, if it accepts nothing else."""
        names = field_type.choices(self.field, by_name=True) if self.takes_names else ()
        return tuple(dict.fromkeys((*names, *field_type.choices(self.field))))

    def shows(self, name: str, value: Guarded) -> bool:
        """Return whether `value`, which a source gives under `name`, may be shown, as far as can be decided by itself.

        The name is longer than the variable's if it sets a key of an open variable.
        """
        from setpoint.text.shown import shows_alone  # noqa: PLC0415 - only needed when a value is shown

        is_secret = self.secret or is_secret_name(name[len(self.name) :])
        # A prefix of all names says nothing about one.
        own = f"{self.setting[-1]}_{self.name.rpartition('_')[2]}_{name[len(self.name) :]}"
        is_unnamed = partial(secrecy.is_unnamed, name=own, field=self.field)
        return shows_alone(
            value,
            secret=is_secret or value.satisfies(is_unnamed),
            is_out_of_place=partial(secrecy.is_out_of_place, field=self.field),
        )

    def path_of(self, name: str) -> tuple[str, ...]:
        """Return the path of what `name` sets: attributes, then keys if it is longer than the variable's name."""
        keys = name[len(self.name) :].split(self.delimiter, self.splits) if self.delimiter else []
        # What is before the first delimiter is the end of this variable's name; a key may be empty.
        return (*self.setting, *(keys[1:] if keys[:1] == [""] else keys))

    def tokens_in(self, name: str) -> list[str]:
        """Return the keys in `name` that look like tokens: the name of an open variable can include keys."""
        keys = name[len(self.known_name or self.name) :]
        if not keys:
            return []
        from setpoint.text.secret_values import is_token_as_name  # noqa: PLC0415 - few names have keys

        each_key = keys.split(self.delimiter, self.splits) if self.delimiter else []
        return [each for each in each_key if is_token_as_name(each)] or ([keys] if is_token_as_name(keys) else [])

    def shown_name(self, name: str) -> str:
        """Return `name`, which may be longer than this variable's, with each key that looks like a token masked."""
        known = len(self.known_name or self.name)
        own, keys = name[:known], name[known:]
        for token in self.tokens_in(name):
            keys = keys.replace(token, MASK)
        return f"{own}{keys}"

    @property
    def holds_parts(self) -> bool:
        """Return whether an alias takes the setting from inside the value, which may hold others as well."""
        return holds_parts(self.field, self.name, self.delimiter)

    @property
    def default(self) -> Any:
        """Return the default value; None if there is none, or if a function makes it."""
        found = self.field.default if self.default_around is PydanticUndefined else self.default_around
        return None if found is PydanticUndefined or found is MADE else found

    @property
    def has_computed_default(self) -> bool:
        """Return whether a function makes the default, so that it is known only once the settings are built."""
        around = self.default_around
        return around is MADE or (around is PydanticUndefined and self.field.default_factory is not None)
