"""Finds how to write a variable so that programs read exactly its value, or says why that is impossible."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from setpoint.envfile.loaders import PORTABLE, LoaderInfo, find_loader
from setpoint.envfile.problem import ProblemKind
from setpoint.text.join import joined
from setpoint.text.secret_values import LONGEST_VARIABLE

_HARMLESS = {ProblemKind.UNDEFINED_REFERENCE, ProblemKind.CUT_VALUE}
_BEFORE, _AFTER = "BEFORE=1\n", "AFTER=1\n"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+,=-]+")
_ANY_NAME = "NAME"
_WAYS = {"without quotes": "{}", "in single quotes": "'{}'", "in double quotes": '"{}"'}


class NotExpressibleError(ValueError):
    """A program can't read this value from any text; the message says why, and holds no part of the value."""


def write(name: str, value: str, loader: str) -> str:
    """Return the text, with a line ending, from which `loader` reads exactly `value` for `name`.

    Each way of writing is tried with the program's own grammar between two other variables, so
    the returned text is known to be read back.

    Raises:
        NotExpressibleError: There is no such text, as far as is known.
        UnknownLoaderError: There is no such loader.
    """
    reader = find_loader(loader)
    if "\n" not in value or _takes_lines(loader):
        for form in _forms(name, value):
            if _reads(reader, form, name, value):
                return form
    raise NotExpressibleError(_why_not(name, value, loader))


def is_plain(value: str) -> bool:
    """Return whether `value` is written as it is, without trying other ways, which take long for a long value."""
    return _PLAIN.fullmatch(value) is not None


def how_to_write(value: str, loaders: Sequence[str]) -> str:
    """Return how to write `value` so that all of `loaders` read it unchanged, or which of them can share a file.

    The value itself is not in the result.
    """
    served = {way: [each for each in loaders if _reads_as(each, form, value)] for way, form in _WAYS.items()}
    for way, readers in served.items():
        if len(readers) == len(loaders):
            return f"written {way} right after the `=`, and with nothing after it, all of them read it the same way"
    ways = [f"{joined(readers)} {way}" for way, readers in _fewest(served).items()]
    if not ways:
        return "none of them can read it, however it is written; use base64 on one line, or the path of a file"
    return f"no single way to write it works for all of them; {', '.join(ways)}"


def _fewest(served: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the ways that serve the most programs, each program named once."""
    chosen: dict[str, list[str]] = {}
    named: set[str] = set()
    for way, readers in sorted(served.items(), key=lambda item: -len(item[1])):
        new = [each for each in readers if each not in named]
        if new:
            chosen[way] = new
            named.update(new)
    return chosen


def _reads_as(loader: str, form: str, value: str) -> bool:
    return _reads(find_loader(loader), f"{_ANY_NAME}={form.format(value)}\n", _ANY_NAME, value)


def _reads(reader: LoaderInfo, form: str, name: str, value: str) -> bool:
    reading = reader.read(f"{_BEFORE}{form}{_AFTER}", {})
    if any(problem.kind not in _HARMLESS for problem in reading.problems):
        return False
    expected = {"BEFORE": "1", name: value, "AFTER": "1"}
    return not reading.refused and dict(reading.variables) == expected


def _forms(name: str, value: str) -> Iterator[str]:
    """Yield ways of writing `value`, the plainest first."""
    if "\n" not in value:  # without quotes, a value ends with its line
        yield f"{name}={value}\n"
    if is_plain(value):
        return
    yield f"{name}='{value}'\n"
    yield _heredoc(name, value)  # this early, because a program that takes one has no other way, and trying takes time
    for written in _written(value):
        yield f"{name}={written}\n"


def _written(value: str) -> Iterator[str]:
    """Yield `value` in the quotes, and with the escapes, that some program reads."""
    for quote in ('"', "`"):
        yield f"{quote}{value}{quote}"
    # Programs differ in what a backslash in double quotes escapes, and whether `\n` becomes a line ending.
    for special in ('\\"', '\\"$', '\\"$`'):
        escaped = _escaped(value, special)
        yield f'"{escaped}"'
        yield '"' + escaped.replace("\n", "\\n").replace("\r", "\\r") + '"'
    doubled = _escaped(value, '\\"').replace("$", "$$")
    yield f'"{doubled}"'
    for special in ("\\'", "'"):
        yield f"'{_escaped(value, special)}'"
    yield "'" + value.replace("'", "'\\''") + "'"
    yield value.replace("$", "$$")


def _escaped(value: str, special: str) -> str:
    return "".join(f"\\{each}" if each in special else each for each in value)


def _heredoc(name: str, value: str) -> str:
    delimiter = "END"
    while delimiter in value:
        delimiter += "_"
    return f"{name}<<{delimiter}\n{value}\n{delimiter}\n"


def _why_not(name: str, value: str, loader: str) -> str:
    who = PORTABLE.label if loader == PORTABLE.name else loader
    reasons = {
        "no environment variable can hold a NUL byte": "\0" in value,
        "it is too long for an environment variable": len(name) + len(value) >= LONGEST_VARIABLE,
        f"{who} doesn't accept this name": not _NAME.fullmatch(name) or not _is_taken(name, loader),
        f"{who} doesn't support multi-line values": "\n" in value and not _takes_lines(loader),
        f"{who} doesn't support carriage returns": "\r" in value,
        f"{who} doesn't support empty values": not value,
        f"{who} doesn't support both kinds of quotes in one value": "'" in value and '"' in value,
        f"{who} doesn't keep leading or trailing whitespace": value != value.strip(),
    }
    found = next((reason for reason, holds in reasons.items() if holds), None)
    return found or f"{who} can't represent this value; encode it, for example as base64 on one line"


def _is_taken(name: str, loader: str, value: str = "x") -> bool:
    reader = find_loader(loader)
    return any(_reads(reader, form, name, value) for form in _forms(name, value))


@cache
def _takes_lines(loader: str) -> bool:
    """Return whether a value can have several lines; to try each way of writing a long one takes seconds."""
    return _is_taken(_ANY_NAME, loader, "a\nb")
