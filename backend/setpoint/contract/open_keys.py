"""The keys that an open setting accepts: those of one of several models, of models in a `dict`, or of a dataclass."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import MISSING, is_dataclass
from dataclasses import fields as dataclass_fields
from typing import Any, NamedTuple, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from setpoint.contract.field_type import ARRAYS, alternatives, is_class
from setpoint.contract.spelling import keys_of


class Level(NamedTuple):
    """The keys that may come next.

    Attributes:
        known: The named ones, each with pydantic's descriptions of it, one for every type that may be there.
        of_any: The types of the values of any other key; empty if there can be no other.
    """

    known: Mapping[str, tuple[FieldInfo, ...]]
    of_any: tuple[FieldInfo, ...] = ()

    def below(self, key: str, *, ignores_case: bool) -> list[FieldInfo]:
        """Return the types of the values of `key`; empty if no such key is accepted."""
        named = (infos for name, infos in self.known.items() if name == key or (ignores_case and _alike(name, key)))
        return [*(info for infos in named for info in infos), *self.of_any]


_ANYTHING = Level({}, (FieldInfo.from_annotation(Any),))


def level_below(fields: Iterable[FieldInfo]) -> Level:
    """Return the keys that values of `fields` accept."""
    levels = [_level(part) for each in fields for part in alternatives(each.annotation)]
    known: dict[str, tuple[FieldInfo, ...]] = {}
    for each in levels:
        for name, infos in each.known.items():
            known[name] = known.get(name, ()) + infos
    return Level(known, tuple(info for each in levels for info in each.of_any))


def items_of(fields: Iterable[FieldInfo]) -> list[FieldInfo]:
    """Return the types of the items of arrays that `fields` accept."""
    arrays = (part for each in fields for part in alternatives(each.annotation) if is_class(part, ARRAYS))
    return [FieldInfo.from_annotation(each) for part in arrays for each in get_args(part) if each is not ...]


def levels_along(field: FieldInfo, keys: Sequence[str], *, ignores_case: bool) -> Iterator[Level]:
    """Yield the level of each of `keys` below `field`, up to the first that is not accepted."""
    fields = [field]
    for key in keys:
        level = level_below(fields)
        yield level
        fields = level.below(key, ignores_case=ignores_case)
        if not fields:
            return


def takes(field: FieldInfo, keys: Sequence[str], *, ignores_case: bool) -> bool:
    """Return whether a value of `field` accepts the last of `keys`, each inside the one before."""
    levels = list(levels_along(field, keys, ignores_case=ignores_case))
    return len(levels) == len(keys) and bool(levels[-1].below(keys[-1], ignores_case=ignores_case))


def of_either(infos: Sequence[FieldInfo]) -> FieldInfo:
    """Return what is known about a value that is one of `infos`; it is required if one of them is."""
    if len(infos) == 1:
        return infos[0]
    annotation: Any = Union[tuple(each.annotation for each in infos)]  # noqa: UP007 - of a tuple
    either = FieldInfo.from_annotation(annotation)
    either.default = PydanticUndefined if any(each.is_required() for each in infos) else infos[0].default
    return either


def _level(annotation: Any) -> Level:
    base = get_origin(annotation) or annotation
    if base is Any or base is object:
        return _ANYTHING
    if is_class(base, (RootModel,)):
        return level_below([base.model_fields["root"]])
    if is_class(base, (BaseModel,)):
        return _of_model(base)
    if is_dataclass(base) or hasattr(base, "__total__") or hasattr(base, "_fields"):
        return _of_annotations(base)
    if is_class(base, (Mapping,)):
        return Level({}, (FieldInfo.from_annotation((get_args(annotation) or (Any,))[-1]),))
    return Level({})


def _of_model(model: type[BaseModel]) -> Level:
    known = {key: (info,) for name, info in model.model_fields.items() for key in keys_of(name, info, model)}
    return Level(known, _ANYTHING.of_any if model.model_config.get("extra") == "allow" else ())


def _of_annotations(kind: Any) -> Level:
    """Return the keys of a dataclass, a `TypedDict` or a `NamedTuple`."""
    fields = getattr(kind, "__pydantic_fields__", None)
    if fields is None:
        try:
            hints = get_type_hints(kind, include_extras=True)
        except NameError:
            return _ANYTHING
        optional = _optional_keys(kind)
        fields = {name: FieldInfo.from_annotation(hint) for name, hint in hints.items()}
        for name in optional & fields.keys():
            fields[name].default = None
    return Level(
        {key: (info,) for name, info in fields.items() for key in (name, info.validation_alias) if _is_text(key)}
    )


def _optional_keys(kind: Any) -> AbstractSet[str]:
    if is_dataclass(kind):
        all_fields = dataclass_fields(kind)
        return {each.name for each in all_fields if not (each.default is each.default_factory is MISSING)}
    found: AbstractSet[str] = getattr(kind, "_field_defaults", {}).keys() or getattr(kind, "__optional_keys__", set())
    return found


def _is_text(key: object) -> bool:
    return isinstance(key, str)


def _alike(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
