"""The settings of this service: declarations only."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

import setpoint
from config.proxy_types import PROXIES, TrustedProxies
from config.sentry_types import EnvironmentName, ReleaseName, SampleRate, SentryDsn
from config.sign_in_types import (
    CLIENT_ID,
    CLIENT_SECRET,
    ISSUER,
    PUBLIC_URL,
    SCOPES,
    ClientId,
    ClientSecret,
    IssuerUrl,
    PublicUrl,
    Scopes,
)
from config.storage_types import DATABASE, KEYS, DatabaseUrl, EncryptionKeys
from setpoint.contract.guidance import Guidance, NamesEnvFile

_BACKEND = Path(__file__).resolve().parents[1]
_HOST = r"^(?:\w(?:[\w.-]*\w)?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*)$"
"""A host name, an IPv4 address, or what has the characters of an IPv6 address: no port and no scheme."""


class Settings(BaseSettings):
    """What this service reads from its environment when it starts."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, use_attribute_docstrings=True)

    encryption_keys: Annotated[EncryptionKeys, KEYS]
    """Keys that encrypt what is stored. The first one encrypts; the others still decrypt what they have encrypted."""

    database_url: Annotated[DatabaseUrl, DATABASE] = DatabaseUrl("sqlite:///var/setpoint.db")
    """Where configuration is stored: a SQLite file for one machine, or a PostgreSQL database for any number of them."""

    sentry_dsn: Annotated[
        SentryDsn | None,
        Guidance(
            expected="`https://<public key>@<host>/<project id>`",
            unset="error tracking stays off while `SENTRY_DSN` is unset",
            invalid="errors would reach nobody",
            obtain="Sentry, Settings, Projects, your project, Client Keys (DSN)",
            example="https://<public-key>@<host>/<project-id>",
        ),
    ] = None
    """Where errors and traces are sent. Unset: nothing is sent, and the SDK is not even imported."""

    sentry_traces_sample_rate: SampleRate = 0.1
    """Share of requests that are traced, from 0 (none) to 1 (all)."""

    sentry_environment: EnvironmentName = "production"
    """The environment under which Sentry files what it receives."""

    sentry_release: ReleaseName = f"setpoint@{setpoint.__version__}"
    """The release under which Sentry files what it receives."""

    log_format: Literal["json", "text"] = "json"
    """One JSON object per line for machines, or text for people."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    """The least severe log lines that are written."""

    exception_text: Literal["masked", "withheld"] = "masked"
    """What logs and Sentry show of an exception besides type and place: its text with secrets masked, or nothing."""

    host: Annotated[
        str, Field(pattern=_HOST), Guidance(expected="a host name or an address", example="0.0.0.0")  # noqa: S104 - an example for containers
    ] = "127.0.0.1"
    """The address to listen on; `0.0.0.0` in a container."""

    port: Annotated[int, Field(ge=1, le=65_535)] = 8000
    """The port to listen on."""

    web_concurrency: Annotated[int, Field(ge=1, le=1_000)] = 2
    """Number of worker processes."""

    max_streams: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    """Event streams that one worker holds open at once; more are answered with 503."""

    stream_max_age: Annotated[int, Field(ge=1, le=86_400)] = 1_800
    """Seconds after which a stream is ended, give or take a tenth, so that its client reconnects."""

    app_revisions_per_hour: Annotated[int, Field(ge=1, le=1_000_000)] = 1_000
    """Revisions that one app may make within an hour; more are answered with 429, unless the app has its own limit."""

    app_bytes_per_hour: Annotated[int, Field(ge=1, le=1_000_000_000_000)] = 268_435_456
    """Bytes of variables and schemas that one app may store within an hour; more are answered with 429."""

    app_streams: Annotated[int, Field(ge=1, le=1_000_000)] = 2_000
    """Event streams that one app may have open at once, over all workers; more are answered with 429."""

    webhooks_allow_private: bool = False
    """Whether webhooks may go to private addresses, and over `http`; otherwise only to public ones, over `https`."""

    trusted_proxies: Annotated[TrustedProxies | None, PROXIES] = None
    """Proxies in front of the service, whose `X-Forwarded-For` says where a request comes from; others are ignored."""

    public_url: Annotated[PublicUrl | None, PUBLIC_URL] = None
    """Where browsers find the service; needed by sign-in with OpenID Connect."""

    oidc_issuer: Annotated[IssuerUrl | None, ISSUER] = None
    """The identity provider with which people sign in to the pages, in addition to sign-in with a token."""

    oidc_client_id: Annotated[ClientId | None, CLIENT_ID] = None
    """The identity provider's name for this service."""

    oidc_client_secret: Annotated[ClientSecret | None, CLIENT_SECRET] = None
    """The secret that identifies this service to the identity provider."""

    oidc_scopes: Annotated[Scopes, SCOPES] = "openid profile email"
    """What the identity provider is asked for about people; some return groups only if `groups` is included."""

    max_check_bytes: Annotated[int, Field(ge=1, le=16_777_216)] = 1_048_576
    """The largest env file that `POST /v1/checks` takes, in bytes."""

    env_file: Annotated[Path | None, NamesEnvFile(default=str(_BACKEND / ".env"))] = None
    """Path of the env file, set only in the process environment. Unset: `.env` next to run.py, if there is one."""

    @model_validator(mode="after")
    def _sign_in_is_whole(self) -> Self:
        needed = ("oidc_issuer", "oidc_client_id", "oidc_client_secret", "public_url")
        missing = [f"`{name.upper()}`" for name in needed if getattr(self, name) is None]
        if missing and any(getattr(self, name) is not None for name in needed if name.startswith("oidc_")):
            message = f"sign-in with OpenID Connect also needs {' and '.join(missing)}"
            raise ValueError(message)
        return self
