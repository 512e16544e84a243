"""Which files a class reads, how, and what it makes of names in them that it does not know."""

from typing import Any

from pydantic import AliasChoices, BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings, NestedSecretsSettingsSource, SettingsConfigDict

from support.differential.case import BOOL, INT, PROCESS, WORD, Case, Texts
from support.differential.catalogue.chosen import chosen

_SERVER = {"PORT": INT, "HOST": WORD}
_SECRET = {"TOKEN": Texts(("first-token-aaaa", "second-token-bbbb")), "PORT": INT}
_DIRECTORY = {"secrets/unrelated": ""}


class TwoFiles(BaseSettings):
    model_config = SettingsConfigDict(env_file=(".env", ".env.local"), extra="ignore")
    port: int = 1
    host: str = "localhost"


class FileTwoFoldersUp(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_file_depth=2, extra="ignore")
    port: int = 1
    host: str = "localhost"


class OtherEncoding(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="latin-1", extra="ignore")
    name: str = "none"
    port: int = 1


class NotInItsEncoding(BaseSettings):
    """Refuses what the file next to it holds."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="ascii", extra="ignore")
    name: str = "none"


class NoFile(BaseSettings):
    port: int = 1
    host: str = "localhost"


class AllowsStrangers(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="allow")
    port: int = 1


class AllowsStrangersWithPrefix(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="allow", env_prefix="APP_")
    port: int = 1


class AliasBelowPrefix(BaseSettings):
    """In its env file, the alias is read with the prefix as well."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_prefix="APP_")
    url: str = Field("none", alias="service_url")
    port: int = 1


class ForbidsStrangers(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="forbid")
    port: int = 1
    host: str = "localhost"


class ForbidsStrangersWithPrefix(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="forbid", env_prefix="APP_")
    port: int = 1
    host: str = "localhost"


