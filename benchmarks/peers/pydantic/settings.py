"""The contract for Setpoint and for envdrift: the settings class of the app."""

from typing import Annotated, Literal, Self

from pydantic import Field, HttpUrl, SecretStr, TypeAdapter, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

URL = TypeAdapter(HttpUrl)


class Settings(BaseSettings):
    """Five settings of a small service."""

    model_config = SettingsConfigDict(env_file=".env")

    # The mark is how envdrift tells a secret; Setpoint knows the type.
    sentry_dsn: Annotated[SecretStr | None, Field(json_schema_extra={"sensitive": True})] = None
    sentry_traces_sample_rate: Annotated[float, Field(ge=0, le=1)] = 0.1
    sentry_environment: Annotated[str, Field(min_length=1, max_length=64)] = "production"
    log_format: Literal["json", "text"] = "json"
    port: Annotated[int, Field(ge=1, le=65_535)] = 8000

    @field_validator("sentry_dsn")
    @classmethod
    def _dsn_is_a_url(cls, dsn: SecretStr | None) -> SecretStr | None:
        if dsn is not None:
            URL.validate_python(dsn.get_secret_value())
        return dsn

    @model_validator(mode="after")
    def _production_is_observed(self) -> Self:
        if self.sentry_environment == "production" and self.sentry_dsn is None:
            message = "production needs SENTRY_DSN"
            raise ValueError(message)
        if self.sentry_environment == "production" and self.log_format == "text":
            message = "LOG_FORMAT has to be json in production"
            raise ValueError(message)
        return self
