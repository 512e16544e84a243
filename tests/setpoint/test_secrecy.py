"""Which settings and which values are never shown."""

import pytest

from setpoint.secrecy import is_secret_name, looks_secret


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
