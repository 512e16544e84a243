"""Reads an env file as one in the portable subset, which every program reads alike.

The subset was found by experiment: random files in it went through 55 readers, and each gave exactly
what was written. `docs/guides/env-files.md` describes it for people.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import Span

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TAKEN_NAME = re.compile(
    r"UID|EUID|PPID|BASHOPTS|SHELLOPTS|PATH|HOME|PWD|OLDPWD|SHLVL|IFS|_|SECONDS|RANDOM|LINENO|NODE_OPTIONS|LD_.*"
)
_LONGEST_LINE = 65_535

_ENCODE = "choose another value, percent-encode it, or write it in base64"


class _Trouble(NamedTuple):
    """What breaks a value, how programs read it, and what to do."""

    pattern: re.Pattern[str]
    message: str
    hint: str = _ENCODE


# In this order, so that quotes are reported before what they hold.
_TROUBLES = (
    _Trouble(re.compile(r"[\"']"), "docker, podman and kubectl keep quotes", "remove the quotes"),
    _Trouble(
        re.compile(r"(?<=\s)#"),
        "docker, podman, kubectl and systemd read a trailing comment as part of the value",
        "put the comment on its own line",
    ),
    _Trouble(re.compile(r"#"), "node and dotenv cut a value at `#`"),
    _Trouble(re.compile(r"\r"), "shells and GitHub Actions keep a carriage return", "end lines with a line feed only"),
    _Trouble(re.compile(r"\s"), "shells and uv end a value at whitespace"),
    _Trouble(re.compile(r"\$"), "shells, compose and uv expand what follows `$`"),
    _Trouble(re.compile(r"\\"), "systemd, shells and uv remove a backslash"),
    _Trouble(re.compile(r"[&;|<>()`]"), "a shell treats this character as an operator or a command"),
    _Trouble(re.compile(r"[\x00-\x1f\x7f]"), "programs do not agree on control characters"),
    _Trouble(re.compile(r"[\ud800-\udfff]"), "programs do not agree on bytes that are not UTF-8"),
    _Trouble(re.compile(r"\A~|(?<=:)~"), "a shell expands `~` to a home directory"),
    _Trouble(re.compile(r"\A="), "zsh expands a leading `=` as a command name"),
)


def read(text: str, environment: Mapping[str, str]) -> Reading:  # noqa: ARG001 - every loader has the same signature
    """Read `text` as all programs read the portable subset; anything outside it is a problem."""
    draft = Draft()
    names: set[str] = set()
    start = 0
    if text.startswith("\ufeff"):
        start = 1
        message = "some programs read the byte order mark as part of the first name"
        draft.report(
            ProblemKind.BYTE_ORDER_MARK, Span(0, 1), message, hint="save the file as UTF-8 without a byte order mark"
        )
    while start < len(text):
        end = _line_end(text, start)
        _take(text, Span(start, end), names, draft)
        start = end + 1
    if text and not text.endswith("\n"):
        _report(draft, Span(len(text), len(text)), "the last line does not end with a newline", "end it with a newline")
    return draft.reading()


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _take(text: str, line: Span, names: set[str], draft: Draft) -> None:
    written = line.of(text)
    if not written:
        return
    if written.startswith("#"):
        if written.endswith("\\"):
            _report(draft, line, "older versions of systemd join a comment that ends in `\\` with the next line")
        return
    name, equal_sign, value = written.partition("=")
    name_span = Span(line.start, line.start + len(name))
    if not equal_sign or not _NAME.fullmatch(name):
        message = "the line is neither `NAME=value` nor a comment that starts in the first column"
        _report(draft, line, message, "write `NAME=value`, without `export`, indentation or spaces around `=`")
        return
    if name in names:
        _report(draft, name_span, "kubectl rejects a name that is set twice, and uv keeps the first value", name=name)
    names.add(name)
    value_span = Span(name_span.end + 1, line.end)
    draft.bind(name, value, name_span, value_span)
    _check_name(name, name_span, draft)
    _check_value(name, value, value_span, draft)


def _check_name(name: str, span: Span, draft: Draft) -> None:
    if _TAKEN_NAME.fullmatch(name):
        _report(draft, span, "the name has a special meaning to a shell or a program", "use another name", name)


def _check_value(name: str, value: str, span: Span, draft: Draft) -> None:
    if not value:
        _report(draft, span, "some programs ignore a variable whose value is empty", "leave it out", name)
    if len(name) + 1 + len(value.encode("utf-8", "surrogateescape")) > _LONGEST_LINE:
        _report(
            draft,
            span,
            "docker and podman reject a line of 64 KiB or more, and kubectl drops the rest of it",
            name=name,
        )
    for trouble in _TROUBLES:
        found = trouble.pattern.search(value)
        if found:
            place = Span(span.start + found.start(), span.start + found.end())
            _report(draft, place, trouble.message, trouble.hint, name)
            return


def _report(draft: Draft, span: Span, message: str, hint: str | None = None, name: str | None = None) -> None:
    draft.report(ProblemKind.NOT_PORTABLE, span, message, name, hint)
