"""Which settings and which values are never shown."""

from datetime import timedelta
from typing import Annotated

import pytest
from pydantic import Field, Secret, create_model

from setpoint.secrecy import is_secret, is_secret_name, looks_secret


@pytest.mark.parametrize(
    "name",
    ["PASSWORD", "DB_PASSWORD", "dbPassword", "PGPASSWORD", "API_KEY", "apiKey", "APIKEY", "X_SECRET", "clientSecret"]  # noqa: RUF005 - two lines of one list
    + ["ACCESS_TOKEN", "token", "AWS_SECRET_ACCESS_KEY", "CREDENTIALS", "private-key", "SENTRY_DSN", "DATABASE_URL"],
)
def test_the_name_of_a_secret_is_known(name: str) -> None:
    """Many apps keep them in plain text fields."""
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ["PORT", "HOST", "TOKENIZER", "KEYBOARD", "PUBLIC_KEY_PATH", "MONKEY", "PASSENGERS"])
def test_a_harmless_name_is_no_secret(name: str) -> None:
    """Values that are not shown are harder to mend."""
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    "value",
    [
        "postgresql://user:pass@host/db",
        "redis://:pass@host",
        "https://key@host/1",
        '{"password": "x"}',
        "{'api_key': 'x'}",
        "host=h password=x",
        '{"pass\\u0077ord": "x"}',
        '[{"dbPassword" : "x"}]',
    ],
)
def test_a_value_that_holds_credentials_is_known(value: str) -> None:
    """A URL or an object can hold a password under any name."""
    assert looks_secret(value)


@pytest.mark.parametrize("value", ["", "8080", "a@b.example", "https://host:80/path", '{"team": "x"}', "12:30", "a=b"])
def test_a_harmless_value_is_shown(value: str) -> None:
    """Seeing it is half of mending it."""
    assert not looks_secret(value)


@pytest.mark.parametrize(
    ("name", "annotation", "secret"),
    [
        ("ACCESS_TOKEN_EXPIRE_MINUTES", int, False),
        ("accessTokenLifetime", timedelta | None, False),
        ("PASSWORD_MIN_LENGTH", Annotated[int, Field(ge=8)], False),
        ("ACCESS_TOKEN_EXPIRE_MINUTES", str, True),
        ("ACCESS_TOKEN_TTL", Secret[int], True),
        ("PASSWORD", int, True),
        ("MINUTES_PASSWORD", int, True),
    ],
)
def test_how_long_and_how_many_is_no_secret(name: str, annotation: object, *, secret: bool) -> None:
    """A number that is one says so: by its type and by the last word of its name."""
    model = create_model("Model", **{name: (annotation, ...)})  # type: ignore[call-overload]  # names are data here
    assert is_secret(name, model.model_fields[name]) is secret