class IgnoresStrangers(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
    port: int = 1


class OnlyExisting(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="forbid", dotenv_filtering="only_existing")
    port: int = 1


class MatchPrefix(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", extra="forbid", env_prefix="APP_", dotenv_filtering="match_prefix"
    )
    port: int = 1


class SecretsDirectory(BaseSettings):
    model_config = SettingsConfigDict(secrets_dir="secrets", env_file=".env", extra="ignore")
    token: SecretStr
    port: int = 1


class SecretsDirectories(BaseSettings):
    model_config = SettingsConfigDict(secrets_dir=["secrets", "more"], env_prefix="APP_")
    token: str = "none"
    port: int = 1


class SecretsDirectoryIsMissing(BaseSettings):
    model_config = SettingsConfigDict(secrets_dir="nowhere")
    port: int = 1


class _Db(BaseModel):
    user: str = "app"
    password: SecretStr


class NestedSecrets(BaseSettings):
    model_config = SettingsConfigDict(
        env_nested_delimiter="__",
        secrets_dir="secrets",
        secrets_nested_delimiter="__",
        env_prefix="MYAPP_",
        secrets_prefix="MYAPP_",
        extra="ignore",
    )
    db: _Db
    port: int = 1
    settings_customise_sources = chosen(
        lambda _, given: (given["init"], given["env"], NestedSecretsSettingsSource(given["secrets"]))
    )


class NestedSecretsInFolders(BaseSettings):
    model_config = SettingsConfigDict(secrets_dir="secrets", secrets_nested_subdir=True, extra="ignore")
    db: _Db
    settings_customise_sources = chosen(
        lambda _, given: (given["init"], given["env"], NestedSecretsSettingsSource(given["secrets"]))
    )


class NestedSecretsByOtherNames(BaseSettings):
    """Aliases lead into its secret files, which have another prefix than its variables."""

    class Db(BaseModel):
        user: str = "app"
        password: SecretStr = Field(SecretStr("none"), validation_alias=AliasChoices("PASSWORD", "PW"))
        limits: dict[str, int] = {}

    model_config = SettingsConfigDict(
        env_prefix="APP_",
        env_nested_delimiter="__",
        secrets_dir="secrets",
        secrets_prefix="S_",
    )
    database: Db = Field(Db(), validation_alias=AliasChoices("DATABASE", "DB"))
    cache: _Db = _Db(password=SecretStr("none"))
    settings_customise_sources = chosen(lambda _, given: (given["env"], NestedSecretsSettingsSource(given["secrets"])))


class NestedSecretsWithDashes(NestedSecretsByOtherNames):
    """Neither its aliases nor its delimiter are those of its variables."""

    model_config = SettingsConfigDict(secrets_nested_delimiter="-")


class NestedSecretsAlone(NestedSecretsByOtherNames):
    """Only files set parts of its settings."""

    model_config = SettingsConfigDict(env_nested_delimiter=None, secrets_nested_delimiter="__")


class NestedSecretsInTheirCase(BaseSettings):
    """Heeds the case of secret files alone."""

    class Db(BaseModel):
        Password: SecretStr = SecretStr("none")

    model_config = SettingsConfigDict(
        secrets_dir="secrets", secrets_case_sensitive=True, secrets_nested_delimiter="__", extra="ignore"
    )
    db: Db = Field(Db(), alias="Db")
    port: int = 1
    settings_customise_sources = chosen(lambda _, given: (given["env"], NestedSecretsSettingsSource(given["secrets"])))


class OwnInit(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")
    port: int = 1
    host: str = "localhost"

    def __init__(self, **values: Any) -> None:
        super().__init__(_env_file="own.env", **values)


class OwnInitGivesValues(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", extra="ignore")
    port: int = 1
    host: str

    def __init__(self) -> None:
        super().__init__(host="given")


class OwnInitOtherPrefix(BaseSettings):
    port: int = 1

    def __init__(self, **values: Any) -> None:
        super().__init__(_env_prefix="OWN_", **values)


class CommandLineOff(BaseSettings):
    model_config = SettingsConfigDict(cli_parse_args=False, env_file=".env", extra="ignore")
    port: int = 1
    debug: bool = False


CASES = [
    Case(TwoFiles, _SERVER, (PROCESS, ".env", ".env.local")),
    Case(FileTwoFoldersUp, _SERVER, (PROCESS, "../../.env")),
    Case(OtherEncoding, {"NAME": Texts(("caf\xe9", "th\xe9")), "PORT": INT}, (".env",), encoding="latin-1"),
    Case(NotInItsEncoding, {"NAME": Texts(("caf\xe9", "plain"))}, (".env",), encoding="latin-1"),
    Case(NoFile, _SERVER),
    Case(AllowsStrangers, {"PORT": INT, "ANYTHING": WORD}),
    Case(AllowsStrangersWithPrefix, {"APP_PORT": INT, "APP_OTHER": WORD, "PORT": INT}),
    Case(AliasBelowPrefix, {"SERVICE_URL": WORD, "APP_SERVICE_URL": WORD, "APP_PORT": INT}, (".env",)),
    Case(ForbidsStrangers, {**_SERVER, "ANYTHING": Texts(("alpha", "beta"))}),
    Case(ForbidsStrangersWithPrefix, {"APP_PORT": INT, "APP_HOST": WORD, "PORT": INT}),
    Case(IgnoresStrangers, {"PORT": INT, "ANYTHING": WORD}),
    Case(OnlyExisting, {"PORT": INT, "ANYTHING": WORD}),
    Case(MatchPrefix, {"APP_PORT": INT, "APP_OTHER": Texts(("alpha", "beta")), "OTHER": WORD}),
    Case(SecretsDirectory, _SECRET, (PROCESS, ".env", "secrets/"), _DIRECTORY),
    Case(
        SecretsDirectories,
        {f"APP_{name}": texts for name, texts in _SECRET.items()},
        (PROCESS, "secrets/", "more/"),
        {**_DIRECTORY, "more/unrelated": ""},
    ),
    Case(SecretsDirectoryIsMissing, {"PORT": INT}, (PROCESS,)),
    Case(
        NestedSecrets,
        {"MYAPP_DB__USER": WORD, "MYAPP_DB__PASSWORD": _SECRET["TOKEN"], "MYAPP_PORT": INT},
        (PROCESS, "secrets/"),
        _DIRECTORY,
    ),
    Case(NestedSecretsInFolders, {"USER": WORD, "PASSWORD": _SECRET["TOKEN"]}, ("secrets/db/",), _DIRECTORY),
    Case(
        NestedSecretsByOtherNames,
        {
            "DATABASE__USER": WORD,
            "DB__PW": _SECRET["TOKEN"],
            "DATABASE__PASSWORD": _SECRET["TOKEN"],
            "DATABASE__LIMITS": Texts(('{"cpu": 1}', "{}"), ("x", '{"cpu": "x"}')),
            "DATABASE__LIMITS__RAM": INT,
            "S_CACHE__USER": WORD,
            "APP_CACHE__USER": WORD,
        },
        (PROCESS, "secrets/"),
        _DIRECTORY,
    ),
    Case(
        NestedSecretsWithDashes,
        {
            "DATABASE-USER": WORD,
            "DB-PW": _SECRET["TOKEN"],
            "DATABASE-LIMITS": Texts(('{"cpu": 1}', "{}"), ("x", '{"cpu": "x"}')),
            "DATABASE-LIMITS-RAM": INT,
            "S_CACHE-USER": WORD,
        },
        ("secrets/",),
        _DIRECTORY,
    ),
    Case(
        NestedSecretsAlone,
        {
            "DATABASE__USER": WORD,
            "DATABASE__LIMITS": Texts(('{"cpu": 1}', "{}"), ("x", '{"cpu": "x"}')),
            "S_CACHE__USER": WORD,
        },
        ("secrets/",),
        _DIRECTORY,
    ),
    Case(
        NestedSecretsInTheirCase,
        {"Db__Password": _SECRET["TOKEN"], "port": INT},
        (PROCESS, "secrets/"),
        _DIRECTORY,
    ),
    Case(OwnInit, _SERVER, (PROCESS, "own.env", ".env"), in_place=["own.env"]),
    Case(OwnInitGivesValues, _SERVER),
    Case(OwnInitOtherPrefix, {"OWN_PORT": INT, "PORT": INT}, (PROCESS,), exception="passes `_env_prefix` itself"),
    Case(CommandLineOff, {"PORT": INT, "DEBUG": BOOL}),
]
