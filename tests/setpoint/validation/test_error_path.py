"""The place of a pydantic error is read without names of types, and the member of a union that was meant is found."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError
from pydantic_settings import BaseSettings

from setpoint.validation.error_path import ErrorPaths
from setpoint.validation.union_errors import PlacedError, of_meant_members
from support.differential.catalogue import names, nesting, types, unions

Given = dict[str, Any]
PATHS: list[tuple[type[BaseSettings], Given, tuple[Any, ...], tuple[Any, ...]]] = [
    (unions.Discriminated, {"store": {"kind": "bucket", "port": "x"}}, ("store", "port"), ("store", "port")),
    (unions.DiscriminatedByFunction, {"store": {"kind": "bucket", "port": "x"}}, ("store", "port"), ("store", "port")),
    (unions.ModelsInUnionByName, {"stores": {"a": {"kind": "file"}}}, ("stores", "a", "path"), ("stores", "a", "path")),
    (unions.ModelsByName, {"groups": {"bool": {"name": 1}}}, ("groups", "bool", "name"), ("groups", "bool", "name")),
    (unions.ModelsByName, {"groups": {3: {"name": "n"}}}, ("groups", 3), ("groups", 3)),
    (unions.ListOrText, {"tags": [1]}, ("tags", 0), ("tags", 0)),
    (nesting.ListOfModels, {"dbs": [{"host": "a"}, {"host": 1}]}, ("dbs", 1, "host"), ("dbs", 1, "host")),
    (nesting.NestsItself, {"node": {"child": {"name": 1}}}, ("node", "child", "name"), ("node", "child", "name")),
    (nesting.PydanticDataclass, {"db": {"host": 1}}, ("db", "host"), ("db", "host")),
    (nesting.PlainDataclass, {"db": {"host": 1}}, ("db", "host"), ("db", "host")),
    (nesting.Tuple, {"db": {"host": 1}}, ("db", "host"), ("db", "host")),
    (nesting.GenericModel, {"box": {"item": "x"}}, ("box", "item"), ("box", "item")),
    (nesting.Root, {"names": [1]}, ("names", 0), ("names", 0)),
    (nesting.NestedAlias, {"db": {"ports": ["x"]}}, ("db", "first"), ("db", "ports", 0)),
    (names.PathIntoList, {"SERVICE": [{"port": "x"}]}, ("port",), ("SERVICE", 0, "port")),
    (names.Choices, {"HTTP_PORT": "x"}, ("port",), ("HTTP_PORT",)),
    (types.Collections, {"options": {"a": "x"}}, ("options", "a"), ("options", "a")),
    (types.Collections, {"pair": [1, "x"]}, ("pair", 1), ("pair", 1)),
]


@pytest.mark.parametrize(("settings_class", "given", "setting", "keys"), PATHS)
def test_the_place_of_an_error_is_made_of_fields_and_keys(
    settings_class: type[BaseSettings], given: Given, setting: tuple[Any, ...], keys: tuple[Any, ...]
) -> None:
    """The names of types that pydantic puts between them are no part of what was given."""
    found = {(path.setting, path.keys) for path, _ in errors_of(settings_class, given)}
    assert (setting, keys) in found


class Cat(BaseModel):
    """It has fewer fields than the other one."""

    meow: int
    age: int = 0


class Dog(BaseModel):
    """What is given tells that it was meant, whatever else is missing."""

    bark: int
    size: int
    age: int = 0


class Owner(BaseSettings):
    """Nothing but their keys tells the members apart."""

    pet: Cat | Dog


MEANT: list[tuple[type[BaseSettings], Given, list[tuple[Any, ...]]]] = [
    (unions.Either, {"store": {"kind": "bucket", "port": "x"}}, [("store", "port")]),
    (unions.Either, {"store": {"kind": "bucket", "port": "x", "path": "p"}}, [("store", "path"), ("store", "port")]),
    (unions.Either, {"store": {"kind": "tape"}}, [("store", "kind"), ("store", "kind")]),
    (unions.Either, {"store": {"kind": "file"}}, [("store", "path")]),
    (unions.ModelOrText, {"store": {"kind": "file"}}, [("store", "path")]),
    (unions.ModelOrFlag, {"store": "x"}, [("store",), ("store",)]),
    (unions.ModelOrFlag, {"store": {"kind": "bucket", "port": "x"}}, [("store", "port")]),
    (unions.NumberOrWord, {"port": "x"}, [("port",), ("port",)]),
    (Owner, {"pet": {"bark": 1}}, [("pet", "size")]),
    (Owner, {"pet": {"bark": 1, "size": "x", "age": 1}}, [("pet", "size")]),
    (Owner, {"pet": {"meow": "x"}}, [("pet", "meow")]),
    (Owner, {"pet": {"age": 1}}, [("pet", "meow")]),
]


@pytest.mark.parametrize(("settings_class", "given", "settings"), MEANT)
def test_the_errors_of_the_member_that_was_meant_are_told(
    settings_class: type[BaseSettings], given: Given, settings: list[tuple[Any, ...]]
) -> None:
    """Those of a member that is further from what was given would blame what is right."""
    found = of_meant_members(errors_of(settings_class, given))
    assert sorted(each.path.setting for each in found) == settings


def errors_of(settings_class: type[BaseSettings], given: Given) -> list[PlacedError]:
    """Return pydantic's errors on `given`, each with its path."""
    with pytest.raises(ValidationError) as caught:
        settings_class.model_validate(given)
    paths = ErrorPaths(settings_class)
    return [PlacedError(paths.of(each["loc"]), each) for each in caught.value.errors()]
