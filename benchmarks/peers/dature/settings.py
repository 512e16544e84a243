"""The contract for dature: the dataclass that the app loads."""

from dataclasses import dataclass
from typing import Annotated, Literal

from dature import V
from dature.fields.secret_str import SecretStr


def _is_a_url(dsn: SecretStr | None) -> bool:
    return dsn is None or dsn.get_secret_value().startswith("https://")


@dataclass
class Settings:
    """Five settings of a small service."""

    sentry_dsn: Annotated[SecretStr | None, V.check(_is_a_url, error_message="not a URL")] = None
    sentry_traces_sample_rate: Annotated[float, (V >= 0) & (V <= 1)] = 0.1
    sentry_environment: Annotated[str, (V.len() >= 1) & (V.len() <= 64)] = "production"
    log_format: Literal["json", "text"] = "json"
    port: Annotated[int, (V >= 1) & (V <= 65_535)] = 8000

    def __post_init__(self) -> None:
        """Hold the settings against each other."""
        if self.sentry_environment == "production" and self.sentry_dsn is None:
            message = "production needs SENTRY_DSN"
            raise ValueError(message)
        if self.sentry_environment == "production" and self.log_format == "text":
            message = "LOG_FORMAT has to be json in production"
            raise ValueError(message)
