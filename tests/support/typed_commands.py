"""An app whose configuration the service keeps, and commands as tests type them."""

from collections.abc import Callable

Setpoint = Callable[..., tuple[int, str, str]]
"""Types a command; returns exit status, standard output and standard error."""

SETTINGS = """
from typing import Annotated
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings


class Billing(BaseSettings):
    port: int = 8000
    pool_min: Annotated[int, Field(ge=1)] = 1
    pool_max: Annotated[int, Field(le=100)] = 10
    ratio: float = 0.5
    motto: str = ""
    api_key: SecretStr

    @model_validator(mode="after")
    def _pool(self):
        if self.pool_min > self.pool_max:
            raise ValueError("POOL_MIN must not exceed POOL_MAX")
        return self
"""
GOOD = "PORT=80\nAPI_KEY=kXwvQzmWncRt\n"
