"""What the commands share that look at values: which files, which environment, read by which program."""

import argparse
import sys
from collections.abc import Sequence

from setpoint.application.check_files import once
from setpoint.application.gathering import beside_each_other, of_a_start, of_files
from setpoint.application.importing import UnusableSettingsError, import_settings_classes
from setpoint.cli.reading_options import trouble_in_words
from setpoint.cli.secrets_dir_option import add_secrets_dir
from setpoint.cli.settings_option import NO_CLASS, add_settings_option, chosen_settings
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.loaders import LOADERS
from setpoint.errors import UnableError
from setpoint.project import Project
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile, ProcessEnvironment, SourceKind, read_env_file
from setpoint.text.escape import printable
from setpoint.text.join import counted


def add_source_options(parser: argparse.ArgumentParser, environment_help: str) -> None:
    """Add `--settings`, `--loader`, `--environment` and `--format` to `parser`."""
    add_settings_option(parser)
    parser.add_argument(
        "--loader",
        choices=LOADERS,
        metavar="NAME",
        help="the program that is to read the files; by default the first of the project's `loaders`, or python-dotenv",
    )
    parser.add_argument("--environment", action="store_true", help=environment_help)
    add_secrets_dir(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what the answer looks like")


def add_files(parser: argparse.ArgumentParser) -> None:
    """Add the files to `parser`, as `check` takes them."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        help="env files, later ones win; `-` is standard input; without any, what the process would read here",
    )


def contracts_of(arguments: argparse.Namespace) -> tuple[tuple[SettingsContract, ...], Project]:
    """Return the contracts of the chosen settings classes, at least one, and the project.

    Raises:
        UnableError: There is none, or one can't be imported.
    """
    references, project = chosen_settings(arguments)
    if not references:
        raise UnusableSettingsError(*NO_CLASS)
    classes = (each for reference in references for each in import_settings_classes(reference, project.pythonpath))
    return SettingsContract.of_all(classes), project


def subjects_of(
    arguments: argparse.Namespace, contracts: Sequence[SettingsContract], project: Project
) -> list[Subject]:
    """Return what `check` would look at with the same words, for each settings class of the app.

    Raises:
        UnableError: A file can't be read.
    """
    return beside_each_other([_subject_of(arguments, contract, project) for contract in contracts])


def _subject_of(arguments: argparse.Namespace, contract: SettingsContract, project: Project) -> Subject:
    """Return what `check` would look at with the same words.

    Raises:
        UnableError: A file can't be read.
    """
    environment = ProcessEnvironment.of_this_process()
    if not arguments.files:
        subject = of_a_start(contract, environment.variables, project, directories=arguments.secrets_dir)
        return _readable(subject, arguments)
    return subject_of_files(arguments.files, arguments, contract, project)


def subject_of_files(
    paths: Sequence[str], arguments: argparse.Namespace, contract: SettingsContract, project: Project
) -> Subject:
    """Return the values of the files at `paths`, under the process environment if `arguments` say so.

    Raises:
        UnableError: A file can't be read.
    """
    loader = arguments.loader or next((each for each in project.loaders if each in LOADERS), None)
    on_top = ProcessEnvironment.of_this_process() if arguments.environment else None
    referable = on_top.variables if on_top else {}
    files = tuple(read_env_file(path, referable, loader) for path in once(paths))
    directories = arguments.secrets_dir
    return _readable(of_files(contract, files, on_top, project, directories=directories), arguments)


def _readable(subject: Subject, arguments: argparse.Namespace) -> Subject:
    needed = (each for each in subject.all_files if each.kind is not SourceKind.FILE_VARIABLE)
    trouble = [trouble_in_words(file) for file in needed if file.trouble]
    if trouble:
        raise UnableError("; ".join(trouble))
    for file in subject.files:
        if file.reading.problems:
            sys.stderr.write(_note(file, arguments.program))
    return subject


def _note(file: EnvFile, program: str) -> str:
    problems = counted(len(file.reading.problems), "problem")
    return f"note: `{printable(file.path)}` has {problems}, which `{program} check` explains\n"
