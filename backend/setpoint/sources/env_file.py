"""Where values come from: env files and the process environment, read but not yet checked."""

import errno
import os
import stat
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from setpoint.envfile.loaders import find_loader
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import SourceText, Span, first_bad_byte
from setpoint.errors import UnableError
from setpoint.text.escape import printable
from setpoint.text.guarded import MASK

if TYPE_CHECKING:
    from setpoint.envfile.problem import Problem

STANDARD_INPUT = "-"
DEFAULT_LOADER = "python-dotenv"
_LARGEST_FILE = 64 << 20
_LONGEST_WAIT_FOR_WRITER = 5
_MOST_MENDINGS = 10


class SourceKind(StrEnum):
    """The kinds of sources."""

    ARGUMENT = "argument"
    COMMAND_LINE = "command-line"
    CONFIG_FILE = "config-file"
    DEFAULT = "default"
    DEPLOY_FILE = "deploy-file"
    ENV_FILE = "env-file"
    FILE_VARIABLE = "file-variable"
    OWN_SOURCE = "own-source"
    PROCESS_ENVIRONMENT = "process-environment"
    SECRETS_DIRECTORY = "secrets-directory"


class Trouble(StrEnum):
    """Why a file could not be read."""

    MISSING = "missing"
    UNREADABLE = "unreadable"


class EnvFile(NamedTuple):
    """An env file as one loader reads it, or a file that holds the value of one variable.

    Attributes:
        path: The name by which the caller knows it.
        source: Its text; empty if it could not be read.
        reading: What the loader reads in it.
        loader: The loader.
        encoding: The actual encoding of the bytes, `UTF-8` unless they are something else.
        undecodable: The place of the first byte that is not UTF-8, if any, or that the app can't decode.
        misencoded: Why the app can't decode it, if it is a settings class that names the encoding.
        trouble: Why it could not be read, if so.
        reason: The operating system's message about that.
        kind: Whether it is an env file.
    """

    path: str
    source: SourceText
    reading: Reading
    loader: str = DEFAULT_LOADER
    encoding: str = "UTF-8"
    undecodable: Span | None = None
    misencoded: str | None = None
    trouble: Trouble | None = None
    reason: str | None = None
    kind: SourceKind = SourceKind.ENV_FILE

    @property
    def holds_one_value(self) -> bool:
        """Return whether its whole content is one value, most often a secret."""
        return self.kind not in {SourceKind.ENV_FILE, SourceKind.DEPLOY_FILE}

    @property
    def is_deployed(self) -> bool:
        """Return whether it is a deploy file, whose variables a process has in its environment."""
        return self.kind is SourceKind.DEPLOY_FILE

    @property
    def variables(self) -> Mapping[str, str]:
        """Return one value per name."""
        return self.reading.variables


class UnreadableFileError(UnableError):
    """A required file can't be read."""


def find_env_file(path: str | os.PathLike[str], depth: int = 0) -> str | None:
    """Return where the env file `path` of a settings class is, at most `depth` folders up; None if it is nowhere.

    This is what pydantic-settings documents under "Dotenv (.env) support". A folder `.env` is usually a virtual
    environment.
    """
    named = Path(path).expanduser()
    above = [] if named.is_absolute() else [parent / named for parent in [*Path.cwd().parents][:depth]]
    found = next((each for each in (named, *above) if each.is_file() or each.is_fifo()), None)
    return None if found is None else str(found) if found is named else os.path.relpath(found)


def read_env_file(
    path: str, environment: Mapping[str, str], loader: str | None = None, *, encoding: str | None = None
) -> EnvFile:
    """Read the env file at `path`, `-` for standard input; a failure to read it is part of the result.

    Args:
        path: Where the file is.
        environment: What references may use besides the file's own names.
        loader: The program to read it as, exactly; by default python-dotenv, but so that one problem
            does not hide the next.
        encoding: The encoding in which the app reads it, UTF-8 by default.

    Raises:
        LookupError: There is no such encoding.
        UnicodeError: It is not UTF-8, and the file can't be decoded with it.
    """
    try:
        content = content_of(path)
    except OSError as error:
        return unread(path, error, loader)
    if encoding is not None:
        from setpoint.sources.encoding import in_utf_8  # noqa: PLC0415 - few apps name one

        content = in_utf_8(content, encoding)
    return parse_env_file(path, content, environment, loader)


def unread(path: str, error: OSError, loader: str | None) -> EnvFile:
    """Return what is known of the file at `path`, which `error` keeps from being read; a token is no path."""
    from setpoint.text.secret_values import holds_marked_token  # noqa: PLC0415 - most files can be read

    trouble, reason = trouble_of(error)
    nothing = Reading((), {}, ())
    shown = "/".join(MASK if holds_marked_token(step) else step for step in path.split("/"))
    return EnvFile(shown, SourceText(shown, ""), nothing, loader or DEFAULT_LOADER, trouble=trouble, reason=reason)


def refuse_unreadable(files: Iterable[EnvFile]) -> None:
    """Refuse to continue if one of `files` could not be read.

    Raises:
        UnreadableFileError: One or more could not be read; the text names all of them.
    """
    trouble = [_trouble_in_words(each) for each in files if each.trouble]
    if trouble:
        raise UnreadableFileError("; ".join(dict.fromkeys(trouble)))


def _trouble_in_words(file: EnvFile) -> str:
    reason = "it does not exist" if file.trouble is Trouble.MISSING else file.reason or ""
    reason = reason[:1].lower() + reason[1:]
    return f"cannot read `{printable(file.path)}`: {reason}"


