"""What a text becomes: each kind of type, and who takes it apart."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import (
    AnyUrl,
    Base64Str,
    ByteSize,
    Field,
    Json,
    PositiveInt,
    Secret,
    SecretStr,
    StrictBool,
    StrictInt,
    StrictStr,
    field_validator,
)
from pydantic_settings import BaseSettings, ForceDecode, NoDecode, SettingsConfigDict

from support.differential.case import BOOL, FLOAT, INT, INTS, PROCESS, WORD, WORDS, Case, Texts

_HERE = (PROCESS,)


class Color(Enum):
    RED = "red"
    DARK_BLUE = "dark-blue"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Simple(BaseSettings):
    port: int
    rate: float = 0.5
    debug: bool = False
    name: str = "x"


class Constrained(BaseSettings):
    port: Annotated[int, Field(ge=1, le=65535)] = 1
    workers: PositiveInt = 1
    name: str = Field("abc", min_length=3, max_length=5, pattern="^[a-z]+$")
    step: int = Field(0, multiple_of=4)


class Collections(BaseSettings):
    tags: list[str] = []
    ports: set[int] = set()
    pair: tuple[int, int] = (0, 0)
    many: tuple[int, ...] = ()
    options: dict[str, int] = {}


class Words(BaseSettings):
    mode: Literal["fast", "slow"] = "fast"
    color: Color = Color.RED
    level: Level = Level.LOW


class Numbers(BaseSettings):
    version: Literal[1, 2] = 1


class Strict(BaseSettings):
    port: StrictInt = 1
    debug: StrictBool = False
    name: StrictStr = "x"


class StrictClass(BaseSettings):
    model_config = SettingsConfigDict(strict=True, env_file=".env")
    port: int = 1
    tags: list[str] = []
    when: date = date(2000, 1, 1)


class OptionalStrict(BaseSettings):
    port: StrictInt | None = None
    debug: StrictBool | None = None


class Secrets(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    password: SecretStr
    pin: Secret[int] = Secret(0)
    keys: list[SecretStr] = []


class Jsons(BaseSettings):
    anything: Json[Any] = None
    numbers: Json[list[int]] = []


class Times(BaseSettings):
    day: date = date(2000, 1, 1)
    moment: datetime = datetime(2000, 1, 1)  # noqa: DTZ001 - a class may well be written so
    wait: timedelta = timedelta(0)


class Things(BaseSettings):
    url: AnyUrl = AnyUrl("http://localhost")
    folder: Path = Path()
    key: UUID = UUID(int=0)
    price: Decimal = Decimal(0)
    size: ByteSize = ByteSize(0)
    address: IPv4Address = IPv4Address(0)
    raw: bytes = b""
    encoded: Base64Str = ""


class OptionalValues(BaseSettings):
    port: int | None = None
    tags: list[str] | None = None


class NoneByWord(BaseSettings):
    model_config = SettingsConfigDict(env_parse_none_str="null", env_nested_delimiter="__", env_file=".env")
    port: int | None = 1
    host: str = "localhost"
    options: dict[str, int | None] = {}


class EnumsByName(BaseSettings):
    model_config = SettingsConfigDict(env_parse_enums=True, env_file=".env")
    color: Color = Color.RED
    level: Level | None = None


class LeftToValidator(BaseSettings):
    tags: Annotated[list[str], NoDecode] = []
    ports: list[int] = []

    @field_validator("tags", mode="before")
    @classmethod
    def at_commas(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value


class NothingDecoded(BaseSettings):
    model_config = SettingsConfigDict(enable_decoding=False)
    tags: list[str] = []
    ports: Annotated[list[int], ForceDecode] = []

    @field_validator("tags", mode="before")
    @classmethod
    def at_commas(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value


class NumberOrText(BaseSettings):
    either: int | str = 0
    order: Annotated[int | float, Field(union_mode="left_to_right")] = 0


CASES = [
    Case(Simple, {"PORT": INT, "RATE": FLOAT, "DEBUG": BOOL, "NAME": WORD}, _HERE),
    Case(
        Constrained,
        {
            "PORT": Texts(("1", "65535"), ("0", "70000", "x")),
            "WORKERS": Texts(("1", "2"), ("0", "-1")),
            "NAME": Texts(("abc", "abcde"), ("ab", "abcdef", "ABC")),
            "STEP": Texts(("4", "8"), ("5",)),
        },
        _HERE,
    ),
    Case(
        Collections,
        {
            "TAGS": WORDS,
            "PORTS": INTS,
            "PAIR": Texts(("[1, 2]", "[3, 4]"), ("[1]", "x")),
            "MANY": INTS,
            "OPTIONS": Texts(('{"a": 1}', "{}"), ("[]", "x", '{"a": "x"}')),
        },
        _HERE,
    ),
    Case(
        Words,
        {
            "MODE": Texts(("fast", "slow"), ("FAST", "")),
            "COLOR": Texts(("red", "dark-blue"), ("RED", "green")),
            "LEVEL": Texts(("1", "2"), ("LOW", "3")),
        },
        _HERE,
    ),
    Case(Numbers, {"VERSION": Texts(("1", "2"), ("3", "x"))}, _HERE),
    Case(Strict, {"PORT": INT, "DEBUG": BOOL, "NAME": WORD}, _HERE),
    Case(StrictClass, {"PORT": INT, "TAGS": WORDS, "WHEN": Texts(("2020-01-01", "2021-01-01"), ("x",))}),
    Case(OptionalStrict, {"PORT": INT, "DEBUG": BOOL}, _HERE),
    Case(
        Secrets,
        {
            "PASSWORD": Texts(("correct-horse-1", "battery-staple-2")),
            "PIN": Texts(("1234", "4321"), ("x",)),
            "KEYS": Texts(('["kay-one-11"]', "[]"), ("x", "{}")),
        },
    ),
    Case(Jsons, {"ANYTHING": Texts(("1", '"a"'), ("x",)), "NUMBERS": INTS}, _HERE),
    Case(
        Times,
        {
            "DAY": Texts(("2020-01-01", "1577836800"), ("x", "2020-13-01")),
            "MOMENT": Texts(("2020-01-01T10:00:00", "2020-01-01"), ("x",)),
            "WAIT": Texts(("5", "PT5M", "1:00:00"), ("x",)),
        },
        _HERE,
    ),
    Case(
        Things,
        {
            "URL": Texts(("http://a.example/", "https://b.example/"), ("x",)),
            "FOLDER": WORD,
            "KEY": Texts(("12345678-1234-5678-1234-567812345678", "0" * 32), ("x",)),
            "PRICE": Texts(("1.50", "2"), ("x",)),
            "SIZE": Texts(("10MB", "1KiB"), ("x",)),
            "ADDRESS": Texts(("127.0.0.1", "10.0.0.1"), ("x", "1.2.3")),
            "RAW": WORD,
            "ENCODED": Texts(("aGVsbG8=", "d29ybGQ="), ("%",)),
        },
        _HERE,
    ),
    Case(OptionalValues, {"PORT": INT, "TAGS": WORDS}, _HERE),
    Case(
        NoneByWord,
        {
            "PORT": Texts(("null", "3"), ("none",)),
            "HOST": Texts(("alpha", "beta"), ("null",)),
            "OPTIONS__A": Texts(("1", "null"), ("x",)),
            "OPTIONS": Texts(('{"a": 2}', "{}"), ("x",)),
        },
    ),
    Case(EnumsByName, {"COLOR": Texts(("RED", "DARK_BLUE"), ("green",)), "LEVEL": Texts(("LOW", "2"), ("x",))}),
    Case(LeftToValidator, {"TAGS": Texts(("a,b", "c")), "PORTS": INTS}, _HERE),
    Case(NothingDecoded, {"TAGS": Texts(("a,b", "c")), "PORTS": INTS}, _HERE),
    Case(NumberOrText, {"EITHER": Texts(("1", "a")), "ORDER": Texts(("1", "1.5"), ("x",))}, _HERE),
]
