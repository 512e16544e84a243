"""Checks env files, for this machine or another one."""

import codecs
import os
from collections.abc import Mapping, Sequence

from setpoint.application.first_look import FirstLook
from setpoint.application.gathering import beside_each_other, of_files
from setpoint.application.judging import Terms, judged
from setpoint.check.report import Report
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.source_text import Span
from setpoint.project import Project
from setpoint.sources.env_file import (
    DEFAULT_LOADER,
    STANDARD_INPUT,
    EnvFile,
    content_of,
    parse_env_file,
    read_as_each,
    unread,
)
from setpoint.sources.gathered import ProcessEnvironment
from setpoint.sources.reading_on import read_on

_WIDE = ("utf-16", "utf-32")


def check_files(
    contracts: Sequence[SettingsContract],
    paths: Sequence[str],
    project: Project,
    terms: Terms,
    *,
    loaders: Sequence[str] = (),
    environment: ProcessEnvironment | None = None,
    directories: Sequence[str] = (),
) -> Report:
    """Check what a process would read from the files at `paths`, whatever else is in its environment.

    Args:
        contracts: What the app expects, one contract per settings class.
        paths: Env files, later ones over earlier; `-` is standard input.
        project: The configuration of the app's project.
        terms: What to look for and what to report.
        loaders: The programs that will read them; by default those of the project, or python-dotenv.
        environment: The process environment, if it overrides the files.
        directories: Secrets directories.
    """
    referable = environment.variables if environment else {}
    as_read = [
        beside_each_other(
            [
                of_files(each, read_on(files, referable), environment, project, directories=directories)
                for each in contracts
            ]
        )
        for files in read_as_programs_do(paths, referable, loaders or project.loaders, encoding=encoding_of(contracts))
    ]
    return terms.selection.of(judged(zip(*as_read, strict=True), terms))


def check_further(look: FirstLook, project: Project, terms: Terms) -> Report:
    """Check in full the file of a first look; neither the file is read nor the class built a second time."""
    contract = SettingsContract.of(look.settings_class)
    subject = of_files(contract, read_on([look.file], {}), None, project, record=look.record)
    return terms.selection.of(judged([[subject]], terms))


def encoding_of(contracts: Sequence[SettingsContract]) -> str | None:
    """Return the encoding in which the classes read their env files, which the given ones replace."""
    named = {each.settings_class.model_config.get("env_file_encoding") for each in contracts}
    return next(iter(named)) if len(named) == 1 else None


def read_as_programs_do(
    paths: Sequence[str], referable: Mapping[str, str], loaders: Sequence[str], *, encoding: str | None = None
) -> list[tuple[EnvFile, ...]]:
    """Return the files as each of the named programs reads them; by default as python-dotenv does.

    For python-dotenv alone, they are read so that one problem does not hide the next.
    """
    paths = once(paths)
    if not loaders or {*loaders} == {DEFAULT_LOADER}:
        return [tuple(read_in_encoding(path, referable, encoding) for path in paths)]
    readings = [read_as_each(path, referable, list(dict.fromkeys(loaders))) for path in paths]
    return list(zip(*readings, strict=True))


def read_in_encoding(
    path: str, referable: Mapping[str, str], encoding: str | None, loader: str | None = None
) -> EnvFile:
    """Return what `read_env_file` does; that the classes can't decode the file is part of the result.

    It is read as UTF-8 then, so that all else in it is found.
    """
    try:
        content = content_of(path)
    except OSError as error:
        return unread(path, error, loader)
    from setpoint.sources.encoding import in_utf_8  # noqa: PLC0415 - few apps name one

    try:
        in_encoding = content if encoding is None else in_utf_8(content, encoding)
    except LookupError:
        return _misencoded(parse_env_file(path, content, referable, loader), f"there is no encoding `{encoding}`", 0)
    except UnicodeError as error:
        # In the middle of a file of wide letters, nothing is where bytes tell.
        start = 0 if codecs.lookup(encoding or "").name.startswith(_WIDE) else getattr(error, "start", 0)
        at = len(content[:start].decode("utf-8", "surrogateescape"))
        return _misencoded(parse_env_file(path, content, referable, loader), f"the file is not `{encoding}`", at)
    return parse_env_file(path, in_encoding, referable, loader)


def _misencoded(file: EnvFile, reason: str, at: int) -> EnvFile:
    end = len(file.source.text)
    return file._replace(misencoded=reason, undecodable=Span(min(at, end), min(at + 1, end)))


def once(paths: Sequence[str]) -> list[str]:
    """Return `paths` without files that are named again later: they would override themselves."""
    last = {path if path == STANDARD_INPUT else os.path.realpath(path): at for at, path in enumerate(paths)}
    return [paths[at] for at in sorted(last.values())]
