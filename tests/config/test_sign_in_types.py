"""Where people sign in: four variables that go together, each with what can be wrong with it."""

import pytest
from inline_snapshot import snapshot

from config.settings import Settings
from support.checking import checked
from support.keyed_settings import KEYS

WHOLE = {
    "PUBLIC_URL": "https://setpoint.example/",
    "OIDC_ISSUER": "https://id.example/realms/staff",
    "OIDC_CLIENT_ID": "setpoint",
    "OIDC_CLIENT_SECRET": "canary-secret",
}


def said(**variables: str) -> list[str]:
    """Return what a check of an env file with these variables says."""
    lines = {"ENCRYPTION_KEYS": KEYS, **variables}.items()
    report = checked("\n".join(f"{name}='{value}'" for name, value in lines), settings_class=Settings)
    assert "canary-secret" not in str(report)
    return [each.message for each in report.diagnostics]


def test_all_of_them_together_are_accepted_as_is_none() -> None:
    """A public address alone says nothing of sign-in."""
    assert said(**WHOLE) == said() == said(PUBLIC_URL="http://localhost:8000") == []


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (("PUBLIC_URL",), "`PUBLIC_URL`"),
        (("OIDC_CLIENT_SECRET", "OIDC_CLIENT_ID"), "`OIDC_CLIENT_ID` and `OIDC_CLIENT_SECRET`"),
        (("OIDC_ISSUER",), "`OIDC_ISSUER`"),
    ],
)
def test_a_part_of_them_is_refused_with_what_is_missing(left_out: tuple[str, ...], missing: str) -> None:
    """Half of it would be a button that leads nowhere."""
    given = {name: value for name, value in WHOLE.items() if name not in left_out}
    assert said(**given) == [f"sign-in with OpenID Connect also needs {missing}"]


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        (
            "PUBLIC_URL",
            "http://setpoint.example",
            snapshot("`PUBLIC_URL` is invalid: the scheme is `http`, which others on the network can read"),
        ),
        (
            "PUBLIC_URL",
            "https://setpoint.example/config",
            snapshot("`PUBLIC_URL` is invalid: it has a path, but the pages are at the root of the host"),
        ),
        ("PUBLIC_URL", "setpoint.example", snapshot("`PUBLIC_URL` is invalid: the scheme or the host is missing")),
        ("OIDC_ISSUER", "https://id.example:port", snapshot("`OIDC_ISSUER` is invalid: the host or port is invalid")),
        (
            "OIDC_ISSUER",
            "https://me:secret@id.example",
            snapshot("`OIDC_ISSUER` is invalid: it has a user, a query or a fragment"),
        ),
        (
            "OIDC_ISSUER",
            "https://id.example/?a",
            snapshot("`OIDC_ISSUER` is invalid: it has a user, a query or a fragment"),
        ),
        (
            "OIDC_ISSUER",
            "https://id.example/\u00e9",
            snapshot("`OIDC_ISSUER` is invalid: it contains whitespace or a character that is not ASCII"),
        ),
        ("OIDC_CLIENT_ID", "set point", snapshot("`OIDC_CLIENT_ID` does not match the required pattern")),
        ("OIDC_SCOPES", "profile email", snapshot("`OIDC_SCOPES` does not match the required pattern")),
    ],
)
def test_a_value_that_would_lead_nowhere_is_refused(variable: str, value: str, message: str) -> None:
    """Before the start, rather than when somebody signs in."""
    assert said(**{**WHOLE, variable: value}) == [message]
