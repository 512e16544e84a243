"""What the shop reads from its environment: a prefix, models inside, two env files."""

from enum import StrEnum
from typing import Literal, Self

from pydantic import BaseModel, Field, HttpUrl, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class LogLevel(StrEnum):
    """How much is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"


class DatabaseSettings(BaseModel):
    """Where orders are kept."""

    url: str = Field(description="SQLAlchemy's URL of the database", pattern=r"^(postgresql|sqlite)://")
    pool_min: int = Field(1, ge=0)
    pool_max: int = Field(10, ge=1, le=100)

    @model_validator(mode="after")
    def _pool_has_a_range(self) -> Self:
        if self.pool_min > self.pool_max:
            message = "pool_min must not exceed pool_max"
            raise ValueError(message)
        return self


class PaymentSettings(BaseModel):
    """Who takes the money."""

    provider: Literal["stripe", "adyen", "none"] = "none"
    api_key: SecretStr | None = Field(None, min_length=16, description="Key of the provider's account")
    webhook_url: HttpUrl | None = None

    @model_validator(mode="after")
    def _provider_has_a_key(self) -> Self:
        if self.provider != "none" and self.api_key is None:
            message = f"{self.provider} needs an api_key"
            raise ValueError(message)
        return self


class Settings(BaseSettings):
    """Settings of the shop."""

    model_config = SettingsConfigDict(
        env_prefix="SHOP_", env_nested_delimiter="__", env_file=(".env", ".env.local"), extra="ignore", frozen=True
    )

    secret_key: str = Field(min_length=16, description="Signs the session cookies")
    debug: bool = False
    log_level: LogLevel = LogLevel.INFO
    currencies: list[str] = Field(["EUR"], description="What customers can pay in, as ISO 4217 writes it")
    shipping_days: dict[str, int] = {}
    vat_rate: float = Field(0.19, ge=0, lt=1)
    database: DatabaseSettings
    payments: PaymentSettings = PaymentSettings()

    @field_validator("currencies")
    @classmethod
    def _currencies_are_codes(cls, value: list[str]) -> list[str]:
        if not all(len(each) == 3 and each.isupper() for each in value):
            message = "each currency must have three capital letters"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _no_real_money_while_debugging(self) -> Self:
        if self.debug and self.payments.provider != "none":
            message = "debug must be off while payments.provider takes real money"
            raise ValueError(message)
        return self
