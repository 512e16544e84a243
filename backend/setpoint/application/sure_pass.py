"""Recognizes most good files at once, by an exported contract.

What a full check needs, to say what is wrong and what would be right, takes three times as long to import as such a
file takes to validate. Whatever is not obvious here is left to it: this module says nothing but "no problems".
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic_core import SchemaError

from setpoint.check.diagnostic import Diagnostic
from setpoint.check.outcome import Severity
from setpoint.check.report import Report, SourceSummary
from setpoint.contract.document.class_checks import ClassCheck, class_checks, in_words
from setpoint.contract.document.compiled import CompiledContract
from setpoint.contract.document.identity import read_document
from setpoint.sources.env_file import STANDARD_INPUT, SourceKind, read_env_file
from setpoint.sources.plain_file import reads_plainly
from setpoint.text.escape import printable


def sure_pass(schema: str, path: str, fail_on: Severity) -> Report | None:
    """Return the report on the env file at `path` if no rule has anything to report; otherwise None.

    Args:
        schema: The file that holds the contract.
        path: The env file, which python-dotenv will read; it is the only source.
        fail_on: The lowest severity that fails the check.

    Raises:
        UnableError: The contract can't be read.
    """
    document = read_document(schema)
    if path == STANDARD_INPUT or not Path(path).is_file():
        return None  # A pipe can be read only once.
    file = read_env_file(path, {})
    try:
        if not (_is_plain(document) and reads_plainly(file) and _is_taken(document, file.variables)):
            return None
        left = class_checks(document)
        title = str(document["schema"].get("title", "Settings"))
    except (SchemaError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    source = SourceSummary(SourceKind.ENV_FILE, printable(path), file.loader, len(file.variables))
    return Report(f"{Path(schema).name}:{title}", (source,), tuple(_left_open(left)), fail_on)


def _is_plain(document: Mapping[str, Any]) -> bool:
    """Return whether each value that `document` describes is in its own variable, under one name."""
    reading, places = document["reading"], [tuple(each) for each in document["variables"].values()]
    return (
        not reading["file_variables"]
        and not reading["secrets_directories"]
        and len({*places}) == len(places)
        and not _names_deprecated(document["schema"].get("properties", {}).values())
    )


def _names_deprecated(parts: Iterable[Mapping[str, Any]]) -> bool:
    return any(part.get("deprecated") or _names_deprecated(part.get("properties", {}).values()) for part in parts)


def _is_taken(document: Mapping[str, Any], variables: Mapping[str, str]) -> bool:
    contract = CompiledContract(document)
    return contract.names.issuperset(variables) and contract.values(variables) is not None


def _left_open(checks: tuple[ClassCheck, ...]) -> Iterable[Diagnostic]:
    """Yield what the rule `partial-schema` reports."""
    if checks:
        words = in_words(checks)
        yield Diagnostic("SP408", "partial-schema", Severity.INFO, words.message, label=words.label, hint=words.hint)
