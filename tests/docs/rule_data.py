"""Writes down what the rules say of themselves, for commands that do not import them; `make generate` runs it."""

import sys

from setpoint.check import rules as _fill_the_catalogue  # noqa: F401 - importing the rules enters them
from setpoint.check.catalogue.rule import CATALOGUE
from setpoint.check.catalogue.rule_documentation import GENERATED, as_json


def rule_data() -> str:
    """Return the documentation of every built-in rule as JSON, in the order of codes."""
    return as_json(rule.documentation for _, rule in sorted(CATALOGUE.items()))


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(
            GENERATED.read_text(encoding="utf-8") != rule_data() and f"{GENERATED} is out of date; `make generate`"
        )
    GENERATED.write_text(rule_data(), encoding="utf-8")