def trouble_of(error: OSError) -> tuple[Trouble, str | None]:
    """Return what `error` means for a file, and the operating system's message."""
    missing = error.errno in {errno.ENOENT, errno.ENOTDIR}
    return Trouble.MISSING if missing else Trouble.UNREADABLE, error.strerror


def content_of(path: str) -> bytes:
    """Return the bytes of the file at `path`, `-` for standard input.

    Raises:
        OSError: It can't be read, or is too large to be an env file.
    """
    if not path:
        raise FileNotFoundError(errno.ENOENT, "no path is given")
    if path == STANDARD_INPUT:
        if sys.stdin is None:
            raise OSError(errno.EBADF, "standard input is closed")
        return _limited(sys.stdin.buffer)
    mode = Path(path).stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a directory")
    if stat.S_ISFIFO(mode):
        return _of_pipe(path)
    with Path(path).open("rb") as stream:
        return _limited(stream)


def _of_pipe(path: str) -> bytes:
    """Return what a program writes to the pipe at `path`, however slowly; opening it twice would wait for ever."""
    from select import POLLIN, poll  # noqa: PLC0415 - few files are pipes

    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with open(descriptor, "rb") as stream:  # noqa: PTH123 - it is a descriptor, not a path
        try:
            first = os.read(descriptor, 1)
        except BlockingIOError:
            return _waited_for(stream)  # A program has opened it, but has not written anything yet.
        waiting = poll()
        waiting.register(descriptor, POLLIN)
        if not first and not waiting.poll(_LONGEST_WAIT_FOR_WRITER * 1000):
            raise OSError(
                errno.EPIPE, f"it is a pipe that no program has opened for {_LONGEST_WAIT_FOR_WRITER} seconds"
            )
        return first + _waited_for(stream)


def _waited_for(stream: BinaryIO) -> bytes:
    os.set_blocking(stream.fileno(), True)
    return _limited(stream)


def _limited(stream: BinaryIO) -> bytes:
    """Return the content of `stream`; an endless one (`/dev/zero`) would take all memory."""
    content = stream.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise OSError(errno.EFBIG, f"it is larger than {_LARGEST_FILE >> 20} MiB")
    return content


def read_as_each(path: str, environment: Mapping[str, str], loaders: Sequence[str]) -> tuple[EnvFile, ...]:
    """Read the env file at `path` once, and return how each of `loaders` reads it."""
    first = read_env_file(path, environment, loaders[0])
    if first.trouble is not None:
        return tuple(first._replace(loader=loader) for loader in loaders)
    content = first.source.text.encode("utf-8", "surrogateescape")
    return (first, *(parse_env_file(path, content, environment, loader) for loader in loaders[1:]))


def parse_env_file(path: str, content: bytes, environment: Mapping[str, str], loader: str | None = None) -> EnvFile:
    """Read `content`, which is known under the name `path`; like `read_env_file`, but no file is opened."""
    if loader is not None:
        exact = SourceText.from_bytes(path, content)
        return EnvFile(path, exact, find_loader(loader).read(exact.text, environment), loader)
    encoding = _wide_encoding(content)
    if encoding is not None:
        text = content.decode(encoding, "replace").removeprefix("\ufeff")
        return _env_file(SourceText(path, text), environment, encoding, Span(0, min(1, len(text))))
    source = SourceText.from_bytes(path, content)
    bad = first_bad_byte(source.text)
    if bad is None:
        return _env_file(source, environment, "UTF-8", None)
    return _env_file(source, environment, "not UTF-8", Span(bad, bad + 1))


def _env_file(source: SourceText, environment: Mapping[str, str], encoding: str, undecodable: Span | None) -> EnvFile:
    reading = _as_if_closed(source, environment)
    return EnvFile(source.path, source, reading, encoding=encoding, undecodable=undecodable)


def _as_if_closed(source: SourceText, environment: Mapping[str, str]) -> Reading:
    """Return python-dotenv's reading, plus the lines that an unclosed quote swallows, up to the quote of another value.

    The program skips them, but what is wrong in them must be found even so. Nothing starts
    from such a file, because the quote is an error.
    """
    from setpoint.envfile.programs import python_dotenv  # noqa: PLC0415 - what is read as another program needs it not

    text = source.text
    reading = python_dotenv.read_despite_bad_bytes(text, environment)
    if not reading.problems:
        return reading
    from setpoint.envfile.problem import ProblemKind  # noqa: PLC0415 - a good file needs it not

    unclosed: dict[int, Problem] = {}
    for _ in range(_MOST_MENDINGS):
        found = [each for each in reading.problems if each.kind is ProblemKind.UNCLOSED_QUOTE]
        if not found:
            break
        for problem in found:
            line = source.line_span(source.line_at(problem.span.start))
            unclosed[problem.span.start] = problem
            text = f"{text[: line.start]}{'#' * (line.end - line.start)}{text[line.end :]}"
        reading = python_dotenv.read_despite_bad_bytes(text, environment)
    problems = sorted({*reading.problems, *unclosed.values()}, key=lambda problem: problem.span)
    return replace(reading, problems=tuple(problems))


def _wide_encoding(content: bytes) -> str | None:
    """Return in which encoding of several bytes a letter `content` is, by its mark or by where its zero bytes are."""
    if content.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "UTF-32"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    head = content[:1024]
    if len(head) >= 4 and not len(content) % 2:  # noqa: PLR2004 - it takes at least two characters to tell
        if head[1::2].count(0) > len(head) * 0.4 and not head[0::2].count(0):
            return "UTF-16-LE"
        if head[0::2].count(0) > len(head) * 0.4 and not head[1::2].count(0):
            return "UTF-16-BE"
    return None
