"""How apps use the public API, for mypy to judge: every `type: ignore` here is a mistake that it has to find."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Annotated, assert_type

from pydantic import SecretStr, field_validator

import setpoint
from setpoint import (
    FileVariables,
    Guidance,
    InvalidRuleError,
    NamesEnvFile,
    PublicValueError,
    Severity,
    Violation,
    load,
    rule,
)
from setpoint.client import Following, follow
from setpoint.testing import Diagnostic, Location, TemporaryEnvironment


class Settings(FileVariables):
    """Settings of an app."""

    env_file: Annotated[str, NamesEnvFile(default=".env")] = ""
    token: Annotated[SecretStr, Guidance(expected="24 characters", example="<token>")] = SecretStr("")

    @field_validator("token")
    @classmethod
    def _is_long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) == 1:
            message = "is too short"
            raise PublicValueError(message)
        return value


@rule(code="APP001", name="no-token", severity=Severity.WARNING)
def no_token(settings: Settings) -> Iterator[Violation]:
    """The app can't reach the bank.

    Why it matters: nothing is paid.
    """
    if not settings.token.get_secret_value():
        yield Violation("there is no token", setting="token")


def start() -> Settings:
    """Load the settings as an app does."""
    settings = load(Settings)
    assert_type(settings, Settings)
    assert_type(setpoint.__version__, str)
    load(str)  # type: ignore[type-var]
    Guidance(expected=24)  # type: ignore[arg-type]
    return settings


def refuse(error: InvalidRuleError) -> str:
    """Show what is wrong with a rule."""
    return str(error)


def apply(settings: Settings) -> None:
    """Take what is new."""
    assert_type(settings.token, SecretStr)


def follow_the_service() -> str:
    """Follow an environment as an app does that reloads in process."""
    with follow(Settings, app="billing", environment="production", apply=apply, max_age=timedelta(days=1)) as following:
        assert_type(following, Following[Settings])
        assert_type(following.settings, Settings)
        assert_type(following.revision, int)
        follow(Settings, "billing", "production")  # type: ignore[call-arg]
        follow(str, app="billing", environment="production")  # type: ignore[type-var]
        following.settings = Settings()  # type: ignore[misc]
        return following.settings.env_file


def use_in_a_test() -> None:
    """Check a class as a test does."""
    with TemporaryEnvironment({"TOKEN": "x"}) as environment:
        assert_type(environment, TemporaryEnvironment)
        assert_type(environment.write("a.env", "TOKEN=x"), Path)
        found = environment.check(Settings, "a.env", loader="docker")
        assert_type(found, tuple[Diagnostic, ...])
        assert_type(found[0].location, Location | None)
        environment.check(Settings())  # type: ignore[arg-type]
    TemporaryEnvironment({"PORT": 80})  # type: ignore[dict-item]
