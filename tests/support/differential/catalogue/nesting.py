"""Models inside settings: delimiters, defaults, and what is merged into them."""

from dataclasses import dataclass as plain_dataclass
from typing import Generic, NamedTuple, TypeVar

from pydantic import AliasPath, BaseModel, ConfigDict, Field, RootModel, SecretStr
from pydantic.dataclasses import dataclass
from pydantic_settings import BaseSettings, SettingsConfigDict
from typing_extensions import TypedDict

from support.differential.case import INT, PROCESS, WORD, Case, Texts

Item = TypeVar("Item")
_NESTED = SettingsConfigDict(env_file=".env", env_nested_delimiter="__", extra="ignore")
_NESTED_HERE = SettingsConfigDict(env_nested_delimiter="__", extra="ignore")
_JSON = Texts(('{"host": "json", "port": 1}', '{"host": "other"}'), ("x", "[]", '{"port": "x"}'))
_DB = {"DB": _JSON, "DB__HOST": WORD, "DB__PORT": INT}
_HERE = (PROCESS,)


class _Db(BaseModel):
    host: str
    port: int = 5432


class _StrictDb(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str = "localhost"
    port: int = 5432


class _Pool(BaseModel):
    size: int = 5
    db: _Db


class Nested(BaseSettings):
    model_config = _NESTED
    db: _Db


class Deep(BaseSettings):
    model_config = _NESTED
    pool: _Pool


class JsonAlone(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
    db: _Db


class SplitOnce(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="_", env_nested_max_split=1, env_prefix="APP_")
    db: _Db


class SplitTwice(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="_", env_nested_max_split=2)
    pool: _Pool


class NestedCaseSensitive(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__", case_sensitive=True)
    Db: _Db = _Db(host="default")


class NestedForbidsStrangers(BaseSettings):
    model_config = _NESTED
    db: _StrictDb = _StrictDb()


class NestedAlias(BaseSettings):
    model_config = _NESTED

    class Db(BaseModel):
        host: str = Field("localhost", alias="hostname")
        first: int = Field(1, validation_alias=AliasPath("ports", 0))

    db: Db = Db()


class DefaultInstance(BaseSettings):
    model_config = _NESTED
    db: _Db = _Db(host="default", port=1)


class PartialUpdate(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__", nested_model_default_partial_update=True)
    db: _Db = _Db(host="default", port=1)


class OptionalNested(BaseSettings):
    model_config = _NESTED
    db: _Db | None = None


class ListOfModels(BaseSettings):
    model_config = _NESTED
    dbs: list[_Db] = []


class _Node(BaseModel):
    name: str = "leaf"
    child: "_Node | None" = None


class NestsItself(BaseSettings):
    model_config = _NESTED
    node: _Node = _Node()


@dataclass
class _DbDataclass:
    host: str
    port: int = 5432


@plain_dataclass
class _PlainDb:
    host: str
    port: int = 5432


class _TypedDb(TypedDict):
    host: str
    port: int


class _TupleDb(NamedTuple):
    host: str
    port: int = 5432


class _Box(BaseModel, Generic[Item]):
    item: Item
    count: int = 1


class PydanticDataclass(BaseSettings):
    model_config = _NESTED
    db: _DbDataclass


class PartialDataclass(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__", nested_model_default_partial_update=True)
    db: _DbDataclass = _DbDataclass("default", 1)


class PlainDataclass(BaseSettings):
    model_config = _NESTED
    db: _PlainDb


class Typed(BaseSettings):
    model_config = _NESTED
    db: _TypedDb


class Tuple(BaseSettings):
    model_config = _NESTED
    db: _TupleDb


class GenericModel(BaseSettings):
    model_config = _NESTED
    box: _Box[int]


class Root(BaseSettings):
    model_config = _NESTED
    names: RootModel[list[str]]


class RootOfDict(BaseSettings):
    model_config = _NESTED
    limits: RootModel[dict[str, int]] = RootModel[dict[str, int]]({})


class _PrefixedDb(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="DB_", extra="ignore")
    port: int
    host: str = "localhost"


class OfOwnPrefix(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")
    db: _PrefixedDb = Field(default_factory=_PrefixedDb)
    port: int = 1


class _Around(BaseModel):
    db: _PrefixedDb = Field(default_factory=_PrefixedDb)
    size: int = 1


class SettingsInModel(BaseSettings):
    model_config = _NESTED_HERE
    around: _Around = Field(default_factory=_Around)
    port: int = 1


class OptionalAround(BaseSettings):
    model_config = _NESTED_HERE
    around: _Around | None = None


class SettingsInside(BaseSettings):
    model_config = _NESTED_HERE
    db: _PrefixedDb


class _OtherDb(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="OTHER_DB_", env_file=".env", extra="ignore")
    port: int = 1


def _by_name() -> dict[str, _OtherDb]:
    return {"first": _OtherDb(), "second": _OtherDb(port=7)}


class SettingsInValues(BaseSettings):
    """Functions build settings classes into collections, or as one of several types."""

    model_config = SettingsConfigDict(extra="ignore")
    by_name: dict[str, _OtherDb] = Field(default_factory=_by_name)
    either: _PrefixedDb | _OtherDb = Field(default_factory=_PrefixedDb)
    size: int = 1


class SecretsInside(BaseSettings):
    model_config = _NESTED

    class Sub(BaseModel):
        val: int = 0
        key: SecretStr = SecretStr("dev")

    nested: Sub = Sub(val=1, key=SecretStr("dev"))


CASES = [
    Case(Nested, _DB),
    Case(
        Deep,
        {
            "POOL": Texts(('{"db": {"host": "h"}}', '{"size": 2, "db": {"host": "g"}}'), ("x", "{}")),
            "POOL__SIZE": INT,
            "POOL__DB": _JSON,
            "POOL__DB__HOST": WORD,
            "POOL__DB__PORT": INT,
        },
        _HERE,
    ),
    Case(JsonAlone, _DB),
    Case(SplitOnce, {"APP_DB": _JSON, "APP_DB_HOST": WORD, "APP_DB_PORT": INT}, _HERE),
    Case(SplitTwice, {"POOL_SIZE": INT, "POOL_DB_HOST": WORD, "POOL_DB_PORT": INT}, _HERE),
    Case(NestedCaseSensitive, {"Db__host": WORD, "Db__port": INT, "DB__PORT": INT}, _HERE),
    Case(NestedForbidsStrangers, {**_DB, "DB__PROT": INT}),
    Case(
        NestedAlias,
        {"DB__HOSTNAME": WORD, "DB__HOST": WORD, "DB__PORTS": Texts(("[1]", "[2, 3]"), ("x", "[]", '["x"]'))},
        _HERE,
    ),
    Case(DefaultInstance, _DB),
    Case(PartialUpdate, _DB, _HERE),
    Case(OptionalNested, {**_DB, "DB": Texts(('{"host": "a"}', "null"), ("x", "{}"))}),
    Case(ListOfModels, {"DBS": Texts(('[{"host": "a"}]', "[]"), ("x", '[{"port": 1}, {"port": "x"}]', "{}"))}),
    Case(NestsItself, {"NODE__NAME": WORD, "NODE__CHILD__NAME": WORD, "NODE__CHILD": Texts(("{}", "null"), ("x",))}),
    Case(PydanticDataclass, _DB),
    Case(PartialDataclass, _DB, _HERE),
    Case(PlainDataclass, _DB),
    Case(Typed, _DB),
    Case(Tuple, {**_DB, "DB": Texts(('["a", 1]', '["b"]', '{"host": "json"}'), ("x", "{}"))}),
    Case(
        GenericModel,
        {"BOX": Texts(('{"item": 1}', '{"item": 2}'), ("x", '{"item": "x"}')), "BOX__ITEM": INT, "BOX__COUNT": INT},
    ),
    Case(Root, {"NAMES": Texts(('["a"]', "[]"), ("x", "{}", "[1]"))}),
    Case(RootOfDict, {"LIMITS": Texts(('{"cpu": 1}', "{}"), ("x", '{"cpu": "x"}')), "LIMITS__CPU": INT}),
    Case(OfOwnPrefix, {"DB_PORT": INT, "DB_HOST": WORD, "PORT": INT}, _HERE),
    Case(
        SettingsInModel,
        {"DB_PORT": INT, "PORT": INT, "AROUND__SIZE": INT, "AROUND__DB": Texts(('{"port": 1}', '{"port": 2}'), ("x",))},
        _HERE,
    ),
    Case(OptionalAround, {"DB_PORT": INT, "AROUND__SIZE": INT, "AROUND": Texts(("{}", "null"), ("x",))}, _HERE),
    Case(SettingsInside, {"DB_PORT": INT, "DB__PORT": INT, "DB": Texts(('{"port": 1}', '{"port": 2}'), ("x",))}, _HERE),
    Case(SettingsInValues, {"OTHER_DB_PORT": INT, "DB_PORT": INT, "DB_HOST": WORD, "SIZE": INT}, (PROCESS,)),
    Case(
        SecretsInside,
        {"NESTED__VAL": INT, "NESTED__KEY": WORD, "NESTED": Texts(('{"val": 3}', '{"key": "k"}'), ("x",))},
    ),
]
