import argparse
import re

import pytest

from config.settings import Settings
from docs import http_api
from docs.commands import page, parsers
from docs.documents import ROOT, pages
from setpoint.check.catalogue.rule import CATALOGUE
from setpoint.cli.main import COMMANDS
from setpoint.contract.settings_class import SettingsContract

_PAGES = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in pages()}
_COMMANDS = "docs/reference/commands.md"
_NOT_ENOUGH = {"CHANGELOG.md", _COMMANDS}
"""Pages that say that there is something, and not when to use it."""
_WRITTEN = "\n".join(text for name, text in _PAGES.items() if name not in _NOT_ENOUGH)


def _options(command: str) -> set[str]:
    words = (word for name, parser in parsers() if name.split()[0] == command for word in _options_of(parser))
    return {word for word in words if word.startswith("--") and word != "--help"}


def _options_of(parser: argparse.ArgumentParser) -> list[str]:
    return [word for action in parser._actions for word in action.option_strings]


def test_the_page_of_commands_is_up_to_date() -> None:
    """`make generate` writes it anew."""
    assert _PAGES[_COMMANDS] == page()


def test_the_page_of_the_http_api_is_up_to_date() -> None:
    """`make generate` writes it anew, from the marks on the views."""
    assert _PAGES["docs/reference/http-api.md"] == http_api.page()


def test_every_variable_of_the_service_is_in_its_reference() -> None:
    """Operators look there."""
    names = {variable.name for variable in SettingsContract.of(Settings).variables}
    assert {name for name in names if f"`{name}`" not in _PAGES["docs/reference/settings.md"]} == set()


def test_every_rule_is_in_its_reference() -> None:
    """A finding leads there."""
    assert {code for code in CATALOGUE if code not in _PAGES["docs/reference/rules.md"]} == set()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_each_of_its_options_is_on_a_page(command: str) -> None:
    """What only `--help` knows, nobody finds who doesn't know that it is there."""
    assert re.search(rf"(setpoint|-m config) {command}\b", _WRITTEN)
    assert {option for option in _options(command) if not re.search(rf"{option}(?![\w-])", _WRITTEN)} == set()


def test_every_make_target_is_on_a_page() -> None:
    """With a word on when to use it."""
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(targets) > 10
    assert {name for name in targets if not re.search(rf"make {name}(?![\w-])", _WRITTEN)} == set()
