"""What `show`, `explain` and `diff` look at: the values of a start here, or those in files."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from setpoint.application.check_files import encoding_of, once, read_in_encoding
from setpoint.application.gathering import beside_each_other, of_a_start, of_files
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.loaders import LOADERS
from setpoint.project import Project
from setpoint.resolution.difference import Difference, differences
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import DEFAULT_LOADER, SourceKind, refuse_unreadable
from setpoint.sources.gathered import ProcessEnvironment


class Compared(NamedTuple):
    """A difference between what one settings class reads on each of two sides."""

    old: Subject
    new: Subject
    difference: Difference


def values_of_a_start(
    contracts: Sequence[SettingsContract],
    environment: Mapping[str, str],
    project: Project,
    directories: Sequence[str] = (),
) -> list[Subject]:
    """Return what each class would read if a process with this `environment` started here now.

    Raises:
        UnreadableFileError: A file can't be read.
    """
    starts = [of_a_start(each, environment, project, directories=directories, recovers=False) for each in contracts]
    return _readable(beside_each_other(starts))


def values_of_files(
    contracts: Sequence[SettingsContract],
    paths: Sequence[str],
    project: Project,
    *,
    loader: str | None = None,
    environment: ProcessEnvironment | None = None,
    directories: Sequence[str] = (),
) -> list[Subject]:
    """Return what each class would read from the files at `paths`.

    Args:
        contracts: What the app expects, one contract per settings class.
        paths: Env files, later ones over earlier.
        project: The configuration of the app's project.
        loader: The program that will read them; by default the first one of the project, or python-dotenv.
        environment: The process environment, if it overrides the files.
        directories: Secrets directories.

    Raises:
        UnreadableFileError: A file can't be read.
    """
    program = loader or next((each for each in project.loaders if each in LOADERS), DEFAULT_LOADER)
    encoding = encoding_of(contracts) if program == DEFAULT_LOADER else None
    referable = environment.variables if environment else {}
    files = tuple(read_in_encoding(path, referable, encoding, program) for path in once(paths))
    given = [of_files(each, files, environment, project, directories=directories) for each in contracts]
    return _readable(beside_each_other(given))


def _readable(subjects: list[Subject]) -> list[Subject]:
    files = (file for subject in subjects for file in subject.gathered.all_files)
    refuse_unreadable(each for each in files if each.kind is not SourceKind.FILE_VARIABLE)
    return subjects


def compare(old: Sequence[Subject], new: Sequence[Subject]) -> list[Compared]:
    """Return what differs, according to the first class that reads the variable, then what none of them reads."""
    found: list[Compared] = []
    unknown: list[Compared] = []
    for before, after in zip(old, new, strict=True):
        told = {each.difference.name for each in found}
        changes = [Compared(before, after, each) for each in differences(before, after)]
        found += [each for each in changes if each.difference.known and each.difference.name not in told]
        # Names that no class reads are the same for each of them.
        unknown = [each for each in changes if not each.difference.known]
    return found + unknown
