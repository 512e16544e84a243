"""Which texts are secret is said by the settings class."""

import os
from typing import Annotated

import pytest
from pydantic import BaseModel, Secret, SecretStr

from config.settings import Settings
from observability.known_secrets import secret_texts


class Example(BaseModel):
    """Settings with every kind of secret."""

    token: SecretStr
    dsn: Secret[Annotated[str, "a URL"]] | None = None
    name: str = "an innocent name"


@pytest.mark.parametrize(
    ("example", "texts"),
    [
        (Example(token=SecretStr("a-long-token")), ("a-long-token",)),
        (Example(token=SecretStr("short")), ()),
        (
            Example(token=SecretStr("x"), dsn=Secret("db://long-user-name:the-password@host/x")),
            ("db://long-user-name:the-password@host/x", "long-user-name", "the-password"),
        ),
        (Example(token=SecretStr("http://[broken-url")), ("http://[broken-url",)),
    ],
)
def test_secrets_and_their_credentials_are_known(example: Example, texts: tuple[str, ...]) -> None:
    """Longest first, so that no mask leaves a part of a longer one; none so short that it occurs in other words."""
    assert secret_texts(example) == texts


def test_the_key_of_the_dsn_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """It stands alone in the header that the SDK sends."""
    for name in [name for name in os.environ if name.startswith("SENTRY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("SENTRY_DSN", "https://0123456789abcdef@localhost/1")
    assert "0123456789abcdef" in secret_texts(Settings())
