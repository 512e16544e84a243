"""The settings, built when the module is imported, as most FastAPI projects have them."""

from typing import Annotated, Any, Literal, Self

from pydantic import AliasChoices, BeforeValidator, Field, PostgresDsn, SecretStr, computed_field, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def parse_cors(value: Any) -> Any:
    """Split what is written with commas, which is easier to write than JSON."""
    return [each.strip() for each in value.split(",")] if isinstance(value, str) else value


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore")

    PROJECT_NAME: str = "Tickets"
    ENVIRONMENT: Literal["local", "staging", "production"] = "local"
    API_V1_STR: str = "/api/v1"
    # It was called SECRET_KEY up to 0.6.
    jwt_secret: SecretStr = Field(
        min_length=12, validation_alias=AliasChoices("JWT_SECRET", "SECRET_KEY"), description="Signs access tokens"
    )
    ACCESS_TOKEN_EXPIRE_MINUTES: int = Field(60 * 24 * 8, gt=0)
    BACKEND_CORS_ORIGINS: Annotated[list[str], NoDecode, BeforeValidator(parse_cors)] = []
    SENTRY_SAMPLE_RATES: dict[str, float] = {}
    FIRST_SUPERUSER: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    FIRST_SUPERUSER_PASSWORD: str

    POSTGRES_SERVER: str
    POSTGRES_PORT: int = Field(5432, ge=1, le=65535)
    POSTGRES_USER: str
    POSTGRES_PASSWORD: str = ""
    POSTGRES_DB: str = ""

    SMTP_TLS: bool = True
    SMTP_SSL: bool = False
    SMTP_HOST: str | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def SQLALCHEMY_DATABASE_URI(self) -> PostgresDsn:  # noqa: N802
        return PostgresDsn.build(
            scheme="postgresql+psycopg",
            username=self.POSTGRES_USER,
            password=self.POSTGRES_PASSWORD,
            host=self.POSTGRES_SERVER,
            port=self.POSTGRES_PORT,
            path=self.POSTGRES_DB,
        )

    @model_validator(mode="after")
    def _mail_goes_one_way(self) -> Self:
        if self.SMTP_TLS and self.SMTP_SSL:
            raise ValueError("SMTP_TLS and SMTP_SSL exclude each other")
        return self

    @model_validator(mode="after")
    def _enforce_non_default_secrets(self) -> Self:
        if self.ENVIRONMENT != "local" and self.FIRST_SUPERUSER_PASSWORD == "letmein":
            raise ValueError(f"FIRST_SUPERUSER_PASSWORD must not be {self.FIRST_SUPERUSER_PASSWORD!r} when deployed")
        return self


settings = Settings()
