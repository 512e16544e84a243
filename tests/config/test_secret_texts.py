"""Which texts are secret is said by the settings class; they are known as written and as decoded."""

import base64
import os
from typing import Annotated, Any

import pytest
from pydantic import Base64Str, BaseModel, Field, Secret, SecretBytes, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.secret_texts import secret_texts
from support.keyed_settings import KEYS, Settings

ENCODED = base64.b64encode(b"decoded-secret").decode()


class Pool(BaseModel):
    """A part of the settings."""

    password: SecretStr = SecretStr("")
    name: str = "an innocent name"


class Example(BaseSettings):
    """Settings with every kind of secret."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    token: SecretStr | None = None
    raw: SecretBytes | None = None
    number: Secret[int] | None = None
    encoded: Secret[Base64Str] | None = None
    keys: dict[str, SecretStr] | None = None
    list_of_them: Annotated[list[SecretStr], Field(default_factory=list)]
    pool: Pool = Pool()
    database_url: str = "sqlite://"
    name: str = "another innocent name"


@pytest.mark.parametrize(
    ("variables", "texts"),
    [
        ({"TOKEN": "a-long-token"}, {"a-long-token"}),
        ({"RAW": "bytes-of-a-key"}, {"bytes-of-a-key"}),
        ({"NUMBER": "12345678"}, {"12345678"}),
        ({"ENCODED": ENCODED}, {ENCODED, "decoded-secret"}),
        ({"KEYS": '{"a": "p\\u00e4ss"}'}, {'{"a": "p\\u00e4ss"}', "päss"}),
        ({"LIST_OF_THEM": '["one-secret"]'}, {"one-secret"}),
        ({"POOL__PASSWORD": "nested-secret"}, {"nested-secret"}),
        ({"TOKEN": "db://user:p%40ss@host/x"}, {"db://user:p%40ss@host/x", "p%40ss", "p@ss"}),
        ({"TOKEN": "https://public-key@host/1"}, {"https://public-key@host/1", "public-key"}),
        ({"TOKEN": "http://[broken-url"}, {"http://[broken-url"}),
        ({"DATABASE_URL": "db://user:the-password@host/x"}, {"the-password"}),
    ],
)
def test_secrets_and_their_credentials_are_known(
    variables: dict[str, str], texts: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As they are written in the environment, and as the class made them."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    make: Any = Example
    found = secret_texts(make())
    assert texts <= found
    assert not {text for text in found if "innocent" in text or text in {"user", "host"}}


def test_the_key_of_the_dsn_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands alone in the header that the SDK sends."""
    for name in [name for name in os.environ if name.startswith("SENTRY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SENTRY_DSN", "https://0123456789abcdef@localhost/1")
    assert "0123456789abcdef" in secret_texts(Settings())


def test_each_key_is_known_by_itself() -> None:
    """It could turn up without its id and its neighbours."""
    assert KEYS.partition(":")[2] in secret_texts(Settings())
