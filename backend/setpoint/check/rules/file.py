"""SP0xx: the file as a whole."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.evidence.loader_problems import loader_problems
from setpoint.check.finding import Finding, Region
from setpoint.check.outcome import Severity
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.source_text import Span
from setpoint.errors import UnusableError
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import EnvFile, SourceKind, Trouble

_START = Span(0, 0)


def _files(subject: Subject) -> Iterator[EnvFile]:
    """Yield the files that only the caller names; another rule knows more about those that variables name."""
    return (each for each in subject.gathered.all_files if each.kind is not SourceKind.FILE_VARIABLE)


@built_in("SP001", "missing-file", Severity.ERROR, unable=True)
def missing_file(subject: Subject) -> Iterator[Finding]:
    """Report an env file that does not exist.

    Why it matters: a process that is told to read it would start without any of its values.

    Bad:
        $ setpoint check absent.env

    Good:
        $ setpoint check prod.env
    """
    for file in _files(subject):
        if file.trouble is Trouble.MISSING:
            yield Finding(
                "the file does not exist", Region(file, _START), hint="check the path and the working directory"
            )


@built_in("SP002", "unreadable-file", Severity.ERROR, unable=True)
def unreadable_file(subject: Subject) -> Iterator[Finding]:
    """Report an env file that exists but can't be read.

    Why it matters: a file that can't be read can't be checked.

    Bad:
        $ setpoint check .

    Good:
        $ setpoint check prod.env
    """
    for file in _files(subject):
        if file.trouble is Trouble.UNREADABLE:
            reason = file.reason or "for an unknown reason"
            reason = reason[:1].lower() + reason[1:]
            yield Finding(f"the file cannot be read: {reason}", Region(file, _START))


@built_in("SP003", "not-utf-8", Severity.ERROR, problem=ProblemKind.NOT_UTF_8, refuses_start=True)
def not_utf_8(subject: Subject) -> Iterator[Finding]:
    """Report an env file that is not encoded in UTF-8, or not in the encoding that the settings class names.

    Why it matters: programs refuse such a file, drop variables or put wrong characters into values.

    Bad:
        $ iconv -f UTF-8 -t UTF-16 prod.env | setpoint check -

    Good:
        $ iconv -f UTF-8 -t UTF-8 prod.env | setpoint check -
    """
    for file in subject.gathered.all_files:
        if file.undecodable is None:
            continue
        region = Region(file, file.undecodable)
        if file.misencoded:
            yield Finding(
                file.misencoded, region, hint="the settings class names this encoding: see its `env_file_encoding`"
            )
        elif file.encoding.startswith("UTF-"):
            encoding = file.encoding.removesuffix("-LE").removesuffix("-BE")
            yield Finding(
                f"the file is {encoding}, not UTF-8", region, hint="save it as UTF-8 without a byte order mark"
            )
        else:
            yield Finding(
                "the file is not UTF-8",
                region,
                label="the first byte that is not UTF-8",
                hint="it may be Latin-1 or Windows-1252; save it as UTF-8",
            )
    yield from loader_problems(subject, not_utf_8)


@built_in("SP004", "byte-order-mark", Severity.WARNING, problem=ProblemKind.BYTE_ORDER_MARK)
def byte_order_mark(subject: Subject) -> Iterator[Finding]:
    r"""Report a byte order mark at the beginning of an env file.

    Why it matters: python-dotenv drops it, but shells, systemd, node and podman don't, and lose
    the first variable.

    Bad:
        $ printf '\357\273\277PORT=8000\n' | setpoint check -

    Good:
        $ printf 'PORT=8000\n' | setpoint check -
    """
    for file in subject.gathered.files:
        for problem in file.reading.problems:
            if problem.kind is byte_order_mark.problem and file.encoding != "UTF-16":
                yield Finding(
                    "the file starts with a byte order mark",
                    Region(file, problem.span),
                    label="invisible, and part of the first name for some programs",
                    hint="save it as UTF-8 without a byte order mark",
                )


@built_in("SP005", "nul-byte", Severity.ERROR, problem=ProblemKind.NUL_BYTE, refuses_start=True)
def nul_byte(subject: Subject) -> Iterator[Finding]:
    r"""Report a NUL byte in an env file.

    Why it matters: no environment variable can hold one, so the process can't be started with it.

    Bad:
        $ printf 'HOST=local\000host\n' | setpoint check -

    Good:
        $ printf 'HOST=localhost\n' | setpoint check -
    """
    for file in subject.gathered.all_files:
        at = file.source.text.find("\0")
        if at >= 0:
            yield Finding(
                "the file contains a NUL byte",
                Region(file, Span(at, at + 1)),
                hint="no environment variable can contain one; remove it",
            )


@built_in("SP006", "unusable-settings", Severity.ERROR, unable=True, looks_at_sources=False)
def unusable_settings(error: UnusableError) -> Iterator[Finding]:
    """Report a settings class that can't be imported.

    Why it matters: without the class no value can be checked. The command itself
    reports it, before there is anything else to check.

    Bad:
        $ setpoint check prod.env --settings nowhere:Settings

    Good:
        $ setpoint check prod.env --settings example:Settings
    """
    yield Finding(error.message, hint=error.hint)


@built_in("SP007", "unusable-rule", Severity.ERROR, unable=True, looks_at_sources=False)
def unusable_rule(error: UnusableError) -> Iterator[Finding]:
    """Report a rule of an app's own that can't be imported, or that fails.

    Why it matters: what the rule covers was not checked. The check itself reports it.

    Bad:
        $ setpoint check prod.env --rules nowhere

    Good:
        $ setpoint check prod.env
    """
    yield Finding(error.message, hint=error.hint)
