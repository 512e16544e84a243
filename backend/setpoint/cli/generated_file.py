"""`example`, `docs` and `schema`: write a file that is generated from settings classes, or report drift."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from setpoint.application.importing import contracts_of
from setpoint.cli.options import add_settings_option, chosen_settings, given_path
from setpoint.cli.output import say, write_result
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError
from setpoint.project import Project

ENV_FILE = "env-file"


def _example(contracts: Sequence[SettingsContract], command: str, format_: str) -> str:
    if format_ != ENV_FILE:
        from setpoint.generate.deploy_example import deploy_example  # noqa: PLC0415 - each needs one of them alone

        return deploy_example(contracts, f"{command} --format {format_}", format_)
    from setpoint.generate.env_example import env_example  # noqa: PLC0415 - likewise

    return env_example(contracts, command)


def _reference(contracts: Sequence[SettingsContract], command: str, _: str) -> str:
    from setpoint.generate.settings_reference import settings_reference  # noqa: PLC0415 - likewise

    return settings_reference(contracts, command)


def _schema(contracts: Sequence[SettingsContract], command: str, _: str) -> str:
    from setpoint.contract.document.manifest import settings_manifest  # noqa: PLC0415 - likewise

    if len(contracts) > 1:
        message = "a contract describes one settings class; name it with `--settings MODULE:CLASS`"
        raise UnableError(message)
    return settings_manifest(contracts[0], command)


_MAKERS: Mapping[str, Callable[[Sequence[SettingsContract], str, str], str]] = {
    "example": _example,
    "docs": _reference,
    "schema": _schema,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of each of the commands to `parser`."""
    parser.add_argument(
        "file",
        nargs="?",
        type=given_path,
        metavar="FILE",
        help="where to write, `-` for standard output; by default the file named in `[tool.setpoint]`, if there is one",
    )
    add_settings_option(parser)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if FILE is out of date")
    parser.set_defaults(format=ENV_FILE)


def run(arguments: argparse.Namespace) -> int:
    """Write the file, print it, or check it; return the exit status."""
    references, project = chosen_settings(arguments)
    contracts = contracts_of(references, project)
    command = f"{arguments.program} {arguments.command}"
    text = _MAKERS[arguments.command](contracts, command, arguments.format)
    named = None if arguments.format != ENV_FILE else _configured(project, arguments.command)
    path = Path(arguments.file) if arguments.file else named
    if path is None or arguments.file == "-":
        write_result(text)
        return 0
    return _checked(path, text, command) if arguments.check else _written(path, text)


def _configured(project: Project, command: str) -> Path | None:
    return {"example": project.example, "docs": project.docs, "schema": project.schema}[command]


def _checked(path: Path, text: str, command: str) -> int:
    try:
        if path.read_bytes() == text.encode():
            return 0
    except OSError:
        pass
    say(f"error: `{path}` is out of date; run `{command}`\n")
    return 1


def _written(path: Path, text: str) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"cannot write `{path}`: {error.strerror}"
        raise UnableError(message) from None
    say(f"wrote {path}\n")
    return 0
