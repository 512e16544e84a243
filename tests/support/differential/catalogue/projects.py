"""Settings classes in the shapes that open-source projects give them, rather than those that manuals show."""

import os
import tomllib
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from pydantic import (
    AliasChoices,
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    PostgresDsn,
    ValidationInfo,
    computed_field,
    field_validator,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from support.differential.case import BOOL, FLOAT, INT, PROCESS, WORD, Case, Texts
from support.differential.catalogue.chosen import Source, Sources, chosen

_LIST = Texts(("a,b", "c"), ())


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
]
