"""The settings class that the faulty files are held against: every kind of setting that apps have."""

from datetime import date, timedelta
from enum import Enum
from typing import Literal, Self

from pydantic import AliasChoices, AnyHttpUrl, BaseModel, Field, PostgresDsn, Secret, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Level(Enum):
    """An enumeration."""

    LOW = "low"
    HIGH = "high"


class Mail(BaseModel):
    """Nested settings with a secret inside."""

    host: str = "localhost"
    port: int = Field(25, ge=1)
    password: SecretStr = SecretStr("")


class Shop(BaseSettings):
    """A shop."""

    model_config = SettingsConfigDict(env_prefix="SHOP_", env_nested_delimiter="__", env_ignore_empty=True)

    name: str = Field("shop", min_length=3, max_length=12, pattern=r"^[a-z-]+$")
    port: int = Field(8000, ge=1, le=65_535)
    rate: float = Field(0.1, ge=0, le=1)
    mode: Literal["fast", "safe"] = "safe"
    level: Level = Level.LOW
    debug: bool = False
    timeout: timedelta = timedelta(seconds=5)
    opening: date = date(2026, 1, 1)
    site: AnyHttpUrl | None = None
    database_url: PostgresDsn = PostgresDsn("postgresql://localhost/shop")
    api_key: SecretStr = Field(min_length=8)
    pin: Secret[int] | None = None
    admin_password: str = Field("", max_length=64)
    hosts: list[str] = []
    limits: dict[str, int] = {}
    mail: Mail = Mail()
    cache: str = Field("memory", validation_alias=AliasChoices("SHOP_CACHE", "SHOP_CACHE_URL"))  # type: ignore[pydantic-alias]  # two names are the point
    colour: str | None = Field(None, deprecated="use `SHOP_THEME`")
    theme: str = "plain"
    pool_min: int = 1
    pool_max: int = 10
    log_format: Literal["json", "text"] = "json"
    sentry_dsn: SecretStr | None = None
    traces_sample_rate: float = 0.1
    session_secret: SecretStr = SecretStr("for-development")
    environment: str = "production"

    @model_validator(mode="after")
    def _pool_has_room(self) -> Self:
        if self.pool_min > self.pool_max:
            message = "SHOP_POOL_MIN must not exceed SHOP_POOL_MAX"
            raise ValueError(message)
        return self
