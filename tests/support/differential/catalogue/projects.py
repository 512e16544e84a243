"""Settings classes in the shapes that open-source projects give them, rather than those that manuals show."""

import os
import tomllib
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AliasChoices,
    AnyHttpUrl,
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    PostgresDsn,
    SecretStr,
    ValidationInfo,
    computed_field,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from support.differential.case import BOOL, FLOAT, INT, PROCESS, WORD, Case, Texts
from support.differential.catalogue.chosen import Source, Sources, chosen

_LIST = Texts(("a,b", "c"), ())
_URL = Texts(("postgresql://u:pw@h/d", "postgresql://u:other@h/d"), ("h/d", "mysql://h/d", ""))
_ADDRESS = Texts(("http://a.example", "https://b.example/x"), ("a.example", ""))


def _listed(value: Any) -> list[str] | str:
    if isinstance(value, str) and not value.startswith("["):
        return [each.strip() for each in value.split(",") if each.strip()]
    return value  # type: ignore[no-any-return]


class WebTemplate(BaseSettings):
    """A template of web apps: an env file beside the folder, secrets that must change, a URL made of parts."""

    model_config = SettingsConfigDict(env_file="../.env", env_ignore_empty=True, extra="ignore")
    ENVIRONMENT: Literal["local", "staging", "production"] = "local"
    ORIGINS: Annotated[list[AnyUrl] | str, BeforeValidator(_listed)] = []
    PROJECT_NAME: str
    POSTGRES_SERVER: str
    POSTGRES_PORT: int = 5432
    POSTGRES_PASSWORD: str = ""
    SENDER: str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def database_uri(self) -> PostgresDsn:
        return PostgresDsn.build(
            scheme="postgresql", username="app", password=self.POSTGRES_PASSWORD, host=self.POSTGRES_SERVER
        )

    @model_validator(mode="after")
    def _sender(self) -> "WebTemplate":
        self.SENDER = self.SENDER or self.PROJECT_NAME
        return self

    @model_validator(mode="after")
    def _no_default_secrets(self) -> "WebTemplate":
        if self.POSTGRES_PASSWORD == "changethis" and self.ENVIRONMENT != "local":
            message = "POSTGRES_PASSWORD is still the one of the template"
            raise ValueError(message)
        return self


class _Commas(EnvSettingsSource):
    def prepare_field_value(self, field_name: str, field: FieldInfo, value: Any, value_is_complex: bool) -> Any:
        if getattr(field.annotation, "__origin__", None) is list and isinstance(value, str):
            return value.split(",")
        return super().prepare_field_value(field_name, field, value, value_is_complex)


class FlowBuilder(BaseSettings):
    """A builder of flows: lists with commas, a validator that changes the environment, one that looks at others."""

    model_config = SettingsConfigDict(env_prefix="FLOW_", extra="ignore", validate_assignment=True)
    config_dir: str = "/tmp/flow"
    database_url: str | None = None
    user_agent: str = "flow"
    components: list[str] = []
    pragmas: dict[str, Any] | None = {"journal_mode": "WAL"}

    @field_validator("user_agent")
    @classmethod
    def _announce(cls, value: str) -> str:
        os.environ["FLOW_SEEN"] = value
        return value

    @field_validator("database_url", mode="before")
    @classmethod
    def _default_url(cls, value: Any, info: ValidationInfo) -> Any:
        if value and "://" not in value:
            message = "Invalid database_url"
            raise ValueError(message)
        return value or f"sqlite:///{info.data['config_dir']}/flow.db"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: Source,
        env_settings: Source,
        dotenv_settings: Source,
        file_secret_settings: Source,
    ) -> Sources:
        return (_Commas(settings_cls),)


class _OldPrefixToo(EnvSettingsSource):
    """Takes variables with the prefix that the project had before as well."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        for prefix in ("tool_", "tool_server_"):
            self.env_prefix = prefix
            value, key, is_complex = super().get_field_value(field, field_name)
            if value is not None:
                return value, key, is_complex
        return None, field_name, False


class ToolServer(BaseSettings):
    """A server that was renamed: it still reads variables with its old prefix, of which nobody outside can know."""

    model_config = SettingsConfigDict(env_prefix="TOOL_", env_file=".env", extra="ignore")
    port: int = 8000
    debug: bool = False

    settings_customise_sources = chosen(lambda cls, given: (given["init"], _OldPrefixToo(cls), given["dotenv"]))


class LocalWins(BaseSettings):
    """Its env file wins over the environment, written with keyword arguments alone."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8")
    github_token: str | None = None
    ttl: int = 3600

    @classmethod
    def settings_customise_sources(cls, settings_cls: type[BaseSettings], **given: Source) -> Sources:  # type: ignore[override]
        return given["dotenv_settings"], given["env_settings"]


def _toml_values(path: str) -> dict[str, Any]:
    file = Path(path)
    return tomllib.loads(file.read_text()) if file.exists() else {}


class CareerPlanner(BaseSettings):
    """Its last source is a function, which is no source by its class."""

    model_config = SettingsConfigDict(env_prefix="PLAN_", env_nested_delimiter="__", env_file=".env", extra="ignore")

    class Llm(BaseModel):
        model: str = "small"
        temperature: float = 0.5

    environment: str = "development"
    llm: Llm = Llm()
    settings_customise_sources = chosen(
        lambda _, given: (
            given["init"],
            given["env"],
            given["dotenv"],
            cast("Source", lambda: _toml_values("plan.toml")),
        )
    )


