"""Values from files of other formats beside the environment."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, BaseModel, Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    JsonConfigSettingsSource,
    PyprojectTomlConfigSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
    YamlConfigSettingsSource,
)

from support.differential.case import INT, PROCESS, WORD, WORDS, Case, Texts
from support.differential.catalogue.chosen import chosen, ordered

_SERVER = {"PORT": INT, "HOST": WORD}
_TOML = {
    "config.toml": ('port = 7\nhost = "toml"\n', 'port = "x"\n', "stranger = 1\nport = 3\n", "", "port = \n", None)
}


class _Pool(BaseModel):
    size: int = 5
    name: str = "main"


class TomlLast(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", toml_file="config.toml", extra="ignore")
    port: int
    host: str = "localhost"
    settings_customise_sources = ordered("init", "env", "dotenv", last=TomlConfigSettingsSource)


class TomlFirst(BaseSettings):
    model_config = SettingsConfigDict(toml_file="config.toml", extra="ignore")
    port: int = 1
    host: str = "localhost"
    settings_customise_sources = chosen(lambda cls, given: (TomlConfigSettingsSource(cls), given["env"]))


class TomlForbidsStrangers(BaseSettings):
    model_config = SettingsConfigDict(toml_file="config.toml", extra="forbid")
    port: int = 1
    host: str = "localhost"
    settings_customise_sources = ordered("init", "env", last=TomlConfigSettingsSource)


class NestedToml(BaseSettings):
    model_config = SettingsConfigDict(toml_file="config.toml", env_nested_delimiter="__")
    port: int = 1
    pool: _Pool
    settings_customise_sources = ordered("init", "env", last=TomlConfigSettingsSource)


class TomlTable(BaseSettings):
    model_config = SettingsConfigDict(toml_file="config.toml", toml_table_header=("tool", "app"), extra="ignore")
    port: int = 1
    settings_customise_sources = ordered("init", "env", last=TomlConfigSettingsSource)


class TwoTomlFiles(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")
    port: int = 1
    pool: _Pool = _Pool()
    settings_customise_sources = ordered(
        "init",
        "env",
        last=lambda cls: TomlConfigSettingsSource(cls, toml_file=["a.toml", "b.toml"], deep_merge=True),
    )


class JsonFile(BaseSettings):
    model_config = SettingsConfigDict(json_file="config.json", env_nested_delimiter="__", extra="ignore")
    port: int = 1
    pool: _Pool = _Pool()
    settings_customise_sources = ordered("init", "env", last=JsonConfigSettingsSource)


class PyprojectTable(BaseSettings):
    model_config = SettingsConfigDict(pyproject_toml_table_header=("tool", "shop"), extra="ignore")
    port: int = 1
    host: str = "localhost"
    settings_customise_sources = ordered("init", "env", last=PyprojectTomlConfigSettingsSource)


class YamlLast(BaseSettings):
    model_config = SettingsConfigDict(
        yaml_file="config.yaml", env_file=".env", env_nested_delimiter="__", extra="ignore"
    )
    port: int = 1
    pool: _Pool = _Pool()
    settings_customise_sources = ordered("init", "env", "dotenv", last=YamlConfigSettingsSource)


class YamlSection(BaseSettings):
    model_config = SettingsConfigDict(yaml_file="config.yaml", yaml_config_section="app.server", extra="forbid")
    port: int
    token: SecretStr = SecretStr("none")
    settings_customise_sources = ordered("init", "env", last=YamlConfigSettingsSource)


class YamlFirst(BaseSettings):
    """Overrides of a deploy stand in a file that wins over the environment."""

    model_config = SettingsConfigDict(env_prefix="APP_", yaml_file="config.yaml")
    port: int = 1
    names: list[str] = []
    settings_customise_sources = chosen(lambda cls, given: (YamlConfigSettingsSource(cls), given["env"]))


class YamlForbidsStrangers(BaseSettings):
    """Of names that differ in case alone, the environment may use either, and a file one."""

    model_config = SettingsConfigDict(yaml_file="config.yaml", env_file=".env", extra="forbid")
    port: int = 1
    host: str = "localhost"
    settings_customise_sources = ordered("env", "dotenv", last=YamlConfigSettingsSource)


class JsonByAlias(BaseSettings):
    """A file that the environment overrides, but whose name for a setting comes before the variable's."""

    model_config = SettingsConfigDict(json_file="config.json", populate_by_name=True, extra="ignore")
    port: int = Field(1, alias="httpPort")
    host: str = Field("localhost", validation_alias=AliasChoices("hostName", "HOST"))
    settings_customise_sources = ordered("env", last=JsonConfigSettingsSource)


