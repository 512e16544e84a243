"""Reads the place of a pydantic error along the schema of its class: fields and keys, without names of types.

pydantic puts the name of the type that it tried into the place of an error below a union ("Errors", "Union errors"),
and the keys of an alias instead of the field.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple

from pydantic import BaseModel

Schema = Mapping[str, Any]
Step = str | int
_Field = tuple[str, Schema, tuple[Step, ...]]

_CONVERTING = {"function-before", "function-wrap", "function-plain"}
_WITHOUT_PARTS = {"bool", "bytes", "date", "datetime", "decimal", "enum", "float", "int", "literal", "str", "url"}
_OF_FIELDS = {"model-fields", "typed-dict", "dataclass-args", "arguments"}
_INDEXED = {"list", "set", "frozenset", "generator"}
_KEY_IS_MEANT = "[key]"


class Member(NamedTuple):
    """A member of a union that was tried.

    Attributes:
        setting: What may be one of it.
        label: What pydantic calls it.
        keys: The keys that it takes, if it is a model.
    """

    setting: tuple[Step, ...]
    label: Step
    keys: frozenset[Step]


class ErrorPath(NamedTuple):
    """Where in the values of a class an error is.

    Attributes:
        setting: The attributes and keys that lead to the value, without names of types.
        keys: The same as given: with the alias of a field instead of its name.
        members: The members of unions that were tried on the way.
        optional: Whether the value may be None.
        converts: Whether the given value may have been converted, most often by code of the class.
        of_key: Whether it is about the last key itself, and not about its value.
        made: What leads on from there, into something that only code of the class can have made.
    """

    setting: tuple[Step, ...] = ()
    keys: tuple[Step, ...] = ()
    members: tuple[Member, ...] = ()
    optional: bool = False
    converts: bool = False
    of_key: bool = False
    made: tuple[Step, ...] = ()


class ErrorPaths:
    """Reads places along the schema of one class."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._schema: Schema = model.__pydantic_core_schema__
        self._definitions: Mapping[str, Schema] = {each["ref"]: each for each in self._schema.get("definitions", ())}
        self._fields_by_key: dict[int, Mapping[Step, list[_Field]]] = {}

    def of(self, location: Sequence[Step]) -> ErrorPath:
        """Return where the error at pydantic's `location` is; what the schema does not know is kept as it is."""
        found = next(self._along(self._schema, tuple(location), ErrorPath()), None)
        return found or ErrorPath(tuple(location), tuple(location))

    def _along(self, schema: Schema, rest: tuple[Step, ...], path: ErrorPath) -> Iterator[ErrorPath]:
        """Yield each path that `rest` may be, below the value of `schema` at `path`."""
        kind = schema["type"]
        if kind in _CONVERTING or kind == "nullable" or _makes_members_of_texts(schema):
            path = path._replace(converts=path.converts or kind != "nullable", optional=kind == "nullable")
        if kind in {"union", "tagged-union"}:
            yield from self._of_union(schema, rest, path)
        elif kind in _OF_FIELDS:
            yield from self._of_fields(schema, rest, path)
        elif kind in {"dict", "tuple"} | _INDEXED:
            yield from self._of_items(schema, rest, path)
        else:
            inner = list(self._inside(schema))
            for each in inner:
                yield from self._along(each, rest, path)
            if not inner:
                yield path._replace(made=rest) if rest and kind in _WITHOUT_PARTS else _below(path, rest)

    def _inside(self, schema: Schema) -> Iterator[Schema]:
        """Yield the schemas of the same value that `schema` wraps."""
        if schema["type"] == "definition-ref":
            yield self._definitions[schema["schema_ref"]]
        elif schema["type"] == "chain":
            yield from schema["steps"]
        else:
            wrapped = ("schema", "lax_schema", "python_schema", "arguments_schema")
            yield from (schema[name] for name in wrapped if isinstance(schema.get(name), dict))

    def _of_union(self, schema: Schema, rest: tuple[Step, ...], path: ErrorPath) -> Iterator[ErrorPath]:
        if not rest:
            yield path
            return
        choices = schema["choices"]
        if isinstance(choices, dict):
            chosen = [choices[tag] for tag in choices if str(tag) == str(rest[0])] or list(choices.values())
        else:
            chosen = [each[0] if isinstance(each, tuple) else each for each in choices]
        if schema["type"] == "union":
            # A class is named after its model; other types have names that pydantic makes up.
            chosen.sort(key=lambda each: self._class_name(each) != rest[0])
        for each in chosen:
            tried = Member(path.setting, rest[0], self._keys(each))
            yield from self._along(each, rest[1:], path._replace(members=(*path.members, tried)))

    def _class_name(self, schema: Schema) -> str | None:
        found = self._first_inside(schema, {"model", "dataclass"})
        return found["cls"].__name__ if found else None

    def _keys(self, schema: Schema) -> frozenset[Step]:
        found = self._first_inside(schema, _OF_FIELDS)
        return frozenset(self._by_key(found)) if found else frozenset()

    def _first_inside(self, schema: Schema, kinds: Collection[str]) -> Schema | None:
        """Return `schema`, or what it wraps, if that is one of `kinds`."""
        while schema["type"] not in kinds:
            inside = next(self._inside(schema), None)
            if inside is None:
                return None
            schema = inside
        return schema

    def _of_fields(self, schema: Schema, rest: tuple[Step, ...], path: ErrorPath) -> Iterator[ErrorPath]:
        if not rest:
            yield path
            return
        for name, field, given in self._by_key(schema).get(rest[0], ()):
            if rest[: len(given)] == given:
                inside = path._replace(setting=(*path.setting, name), keys=path.keys + given, optional=False)
                yield from self._along(field["schema"], rest[len(given) :], inside)
        yield _below(path, rest)

    def _by_key(self, schema: Schema) -> "Mapping[Step, list[_Field]]":
        """Return the fields of `schema` by the first key that leads to each; there may be hundreds of errors."""
        if id(schema) not in self._fields_by_key:
            found: dict[Step, list[_Field]] = {}
            for name, field in _fields(schema):
                for given in _spellings(name, field):
                    found.setdefault(given[0], []).append((name, field, given))
            self._fields_by_key[id(schema)] = found
        return self._fields_by_key[id(schema)]

    def _of_items(self, schema: Schema, rest: tuple[Step, ...], path: ErrorPath) -> Iterator[ErrorPath]:
        items = schema.get("values_schema") or schema.get("items_schema")
        if schema["type"] == "tuple" and rest and isinstance(rest[0], int) and items:
            items = items[min(rest[0], len(items) - 1)]
        if not rest or not isinstance(items, dict) or rest[1:2] == (_KEY_IS_MEANT,):
            below = _below(path, tuple(step for step in rest if step != _KEY_IS_MEANT))
            yield below._replace(of_key=_KEY_IS_MEANT in rest)
        else:
            yield from self._along(items, rest[1:], _below(path, rest[:1]))


def _below(path: ErrorPath, steps: tuple[Step, ...]) -> ErrorPath:
    return path._replace(setting=path.setting + steps, keys=path.keys + steps)


def _makes_members_of_texts(schema: Schema) -> bool:
    """Return whether members of an enumeration are found by texts that are not their values, such as `1` for 1."""
    if schema["type"] != "enum":
        return False
    return "sub_type" in schema or schema["cls"]._missing_.__func__ is not Enum._missing_.__func__  # type: ignore[attr-defined]  # bound methods have it


def _fields(schema: Schema) -> Iterator[tuple[str, Schema]]:
    if schema["type"] in {"model-fields", "typed-dict"}:
        yield from schema["fields"].items()
    else:
        yield from ((each["name"], each) for each in schema.get("fields") or schema["arguments_schema"])


def _spellings(name: str, field: Schema) -> Iterator[tuple[Step, ...]]:
    """Yield the keys under which the field may be set."""
    alias = field.get("validation_alias", field.get("alias"))
    for each in alias if isinstance(alias, list) and isinstance(alias[0], list) else [alias]:
        if each is not None:
            yield tuple(each) if isinstance(each, list) else (each,)
    yield (name,)
