"""Which sources there are, and in which order they count."""

import json
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from support.differential.case import BOOL, INT, PROCESS, WORD, Case, Texts
from support.differential.catalogue.chosen import Source, Sources, ordered

_SERVER = {"PORT": INT, "HOST": WORD}
_ALL = (PROCESS, ".env", "secrets/")
_WITH_SECRETS = SettingsConfigDict(env_file=".env", secrets_dir="secrets")
_SECRETS = {"secrets/unrelated": ""}


class EnvironmentFirst(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    port: int
    host: str = "localhost"


class ThreeSources(BaseSettings):
    model_config = _WITH_SECRETS
    port: int
    host: str = "localhost"


class DotenvFirst(BaseSettings):
    model_config = _WITH_SECRETS
    port: int = 1
    host: str = "localhost"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Source,
        env_settings: Source,
        dotenv_settings: Source,
        file_secret_settings: Source,
    ) -> Sources:
        return init_settings, dotenv_settings, env_settings, file_secret_settings


class SecretsFirst(BaseSettings):
    model_config = _WITH_SECRETS
    port: int = 1
    host: str = "localhost"

    settings_customise_sources = ordered("secrets", "init", "env", "dotenv")


class OnlyDotenv(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    port: int = 1
    host: str = "localhost"

    settings_customise_sources = ordered("init", "dotenv")


class OnlyEnvironment(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    port: int = 1
    host: str

    settings_customise_sources = ordered("init", "env")


class NoSources(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    port: int = 1
    host: str = "localhost"

    settings_customise_sources = ordered("init")


class _Constants(PydanticBaseSettingsSource):
    """Gives what is written in the code."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        return {"port": 70, "host": "constant"}


class ConstantsLast(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    port: int
    host: str

    settings_customise_sources = ordered("init", "env", "dotenv", last=_Constants)


class ConstantsFirst(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    port: int
    host: str
    debug: bool = False

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Source,
        env_settings: Source,
        dotenv_settings: Source,
        file_secret_settings: Source,
    ) -> Sources:
        return init_settings, _Constants(settings_cls), env_settings, dotenv_settings


class _Vault(PydanticBaseSettingsSource):
    """Reads a file that must be there."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._content.get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        self._content = json.loads(Path("vault.json").read_text())
        found = {name: self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items()}
        return {key: value for value, key, _ in found.values() if value is not None}


class FromVault(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    port: int
    host: str = "localhost"

    settings_customise_sources = ordered("init", "env", "dotenv", last=_Vault)


class _Commas(EnvSettingsSource):
    """Takes lists with commas between their items."""

    def prepare_field_value(self, field_name: str, field: FieldInfo, value: Any, value_is_complex: bool) -> Any:
        if field_name == "tags" and isinstance(value, str):
            return [each.strip() for each in value.split(",")]
        return super().prepare_field_value(field_name, field, value, value_is_complex)


class OwnEnvironmentSource(BaseSettings):
    port: int = 1
    tags: list[str] = []

    settings_customise_sources = ordered(last=_Commas)


class _Lowered(PydanticBaseSettingsSource):
    """Wraps a source, and changes what it gives."""

    def __init__(self, settings_cls: type[BaseSettings], wrapped: Source) -> None:
        super().__init__(settings_cls)
        self._wrapped = wrapped

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self._wrapped.get_field_value(field, field_name)

    def __call__(self) -> dict[str, Any]:
        return {name: value.upper() if name == "host" else value for name, value in self._wrapped().items()}


class WrappedEnvironment(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    port: int = 1
    host: str = "localhost"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Source,
        env_settings: Source,
        dotenv_settings: Source,
        file_secret_settings: Source,
    ) -> Sources:
        return init_settings, _Lowered(settings_cls, env_settings), dotenv_settings


class MoreSources(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    port: int = 1
    host: str = "localhost"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Source,
        env_settings: Source,
        dotenv_settings: Source,
        file_secret_settings: Source,
    ) -> Sources:
        defaults = DotEnvSettingsSource(settings_cls, env_file="defaults.env")
        more_secrets = SecretsSettingsSource(settings_cls, secrets_dir="more")
        return init_settings, env_settings, dotenv_settings, defaults, more_secrets


class OlderNames(BaseSettings):
    """Its last source reads the names of before: another prefix, and another delimiter."""

    class Pool(BaseModel):
        size: int = 5
        name: str = "main"

    model_config = SettingsConfigDict(env_prefix="NEW_", env_nested_delimiter="__", env_file=".env", extra="ignore")
    pool: Pool = Pool()
    level: int = 1

    settings_customise_sources = ordered(
        "env",
        "dotenv",
        last=lambda cls: EnvSettingsSource(
            cls, env_prefix="OLD_", env_nested_delimiter="_", env_nested_max_split=1, case_sensitive=False
        ),
    )


class ItsOwnCase(BaseSettings):
    """Its last source heeds case, and no prefix."""

    model_config = SettingsConfigDict(env_prefix="APP_", extra="ignore")
    port: int = 1
    host: str = "localhost"

    settings_customise_sources = ordered(
        "env", last=lambda cls: EnvSettingsSource(cls, env_prefix="", case_sensitive=True)
    )


class _NothingAtTimes(PydanticBaseSettingsSource):
    """Returns what is in a YAML file, which may be empty, or a list."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = yaml.safe_load(Path("app.yaml").read_text())
        return found


class ReturnsNothingAtTimes(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    port: int
    host: str = "localhost"

    settings_customise_sources = ordered("env", "dotenv", last=_NothingAtTimes)


class _ProfileDefaults(PydanticBaseSettingsSource):
    """Gives what follows from what the sources before it gave."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        return {"debug": self.current_state.get("profile") == "dev"}


class Profiles(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env")
    profile: str = "prod"
    debug: bool

    settings_customise_sources = ordered("init", "env", "dotenv", last=_ProfileDefaults)


class _Pool(BaseModel):
    size: int = 5
    name: str = "main"


class MergedOverSources(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_nested_delimiter="__")
    pool: _Pool = _Pool()
    labels: dict[str, str] = {}


CASES = [
    Case(EnvironmentFirst, _SERVER),
    Case(ThreeSources, _SERVER, _ALL, _SECRETS),
    Case(DotenvFirst, _SERVER, _ALL, _SECRETS),
    Case(SecretsFirst, _SERVER, _ALL, _SECRETS),
    Case(OnlyDotenv, _SERVER),
    Case(OnlyEnvironment, _SERVER, in_place=[]),
    Case(NoSources, _SERVER, in_place=[]),
    Case(ConstantsLast, _SERVER),
    Case(ConstantsFirst, {**_SERVER, "DEBUG": BOOL}),
    Case(
        FromVault, _SERVER, varied={"vault.json": ('{"port": 1}', '{"port": "x"}', "{}", None)}, unseen=["vault.json"]
    ),
    Case(OwnEnvironmentSource, {"PORT": INT, "TAGS": Texts(("a,b", "c"))}, (PROCESS,)),
    Case(WrappedEnvironment, _SERVER),
    Case(MoreSources, _SERVER, (PROCESS, ".env", "defaults.env", "more/"), {"more/unrelated": ""}),
    Case(
        OlderNames,
        {
            "NEW_POOL__SIZE": INT,
            "NEW_LEVEL": INT,
            "OLD_LEVEL": INT,
            "OLD_POOL_SIZE": INT,
            "OLD_POOL_NAME": WORD,
            "OLD_POOL": Texts(('{"size": 1}', '{"name": "spare"}'), ("x", '{"size": "x"}')),
        },
    ),
    Case(ItsOwnCase, {"APP_PORT": INT, "PORT": INT, "port": INT, "host": WORD}, (PROCESS,)),
    Case(
        ReturnsNothingAtTimes,
        _SERVER,
        varied={"app.yaml": ("port: 1\n", "port: x\n", "- port\n", "", None)},
        unseen=["app.yaml"],
    ),
    Case(Profiles, {"PROFILE": Texts(("dev", "prod")), "DEBUG": BOOL}),
    Case(
        MergedOverSources,
        {
            "POOL": Texts(('{"size": 1}', '{"name": "spare"}'), ("x", '{"size": "x"}')),
            "POOL__SIZE": INT,
            "POOL__NAME": WORD,
            "LABELS": Texts(('{"a": "1"}', '{"b": "2"}'), ("x",)),
            "LABELS__A": WORD,
        },
    ),
]
