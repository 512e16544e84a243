"""Values from files of other formats beside the environment."""

from pydantic import BaseModel
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    PyprojectTomlConfigSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from support.differential.case import INT, PROCESS, WORD, Case, Texts
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


CASES = [
    Case(TomlLast, _SERVER, varied=_TOML),
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
        varied={"config.toml": ("[tool.app]\nport = 1\n", '[tool.app]\nport = "x"\n', "port = 1\n", None)},
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
]
