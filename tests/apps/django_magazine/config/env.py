"""What the magazine reads from its environment, its case included; some secrets lie in files of their own."""

from enum import Enum
from typing import Self
from zoneinfo import available_timezones

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Engine(Enum):
    POSTGRESQL = "django.db.backends.postgresql"
    SQLITE = "django.db.backends.sqlite3"


class Environment(BaseSettings):
    model_config = SettingsConfigDict(
        case_sensitive=True, env_file=".env", env_file_encoding="utf-8", secrets_dir="secrets", extra="ignore"
    )

    DJANGO_SECRET_KEY: SecretStr = Field(min_length=16)
    DJANGO_DEBUG: bool = False
    DJANGO_ALLOWED_HOSTS: list[str] = Field([], description="Names under which the magazine is read, as JSON")
    DJANGO_ADMINS: list[tuple[str, str]] = []
    DJANGO_TIME_ZONE: str = "Europe/Vienna"
    DB_ENGINE: Engine = Engine.SQLITE
    DB_NAME: str = Field(description="Name of the database, or path of the file")
    DB_PASSWORD: SecretStr | None = None
    CONN_MAX_AGE: int = Field(60, ge=0, le=3600)
    EMAIL_PASSWORD: SecretStr | None = Field(None, description="Most often from a file below `secrets`")
    EMAIL_USE_TLS: bool = False
    EMAIL_USE_SSL: bool = False

    @field_validator("DJANGO_TIME_ZONE")
    @classmethod
    def _time_zone_exists(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("must be a time zone such as Europe/Vienna")
        return value

    @field_validator("DB_PASSWORD")
    @classmethod
    def _password_is_strong(cls, value: SecretStr | None) -> SecretStr | None:
        # A validator as people write them: its words hold the very value.
        if value is not None and "-" not in value.get_secret_value():
            raise ValueError(f"{value.get_secret_value()} holds no hyphen")
        return value

    @model_validator(mode="after")
    def _one_way_to_encrypt(self) -> Self:
        if self.EMAIL_USE_TLS and self.EMAIL_USE_SSL:
            raise ValueError("EMAIL_USE_TLS and EMAIL_USE_SSL exclude each other")
        return self

    @model_validator(mode="after")
    def _hosts_are_named(self) -> Self:
        if not self.DJANGO_DEBUG and not self.DJANGO_ALLOWED_HOSTS:
            raise ValueError("DJANGO_ALLOWED_HOSTS must name a host unless DJANGO_DEBUG is on")
        return self
