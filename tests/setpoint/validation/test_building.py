"""Settings are built from exactly the variables that are given, and in part where a part is all there is."""

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.contract.settings_class import SettingsContract
from setpoint.validation.building import build, without
from setpoint.validation.unusable import UnusableValueError, with_unusable

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
    if error is None:
        build(Watching, variables)
    else:
        with pytest.raises(error):
            build(Watching, variables)
    assert dict(os.environ) == before
    assert all(each == variables for each in seen)
    assert bool(seen) == (error is not ValidationError)


def test_two_builds_at_once_do_not_see_each_other() -> None:
    """The environment is one for the whole process."""
    ports: list[int] = []

    def build_some(port: int) -> None:
        for _ in range(20):
            settings = build(Watching, {"APP_PORT": str(port)})
            assert isinstance(settings, Watching)
            ports.append(settings.port - port)

    threads = [threading.Thread(target=build_some, args=(port,)) for port in (3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert ports == [0] * 40


def test_a_field_can_be_left_out_with_all_its_spellings() -> None:
    """Its parts go with it."""
    contract = SettingsContract.of(Watching)
    variables = {"APP_PORT": "1", "app_labels": "{}", "APP_LABELS__A": "b", "APP_LABELSX": "c", "OTHER": "d"}
    assert without(contract, variables, ["labels"]) == {"APP_PORT": "1", "APP_LABELSX": "c", "OTHER": "d"}
    assert without(contract, variables, []) == variables


def test_an_unusable_value_cannot_be_looked_at() -> None:
    """A validator that does would say something about a value that is not there."""
    settings = build(with_unusable(Watching, ["labels"]), {})
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
