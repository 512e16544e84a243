"""A settings class is built from exactly what it is given, by its own sources, and what they do is recorded."""

import os
import threading
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.sources.entry import entries_of_environment
from setpoint.validation.class_sources import build
from setpoint.validation.every_fault import validate_each
from setpoint.validation.record import Given
from setpoint.validation.unusable import UnusableValueError

seen: list[dict[str, str]] = []


class Watching(BaseSettings):
    """It looks at the environment while it is validated."""

    model_config = SettingsConfigDict(env_prefix="APP_", env_nested_delimiter="__")

    port: int = 1
    labels: dict[str, str] = {}
    token: SecretStr = SecretStr("")

    @field_validator("port")
    @classmethod
    def _look_around(cls, port: int) -> int:
        seen.append(dict(os.environ))
        if port == 2:
            raise SystemExit
        return port


def _given(variables: dict[str, str], *, is_public: bool = True) -> Given:
    return Given(tuple(entries_of_environment(variables)), is_public=is_public)


def test_the_private_parts_that_are_replaced_are_there() -> None:
    """They are of pydantic-settings 2.16; a version without them has to be looked at before it is allowed."""
    assert tuple(map(int, version("pydantic-settings").split(".")[:2])) >= (2, 16)
    record = build(Watching, _given({"APP_PORT": "3"}))
    (made,) = record.builds
    assert [source.name for source in made.sources] == [
        "InitSettingsSource",
        "EnvSettingsSource",
        "DotEnvSettingsSource",
        "SecretsSettingsSource",
    ]
    assert made.sources[1].values == made.values == {"port": "3"}


@pytest.mark.parametrize("others", [0, 3_000])
@pytest.mark.parametrize(
    ("variables", "error"),
    [({"APP_PORT": "3"}, None), ({"APP_PORT": "x"}, ValidationError), ({"APP_PORT": "2"}, SystemExit)],
)
def test_the_process_environment_is_back_whatever_happens(
    variables: dict[str, str], error: type[BaseException] | None, others: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of the process goes on with it; while it is built, a class sees just what it is given, few or many."""
    monkeypatch.setenv("OUTSIDE", "1")
    before = dict(os.environ)
    seen.clear()
    variables = variables | {f"OTHER_{number}": "x" for number in range(others)}
    assert type(build(Watching, _given(variables)).error) is (error or type(None))
    assert dict(os.environ) == before
    assert all(each == variables for each in seen)
    assert bool(seen) == (error is not ValidationError)


def test_without_app_codes_own_the_environment_stays_as_it_is() -> None:
    """A server checks against exported contracts in many greenlets at once."""
    seen.clear()
    assert build(Watching, _given({"APP_PORT": "3"}, is_public=False)).settings.port == 3
    assert seen == [dict(os.environ)]


def test_two_builds_at_once_do_not_see_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does what the app builds meanwhile."""
    monkeypatch.setenv("APP_PORT", "5")
    ports: list[int] = []

    def build_some(port: int) -> None:
        for _ in range(20):
            ports.append(build(Watching, _given({"APP_PORT": str(port)}, is_public=False)).settings.port - port)
            ports.append(Watching().port - 5)

    threads = [threading.Thread(target=build_some, args=(port,)) for port in (3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert ports == [0] * 80


def test_an_unusable_value_cannot_be_looked_at() -> None:
    """A validator that does would say something about a value that is not there."""
    settings = validate_each(Watching, {"labels": {"a": "b"}}, frozenset({"labels"}))
    assert isinstance(settings, Watching)
    value: Any = settings.labels
    looks: list[Callable[[], object]] = [
        *(lambda look=look: look(value) for look in (bool, str, len, iter, repr, hash)),
        lambda: value == 1,
        lambda: value["a"],
        lambda: value.upper,
    ]
    for look in looks:
        with pytest.raises(UnusableValueError):
            look()
