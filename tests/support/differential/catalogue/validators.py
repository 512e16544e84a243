"""What a class checks by code of its own, and when."""

import os
from typing import Any, ClassVar, Self

from pydantic import (
    BaseModel,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidatorFunctionWrapHandler,
    computed_field,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from support.differential.case import BOOL, INT, PROCESS, WORD, Case, Texts

_HERE = (PROCESS,)
_SERVER = {"PORT": INT, "HOST": WORD}
_LIMITS = {"POOL_MIN": INT, "POOL_MAX": INT}


class BeforeValidator(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    port: int

    @field_validator("port", mode="before")
    @classmethod
    def words(cls, value: object) -> object:
        return 80 if value == "http" else value


class AfterValidator(BaseSettings):
    port: int = 1

    @field_validator("port")
    @classmethod
    def even(cls, value: int) -> int:
        if value % 3 == 0:
            message = "must not be divisible by 3"
            raise ValueError(message)
        return value


class WrapValidator(BaseSettings):
    port: int = 1

    @field_validator("port", mode="wrap")
    @classmethod
    def forgiving(cls, value: object, handler: ValidatorFunctionWrapHandler) -> Any:
        return -1 if value == "" else handler(value)


class PlainValidator(BaseSettings):
    port: int = 1

    @field_validator("port", mode="plain")
    @classmethod
    def counted(cls, value: Any) -> int:
        return len(str(value))


class AcrossFields(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    pool_min: int = 1
    pool_max: int = 10

    @model_validator(mode="after")
    def ordered(self) -> Self:
        if self.pool_min > self.pool_max:
            message = "POOL_MIN must not exceed POOL_MAX"
            raise ValueError(message)
        return self


class BeforeAll(BaseSettings):
    port: int = 1
    host: str = "localhost"

    @model_validator(mode="before")
    @classmethod
    def both_or_none(cls, data: Any) -> Any:
        if ("port" in data) != ("host" in data):
            message = "set both of PORT and HOST, or none"
            raise ValueError(message)
        return data


class AroundAll(BaseSettings):
    port: int = 1
    host: str = "localhost"

    @model_validator(mode="wrap")
    @classmethod
    def around(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        return handler({"host": "wrapped", **data})


class AfterInit(BaseSettings):
    port: int = 1
    host: str = ""

    def model_post_init(self, context: Any, /) -> None:
        if not self.host:
            self.host = f"host-{self.port}"


class RefusesAfterInit(BaseSettings):
    port: int = 1

    def model_post_init(self, context: Any, /) -> None:
        if self.port == 12:
            message = "12 is taken"
            raise ValueError(message)


class RaisesAnything(BaseSettings):
    port: int = 1
    host: str = "localhost"

    @field_validator("host")
    @classmethod
    def known(cls, value: str) -> str:
        return {"alpha": "a", "localhost": "l"}[value]


class CustomError(BaseSettings):
    port: int = 1

    @field_validator("port")
    @classmethod
    def good(cls, value: int) -> int:
        if value == 12:
            raise PydanticCustomError("taken", "{port} is taken", {"port": value})  # noqa: EM101 - its own kind of text
        return value


class DefaultsAreValidated(BaseSettings):
    model_config = SettingsConfigDict(validate_default=False)
    port: int = Field("not validated")  # type: ignore[assignment]
    host: int = Field(default="5", validate_default=True)


class WrongDefault(BaseSettings):
    port: int = "x"  # type: ignore[assignment]


class DefaultByFunction(BaseSettings):
    port: int = 1
    url: str = Field(default_factory=lambda data: f"http://localhost:{data['port']}")
    tags: list[str] = Field(default_factory=list)


class Frozen(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, env_file=".env")
    port: int
    host: str = Field("localhost", frozen=True)


class Computed(BaseSettings):
    port: int = 1
    host: str = "localhost"
    kind: ClassVar[str] = "computed"
    _cache: dict[str, str] = PrivateAttr(default_factory=dict)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


class ReadsTheEnvironment(BaseSettings):
    port: int = 1

    @field_validator("port")
    @classmethod
    def moved(cls, value: int) -> int:
        return value + int(os.environ.get("PORT_OFFSET", "0"))


class InsideModel(BaseSettings):
    model_config = SettingsConfigDict(env_nested_delimiter="__")

    class Pool(BaseModel):
        low: int = 1
        high: int = 10

        @model_validator(mode="after")
        def ordered(self) -> Self:
            if self.low > self.high:
                message = "low must not exceed high"
                raise ValueError(message)
            return self

    pool: Pool = Pool()
    port: int = 1


class NotInitialised(BaseSettings):
    port: int = 1
    debug: bool = Field(default=False, init=False)
    internal: int = Field(default=3, exclude=True)


class MovedIntoModel(BaseSettings):
    """A validator takes values from where they were before, one of them from inside a model."""

    class Db(BaseModel):
        port: int = 1
        host: str = "h"

    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="__", extra="ignore")
    db: Db = Db()
    name: str = "n"

    @model_validator(mode="before")
    @classmethod
    def _moved(cls, values: dict[str, Any]) -> dict[str, Any]:
        db = dict(values.get("db", {})) if isinstance(values.get("db", {}), dict) else {}
        old = values.get("old_port", db.get("number"))
        rest = {key: each for key, each in values.items() if key != "old_port"}
        return rest if old is None else rest | {"db": {**db, "port": old}}


class ForbidsWhatIsNotMoved(MovedIntoModel):
    model_config = SettingsConfigDict(extra="forbid")


CASES = [
    Case(BeforeValidator, {"PORT": Texts(("http", "12"), ("x", ""))}),
    Case(AfterValidator, {"PORT": Texts(("4", "5"), ("3", "x"))}, _HERE),
    Case(WrapValidator, {"PORT": Texts(("", "5"), ("x",))}, _HERE),
    Case(PlainValidator, {"PORT": Texts(("", "five"))}, _HERE),
    Case(AcrossFields, _LIMITS),
    Case(BeforeAll, _SERVER, _HERE),
    Case(AroundAll, _SERVER, _HERE),
    Case(AfterInit, _SERVER, _HERE),
    Case(RefusesAfterInit, {"PORT": Texts(("1", "2"), ("12", "x"))}, _HERE),
    Case(RaisesAnything, {"HOST": Texts(("alpha", "localhost"), ("beta",)), "PORT": INT}, _HERE),
    Case(CustomError, {"PORT": Texts(("1", "2"), ("12", "x"))}, _HERE),
    Case(DefaultsAreValidated, {"PORT": INT, "HOST": INT}, _HERE),
    Case(WrongDefault, {"PORT": INT}, _HERE),
    Case(DefaultByFunction, {"PORT": INT, "URL": WORD, "TAGS": Texts(('["a"]', "[]"), ("x",))}, _HERE),
    Case(Frozen, _SERVER),
    Case(Computed, _SERVER, _HERE),
    Case(ReadsTheEnvironment, {"PORT": INT, "PORT_OFFSET": Texts(("1", "2"))}, _HERE, unseen=("PORT_OFFSET",)),
    Case(InsideModel, {"POOL__LOW": Texts(("2", "20"), ("x",)), "POOL__HIGH": INT, "PORT": INT}, _HERE),
    Case(NotInitialised, {"PORT": INT, "DEBUG": BOOL, "INTERNAL": INT}, _HERE),
    Case(
        MovedIntoModel,
        {"OLD_PORT": INT, "DB__NUMBER": INT, "DB__PORT": Texts(("4", "5")), "DB__HOST": WORD, "NAME": WORD},
        (".env",),
        unseen=("OLD_PORT", "DB__NUMBER"),
    ),
    Case(
        ForbidsWhatIsNotMoved,
        {"OLD_PORT": INT, "DB__PORT": Texts(("4", "5")), "NAME": WORD, "ANYTHING": WORD},
        (".env",),
        unseen=("OLD_PORT", "ANYTHING"),
    ),
]
