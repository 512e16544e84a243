"""The settings classes of an online shop, which all the projects here deploy."""

from typing import Literal

from pydantic import Field, HttpUrl, PostgresDsn, SecretStr
from pydantic_settings import BaseSettings


class Web(BaseSettings):
    """What answers requests."""

    database_url: PostgresDsn
    session_secret: SecretStr = Field(min_length=16)
    port: int = Field(8000, ge=1, le=65_535)
    debug: bool = False
    public_url: HttpUrl | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING"] = "INFO"
    release: str = "unknown"


class Worker(BaseSettings):
    """What sends mail in the background."""

    database_url: PostgresDsn
    redis_url: str
    smtp_host: str = "localhost"
    smtp_password: SecretStr | None = None
    concurrency: int = Field(2, ge=1, le=64)
    log_level: Literal["DEBUG", "INFO", "WARNING"] = "INFO"
