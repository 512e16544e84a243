"""The settings of the sample app, in two releases: the newer one has a check that no schema can carry."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings


class Release217(BaseSettings):
    """What the app was configured with until release 2.17."""

    database_password: SecretStr
    """For the database of invoices."""

    pool_min: int = Field(2, ge=1, le=500)
    """How many connections are kept open."""

    pool_max: int = Field(10, ge=1, le=500)
    """How many connections there are at most."""

    log_format: Literal["json", "text"] = "text"
    """How log lines are written."""


class Settings(Release217):
    """What it is configured with now."""

    @model_validator(mode="after")
    def keep_order(self) -> Self:
        """Refuse a pool that is to keep more connections than it may have."""
        if self.pool_min > self.pool_max:
            message = "POOL_MIN must not exceed POOL_MAX"
            raise ValueError(message)
        return self