class _OwnToml(InitSettingsSource):
    """Reads a file by itself, as many projects wrote before there was a source for it."""

    def __init__(self, settings_cls: type[BaseSettings]) -> None:
        path = Path("own.toml")
        values: dict[str, Any] = tomllib.loads(path.read_text()) if path.exists() else {}
        super().__init__(settings_cls, init_kwargs=values.get("app", {}))


class OwnToml(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="__", extra="ignore")
    port: int = 1
    pool: _Pool = _Pool()
    settings_customise_sources = ordered("init", "env", "dotenv", last=_OwnToml)


class AllFormats(BaseSettings):
    model_config = SettingsConfigDict(
        toml_file="config.toml",
        json_file="config.json",
        yaml_file="config.yaml",
        env_nested_delimiter="__",
        extra="ignore",
    )
    port: int = 1
    pool: _Pool = _Pool()
    settings_customise_sources = chosen(
        lambda cls, given: (
            given["env"],
            TomlConfigSettingsSource(cls),
            JsonConfigSettingsSource(cls),
            YamlConfigSettingsSource(cls),
        )
    )


_YAML = ("port: 3\n", "pool:\n  size: 3\n", "pool:\n  size: x\n", "port: [\n", None)

CASES = [
    Case(TomlLast, _SERVER, varied=_TOML),
    Case(TomlFirst, _SERVER, (PROCESS,), varied=_TOML),
    Case(TomlForbidsStrangers, _SERVER, (PROCESS,), varied=_TOML),
    Case(
        NestedToml,
        {"PORT": INT, "POOL__SIZE": INT, "POOL": Texts(("{}", '{"name": "env"}'), ("x",))},
        (PROCESS,),
        varied={"config.toml": ("[pool]\nsize = 1\n", '[pool]\nname = "a"\n', '[pool]\nsize = "x"\n', None)},
    ),
    Case(
        TomlTable,
        {"PORT": INT},
        (PROCESS,),
        varied={"config.toml": ("[tool.app]\nport = 4\n", '[tool.app]\nport = "x"\n', "port = 4\n", None)},
    ),
    Case(
        TwoTomlFiles,
        {"PORT": INT},
        (PROCESS,),
        varied={
            "a.toml": ('port = 2\n[pool]\nname = "a"\n', None),
            "b.toml": ("port = 3\n[pool]\nsize = 9\n", '[pool]\nsize = "x"\n', None),
        },
    ),
    Case(
        JsonFile,
        {"PORT": INT, "POOL__SIZE": INT},
        (PROCESS,),
        varied={"config.json": ('{"port": 3}', '{"pool": {"size": 3}}', '{"pool": {"size": "x"}}', "[", "[]", None)},
    ),
    Case(
        PyprojectTable,
        _SERVER,
        (PROCESS,),
        varied={"pyproject.toml": ("[tool.shop]\nport = 5\n", '[tool.shop]\nport = "x"\n', "")},
    ),
    Case(YamlLast, {"PORT": INT, "POOL__SIZE": INT}, varied={"config.yaml": _YAML}),
    Case(
        YamlSection,
        {"PORT": INT, "TOKEN": WORD},
        (PROCESS,),
        varied={
            "config.yaml": (
                "app:\n  server:\n    port: 3\n    token: abcdefgh\n",
                "app:\n  server:\n    port: x\n    stranger: 1\n",
                "app: {}\n",
                None,
            )
        },
    ),
    Case(
        YamlFirst,
        {"APP_PORT": INT, "APP_NAMES": WORDS},
        (PROCESS,),
        varied={"config.yaml": ("port: 3\n", "names: [a]\n", "names: a\n", None)},
    ),
    Case(
        YamlForbidsStrangers,
        _SERVER,
        varied={"config.yaml": ("port: 3\n", "host: b\n", "PORT: 3\nHost: b\n", "port: x\n", None)},
    ),
    Case(
        JsonByAlias,
        {"PORT": INT, "HTTPPORT": INT, "HOST": WORD, "HOSTNAME": WORD},
        (PROCESS,),
        varied={"config.json": ('{"httpPort": 2}', '{"port": 3}', '{"hostName": "a", "httpPort": "x"}', None)},
    ),
    Case(
        OwnToml,
        {"PORT": INT, "POOL__SIZE": INT},
        varied={"own.toml": ("[app]\nport = 3\n", "[app.pool]\nsize = 4\n", '[app]\nport = "x"\n', "[app", None)},
        unseen=["own.toml"],
    ),
    Case(
        AllFormats,
        {"PORT": INT, "POOL__SIZE": INT},
        (PROCESS,),
        varied={
            "config.toml": ("port = 2\n", '[pool]\nname = "toml"\n', None),
            "config.json": ('{"port": 3}', '{"pool": {"name": "json"}}', None),
            "config.yaml": ("port: 4\n", "pool: {size: 6}\n", "pool: {size: x}\n", None),
        },
    ),
]
