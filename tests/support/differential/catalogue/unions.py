"""Values of which the class knows several shapes, and keys that it does not know itself."""

from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AliasChoices, BaseModel, ConfigDict, Discriminator, Field, Tag
from pydantic_settings import BaseSettings, SettingsConfigDict

from support.differential.case import INT, PROCESS, WORD, WORDS, Case, Texts

_NESTED = SettingsConfigDict(env_file=".env", env_nested_delimiter="__", extra="ignore")
_HERE = (PROCESS,)


class _File(BaseModel):
    kind: Literal["file"] = "file"
    path: str


class _Bucket(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: Literal["bucket"]
    port: int = 443


_STORE = {
    "STORE__KIND": Texts(("file", "bucket"), ("tape", "")),
    "STORE__PATH": WORD,
    "STORE__PORT": INT,
    "STORE": Texts(('{"kind": "file", "path": "p"}', '{"kind": "bucket"}'), ("x", "{}", '{"kind": "tape"}')),
}


class Either(BaseSettings):
    model_config = _NESTED
    store: _File | _Bucket


class Discriminated(BaseSettings):
    model_config = _NESTED
    store: _File | _Bucket = Field(discriminator="kind")


class OptionalDiscriminated(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__", env_prefix="APP_")
    store: Annotated[_File | _Bucket, Field(discriminator="kind")] | None = None


class UpdatedInPart(BaseSettings):
    """What variables say is laid over a default, which is one of several models."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", nested_model_default_partial_update=True)
    store: Annotated[_File | _Bucket, Field(discriminator="kind")] = _File(path="q")
    spare: _File | _Bucket | None = _Bucket(kind="bucket", port=1)


def _tag(value: Any) -> str:
    return "bucket" if isinstance(value, dict) and "port" in value else "file"


class DiscriminatedByFunction(BaseSettings):
    model_config = _NESTED
    store: Annotated[Annotated[_File, Tag("file")] | Annotated[_Bucket, Tag("bucket")], Discriminator(_tag)]


class ModelOrText(BaseSettings):
    model_config = _NESTED
    store: _File | str


class ModelOrFlag(BaseSettings):
    model_config = _NESTED
    store: _Bucket | bool = False


class _Group(BaseModel):
    count: int = 1
    name: str


class WordsOrModel(BaseSettings):
    """A dict has only those parts of the model that are its keys, and the value may have none of its default."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_ignore_empty=True)
    labels: dict[str, str] | _Group = {}
    spare: _Group | dict[str, str] | None = None


class ListOrText(BaseSettings):
    model_config = _NESTED
    tags: list[str] | str = ""


class NumberOrWord(BaseSettings):
    model_config = _NESTED
    port: int | Literal["auto"] = "auto"


class ModelsByName(BaseSettings):
    model_config = _NESTED
    groups: dict[str, _Group] = {}


class NumbersByName(BaseSettings):
    model_config = _NESTED
    limits: dict[str, int] = {}


class _Stage(Enum):
    DEV = "dev"
    LIVE = "live"


class KeysThatAreNoText(BaseSettings):
    """Of keys, the class makes something that is spelled in another way."""

    model_config = _NESTED
    groups: dict[_Stage, _Group] = {}
    days: dict[date, int] = {}
    shares: dict[float, str] = {}
    limits: dict[UUID, int] = {}


class ListsByName(BaseSettings):
    model_config = _NESTED
    lists: dict[str, list[int]] = {}


class Anything(BaseSettings):
    model_config = _NESTED
    labels: dict[str, Any] = {}
    more: Any = None


class OpenModel(BaseSettings):
    model_config = _NESTED

    class Open(BaseModel):
        model_config = ConfigDict(extra="allow")
        size: int = 1

    pool: Open = Open()


class ModelsInUnionByName(BaseSettings):
    model_config = _NESTED
    stores: dict[str, Annotated[_File | _Bucket, Field(discriminator="kind")]] = {}


class ModelsByMember(BaseSettings):
    """The keys are members of an enumeration, whose values are in the names of variables."""

    model_config = _NESTED
    stages: dict[_Stage, _File] = {}


class _Server(BaseModel):
    port: int = Field(1, validation_alias=AliasChoices("port", "thePort"))
    host: str = Field("none", validation_alias=AliasChoices("address", "hostname"))


class AliasesByName(BaseSettings):
    """Below a key that may be any, aliases count in one case alone, and the first that is there."""

    model_config = _NESTED
    servers: dict[str, _Server] = {}
    spare: _Server | bool = False


CASES = [
    Case(Either, _STORE),
    Case(Discriminated, _STORE),
    Case(OptionalDiscriminated, {f"APP_{name}": texts for name, texts in _STORE.items()}, _HERE),
    Case(UpdatedInPart, {**_STORE, "SPARE__KIND": _STORE["STORE__KIND"], "SPARE__PORT": INT}, _HERE),
    Case(
        DiscriminatedByFunction,
        {**_STORE, "STORE": Texts(('{"kind": "bucket", "port": 2}', '{"kind": "bucket", "port": 3}'), ("x", "{}"))},
        _HERE,
    ),
    Case(ModelOrText, {"STORE": Texts(("plain", '{"path": "p"}'), ("{}",)), "STORE__PATH": WORD}),
    Case(ModelOrFlag, {"STORE": Texts(("true", '{"kind": "bucket"}'), ("x", "{}")), "STORE__PORT": INT}, _HERE),
    Case(
        WordsOrModel,
        {
            "LABELS": Texts(('{"name": "n"}', '{"other": "o"}', "{}"), ("x", "")),
            "LABELS__COUNT": WORD,
            "LABELS__OTHER": WORD,
            "SPARE__NAME": WORD,
            "SPARE__OTHER": WORD,
        },
        _HERE,
    ),
    Case(ListOrText, {"TAGS": WORDS}),
    Case(NumberOrWord, {"PORT": Texts(("auto", "80"), ("x", ""))}),
    Case(
        ModelsByName,
        {
            "GROUPS__G1__NAME": WORD,
            "GROUPS__G1__COUNT": INT,
            "GROUPS__G1__CUONT": INT,
            "GROUPS__G2": Texts(('{"name": "n"}', '{"name": "m", "count": 2}'), ("x", "{}")),
            "GROUPS": Texts(('{"g1": {"name": "n"}}', "{}"), ("x", '{"g3": {}}')),
        },
    ),
    Case(
        NumbersByName,
        {"LIMITS": Texts(('{"cpu": 1}', '{"cpu": 2}'), ("x", '{"cpu": "x"}')), "LIMITS__CPU": INT, "LIMITS__RAM": INT},
    ),
    Case(
        KeysThatAreNoText,
        {
            "GROUPS__DEV__NAME": WORD,
            "GROUPS__LIVE": Texts(('{"name": "n"}', '{"name": "m", "count": 2}'), ("x", "{}")),
            "DAYS__2020-01-01": INT,
            "SHARES__1.50": WORD,
            f"LIMITS__{UUID(int=7)}": INT,
        },
    ),
    Case(
        ListsByName,
        {"LISTS__A": Texts(("[1]", "[2]"), ("x", '["x"]')), "LISTS__B": Texts(("[1]", "[]"), ("x", "{}"))},
        _HERE,
    ),
    Case(Anything, {"LABELS__A": WORD, "LABELS": Texts(('{"b": 1}', "{}"), ("x",)), "MORE": WORDS}),
    Case(OpenModel, {"POOL__SIZE": INT, "POOL__OTHER": WORD, "POOL": Texts(('{"size": 2}', '{"x": 1}'), ("x",))}),
    Case(
        ModelsByMember,
        {
            "STAGES__DEV__PATH": WORD,
            "STAGES__TEST__PATH": WORD,
            "STAGES": Texts(('{"live": {"path": "p"}}', '{"dev": {"path": "q"}}'), ("x", '{"test": {"path": "p"}}')),
        },
    ),
    Case(
        AliasesByName,
        {
            "SERVERS__A__PORT": INT,
            "SERVERS__A__THEPORT": INT,
            "SERVERS__A__ADDRESS": WORD,
            "SERVERS__A__HOSTNAME": WORD,
            "SERVERS": Texts(('{"a": {"thePort": 2}}', '{"b": {"hostname": "h"}}'), ("x",)),
            "SPARE__ADDRESS": WORD,
            "SPARE__HOSTNAME": WORD,
        },
    ),
    Case(
        ModelsInUnionByName,
        {"STORES__A__KIND": Texts(("file", "bucket"), ("tape",)), "STORES__A__PATH": WORD, "STORES__A__PORT": INT},
        _HERE,
    ),
]
