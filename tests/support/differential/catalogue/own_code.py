"""Settings classes of open-source projects that do a part of the work in code of their own."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AnyHttpUrl,
    BaseModel,
    ConfigDict,
    Field,
    PostgresDsn,
    SecretStr,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from support.differential.case import BOOL, FLOAT, INT, PROCESS, WORD, Case, Texts
from support.differential.catalogue.chosen import Sources, chosen

_URL = Texts(("postgresql://u:pw@h/d", "postgresql://u:other@h/d"), ("h/d", "mysql://h/d", ""))
_ADDRESS = Texts(("http://a.example", "https://b.example/x"), ("a.example", ""))


class HomeServer(BaseSettings):
    """Home automation: one broker, devices as JSON, and an `__init__` that does more than it says."""

    class Broker(BaseModel):
        host: str = "localhost"
        port: int = 1883
        password: SecretStr | None = None

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_file=".env", extra="allow")
    mqtt: Broker = Field(default_factory=Broker)
    devices: list[dict[str, str]] = []
    seen: int = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen = len(self.devices)


class _ApiSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="FLEET_API_", env_file=".env", extra="ignore")
    url: AnyHttpUrl | None = None
    timeout: float = 10


class _LogSettings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="FLEET_LOG_", env_file=".env", extra="ignore")
    level: Literal["DEBUG", "INFO"] = "INFO"


class Fleet(BaseSettings):
    """Settings in groups, each a settings class with a prefix and the same env file."""

    model_config = SettingsConfigDict(env_prefix="FLEET_", env_file=".env", extra="ignore")
    api: _ApiSettings = Field(default_factory=_ApiSettings)
    log: _LogSettings = Field(default_factory=_LogSettings)
    home: Path = Path("/srv/fleet")


class _Replica(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="PG_")
    port: int = 1
    host: str = "h"


class _File(BaseModel):
    path: str


class OneClassForMany(BaseSettings):
    """One settings class makes several values, and is handed a part of some of them."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")
    first: _Replica = Field(default_factory=_Replica)
    fixed: _Replica = Field(default_factory=lambda: _Replica(port=7))
    given: _Replica | None = None
    either: _Replica | _File | None = None
    many: dict[str, _Replica] = {}


class HandedOn(BaseSettings):
    """A settings class reads what counts in one value alone, as it is handed the same for another one."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")
    fixed: _Replica = Field(default_factory=lambda: _Replica(port=7))
    either: _Replica | _File | None = None
    rows: list[_Replica] = []


class SplitByHand(BaseSettings):
    """Lists that are not JSON, each in another way."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
    hosts: Annotated[list[str], NoDecode] = []
    ports: str = "80"

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return value.split() if isinstance(value, str) else value

    @property
    def port_list(self) -> list[int]:
        return [int(each) for each in self.ports.split(",")]


class UrlOrParts(BaseSettings):
    """Either a URL or all of its parts."""

    model_config = SettingsConfigDict(env_prefix="DATA_", extra="ignore")
    url: PostgresDsn | None = None
    host: str | None = None
    name: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _one_of_both(cls, values: Any) -> Any:
        if values.get("url") and (values.get("host") or values.get("name")):
            message = "DATA_URL excludes DATA_HOST and DATA_NAME"
            raise ValueError(message)
        return values


class FileAndPlugins(BaseSettings):
    """A file for people, the environment for machines, and plugins that nobody here knows."""

    class Plugin(BaseModel):
        model_config = ConfigDict(extra="allow")
        enabled: bool = True

    model_config = SettingsConfigDict(
        env_prefix="APP__",
        env_nested_delimiter="__",
        yaml_file="app.yaml",
        extra="forbid",
        nested_model_default_partial_update=True,
    )
    plugins: dict[str, Plugin] = {}
    workers: int = Field(2, ge=1, le=32)
    settings_customise_sources = chosen(
        lambda cls, given: (given["init"], given["env"], given["dotenv"], YamlConfigSettingsSource(cls))
    )


@lru_cache(maxsize=1)
def _default_name() -> str:
    return "made"


class NotToBeMade(BaseSettings):
    """A schema for a file, which is not to be made by itself."""

    name: str = Field(default_factory=_default_name)

    @classmethod
    def settings_customise_sources(cls, *_: Any, **__: Any) -> Sources:
        message = "This class is not meant to be made directly"
        raise RuntimeError(message)


class _CapitalsAlone(EnvSettingsSource):
    """Drops what is not written in capitals, once it has read everything."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        super().__init__(settings_cls)
        capitals = {name.lower() for name in os.environ if name.isupper()}
        self.env_vars = {name: text for name, text in self.env_vars.items() if name in capitals}


class CapitalsAlone(BaseSettings):
    """A platform whose variables are in capitals, and nothing else is meant."""

    port: int = 1
    host: str = "localhost"
    settings_customise_sources = chosen(lambda cls, given: (given["init"], _CapitalsAlone(cls)))


_DATABASE = {"DATA_URL": _URL, "DATA_HOST": WORD, "DATA_NAME": WORD}

CASES = [
    Case(
        HomeServer,
        {
            "MQTT__HOST": WORD,
            "MQTT__PORT": INT,
            "MQTT__PASSWORD": Texts(("first-aaaa", "second-bbbb")),
            "DEVICES": Texts(('[{"id": "a"}]', "[]"), ("x", "[1]")),
        },
    ),
    Case(
        Fleet,
        {
            "FLEET_API_URL": _ADDRESS,
            "FLEET_API_TIMEOUT": FLOAT,
            "FLEET_LOG_LEVEL": Texts(("DEBUG", "INFO"), ("debug",)),
            "FLEET_HOME": WORD,
        },
    ),
    Case(
        OneClassForMany,
        {
            "PG_PORT": INT,
            "PG_HOST": WORD,
            "GIVEN__PORT": INT,
            "EITHER": Texts(('{"host": "a"}', '{"port": 3}', '{"path": "p"}'), ("x",)),
            "MANY__A__PORT": INT,
        },
        (PROCESS,),
    ),
    Case(
        HandedOn,
        {
            "PG_PORT": INT,
            "EITHER": Texts(('{"host": "a"}', '{"port": 3}'), ("x",)),
            "ROWS": Texts(("[{}]", '[{"port": 4}, {"port": 5}]'), ("{}",)),
        },
        (PROCESS,),
    ),
    Case(SplitByHand, {"HOSTS": Texts(("a b", "c")), "PORTS": Texts(("80", "81,82"))}),
    Case(UrlOrParts, _DATABASE, (PROCESS,)),
    Case(
        FileAndPlugins,
        {
            "APP__PLUGINS__SEARCH__ENABLED": BOOL,
            "APP__PLUGINS__SEARCH__COLOUR": WORD,
            "APP__WORKERS": Texts(("1", "32"), ("0", "x")),
        },
        (PROCESS,),
        varied={"app.yaml": ("workers: 4\n", "plugins: {mail: {host: h}}\n", "workrs: 4\n", "workers: many\n", None)},
    ),
    Case(NotToBeMade, {"NAME": WORD}, (PROCESS,)),
    Case(CapitalsAlone, {"PORT": INT, "HOST": WORD}, (PROCESS,)),
]