class _ByStage(PydanticBaseSettingsSource):
    """Reads a file for all stages, and one for the stage that the environment names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        return {**_toml_values("base.toml"), **_toml_values(f"{os.getenv('STAGE', 'dev')}.toml")}


class Staged(BaseSettings):
    stage: str = Field("dev", validation_alias="STAGE")
    port: int = 1
    host: str = "localhost"
    settings_customise_sources = chosen(lambda cls, given: (given["init"], given["env"], _ByStage(cls)))


class _Mode(Enum):
    DEV = "dev"
    OIDC = "oidc"


class Notes(BaseSettings):
    """Words in enumerations, and lists as defaults."""

    model_config = SettingsConfigDict(env_prefix="NOTES_", env_file=".env", extra="ignore")
    auth_mode: _Mode = _Mode.DEV
    jwks_url: str = ""
    origins: list[str] = ["http://localhost:3000"]
    fee: PositiveFloat = 0.5

    @model_validator(mode="after")
    def _oidc(self) -> "Notes":
        if self.auth_mode is _Mode.OIDC and not self.jwks_url:
            message = "NOTES_JWKS_URL is required with NOTES_AUTH_MODE=oidc"
            raise ValueError(message)
        return self


class _AgentConfig(BaseSettings):
    """What all agents have in common."""

    model_config = SettingsConfigDict(env_file="agents.env", extra="ignore", populate_by_name=True)
    provider: str = "local"
    timeout: float = Field(60, gt=0)


class ChatAgent(_AgentConfig):
    model_config = SettingsConfigDict(env_prefix="CHAT_")
    timeout: float = Field(30, gt=0, validation_alias="MODEL_TIMEOUT")


class Gateway(BaseSettings):
    """A gateway of models: routes as a dict of models, each with one of several providers."""

    class Route(BaseModel):
        model_config = ConfigDict(extra="forbid")
        provider: Literal["local", "remote"]
        limit: int = Field(10, ge=1)

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", env_nested_delimiter="__", extra="ignore")
    routes: dict[str, Route] = {}
    default_limit: int = Field(10, ge=1, validation_alias=AliasChoices("GATEWAY_DEFAULT_LIMIT", "GATEWAY_LIMIT"))


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


_DATABASE = {"DATA_URL": _URL, "DATA_HOST": WORD, "DATA_NAME": WORD}

CASES = [
    Case(
        WebTemplate,
        {
            "PROJECT_NAME": WORD,
            "POSTGRES_SERVER": Texts(("db.example", "localhost")),
            "POSTGRES_PORT": INT,
            "POSTGRES_PASSWORD": Texts(("changethis", "changed")),
            "ENVIRONMENT": Texts(("local", "production"), ("prod", "")),
            "ORIGINS": Texts(("http://a.example,http://b.example", '["http://c.example"]'), ()),
        },
        (PROCESS, "../.env"),
        in_place=["../.env"],
    ),
    Case(
        FlowBuilder,
        {
            "FLOW_DATABASE_URL": Texts(("sqlite:///x", "postgresql://u:pw@h/d"), ("x",)),
            "FLOW_COMPONENTS": _LIST,
            "FLOW_USER_AGENT": WORD,
        },
        (PROCESS,),
    ),
    Case(ToolServer, {"TOOL_PORT": INT, "TOOL_DEBUG": BOOL}),
    Case(LocalWins, {"GITHUB_TOKEN": Texts(("first-aaaa", "second-bbbb")), "TTL": INT}),
    Case(
        CareerPlanner,
        {"PLAN_ENVIRONMENT": WORD, "PLAN_LLM__TEMPERATURE": FLOAT, "PLAN_LLM__MODEL": WORD},
        varied={
            "plan.toml": (
                'environment = "file"\n',
                '[llm]\nmodel = "big"\n',
                '[llm]\ntemperature = "x"\n',
                "[",
                None,
            )
        },
        unseen=["plan.toml"],
    ),
    Case(
        Staged,
        {"STAGE": Texts(("dev", "prod")), "PORT": INT},
        (PROCESS,),
        varied={"base.toml": ("port = 2\n", "host = [\n", None), "prod.toml": ("port = 3\n", 'port = "x"\n', None)},
        unseen=["base.toml", "prod.toml", "STAGE"],
    ),
    Case(
        Notes,
        {
            "NOTES_AUTH_MODE": Texts(("dev", "oidc"), ("DEV", "")),
            "NOTES_JWKS_URL": WORD,
            "NOTES_ORIGINS": Texts(('["a"]', "[]"), ("a",)),
            "NOTES_FEE": Texts(("1", "0.25"), ("0", "x")),
        },
    ),
    Case(ChatAgent, {"CHAT_PROVIDER": WORD, "MODEL_TIMEOUT": FLOAT, "CHAT_TIMEOUT": FLOAT}, (PROCESS, "agents.env")),
    Case(
        Gateway,
        {
            "GATEWAY_ROUTES__A__PROVIDER": Texts(("local", "remote"), ("lokal",)),
            "GATEWAY_ROUTES__A__LIMIT": Texts(("1", "5"), ("0", "x")),
            "GATEWAY_ROUTES": Texts(('{"b": {"provider": "local"}}', "{}"), ("x", '{"b": {}}')),
            "GATEWAY_LIMIT": Texts(("1", "5"), ("0", "x")),
        },
        (PROCESS,),
    ),
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
]
