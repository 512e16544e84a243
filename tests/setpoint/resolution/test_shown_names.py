"""Names are shown where they are names, and masked where they may be a piece of a secret."""

import base64
import secrets

import pytest
from pydantic import create_model
from pydantic_settings import BaseSettings

from setpoint.check.checking import check_together
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.loaders import LOADERS
from setpoint.formats import full, json_report
from setpoint.formats.for_people import Style
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered
from support.checking import checked
from support.keyed_settings import Settings


def _key_lines() -> list[str]:
    """Return a private key as it stands in a file; its lines are told from names by nothing but their place."""
    body = [
        base64.b64encode(secrets.token_bytes(size)).decode().replace("+", "A").replace("/", "B")
        for size in (18, 18, 16)
    ]
    return ["-----BEGIN KEY-----", *body, "-----END KEY-----"]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize("form", ['SENTRY_DSN="{}"', "SENTRY_DSN={}", "SENTRY_X {}", "SENTRY_DSN='{}", "{}"])
def test_no_line_of_a_key_shows_as_a_name(loader: str, form: str) -> None:
    """However a key of several lines stands in a file, and whichever program is to read it, none of its lines show."""
    lines = _key_lines()
    text = form.format("\n".join(lines)) + "\nLOG_FORMAT=yaml\n"
    file = parse_env_file("key.env", text.encode(), {}, loader)
    report = check_together([Subject(SettingsContract.of(Settings), Gathered((file,)))])
    printed = full.render(report, Style(colored=False)) + json_report.render(report)
    pieces = {line[at : at + 8] for line in lines[1:-1] for at in range(len(line) - 7)}
    assert [piece for piece in pieces if piece in printed] == []


@pytest.mark.parametrize(
    ("text", "variable"),
    [
        ("OTHER=1\n", "OTHER"),
        ("other_name=1\n", "other_name"),
        ("otherName=\n", None),
        ("QUJDREVGR0g==\n", None),
        ("some words\nOTHER=1\n", "OTHER"),
        ("some words\notherName=1\n", None),
        ("some words\nSENTRY_DNS=1\n", "SENTRY_DNS"),
    ],
)
def test_an_unknown_name_shows_if_it_is_beyond_doubt(text: str, variable: str | None) -> None:
    """Behind a line that can't be read, and where a line ends like a key, only a conventional name shows."""
    unknown = [each.variable for each in checked(text).diagnostics if each.code == "SP301"]
    assert unknown == [variable]


@pytest.mark.parametrize("path", ["/etc/ssl/private/app.pem", "'/etc/ssl/private/ca.key'"])
def test_the_path_of_a_key_leaves_other_paths_as_they_are(path: str) -> None:
    """They are in one folder, and a message about one of them names it; its own path is hidden like any secret."""
    made = create_model("Tls", __base__=BaseSettings, ssl_key=(str, ""), chain=(int, 0))
    report = checked(f"SSL_KEY={path}\nCHAIN=/etc/ssl/private/app.crt\n", settings_class=made)
    printed = full.render(report, Style(colored=False))
    assert ("/etc/ssl/private/app.crt" in printed, path in printed) == (True, False)
