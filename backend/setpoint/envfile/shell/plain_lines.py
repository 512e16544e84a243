"""Reads lines that are one plain assignment, as most lines of a shell file are, much faster than word by word."""

import re

from setpoint.envfile.draft import Draft
from setpoint.envfile.shell.dialect import ShellDialect
from setpoint.envfile.shell.variables import ShellVariables
from setpoint.envfile.source_text import Span

_SKIPPED = re.compile(r"(?:[ \t\n]++|(?<![^\n \t])#[^\n]*+)++")
_PLAIN = r"[^ \t\n'\"\\$`&|;<>(){}~]"
_REFERENCE = r"\$(?:\{[A-Za-z_][A-Za-z0-9_]*+\}|[A-Za-z_][A-Za-z0-9_]*+(?!\\\n))"
_LINE = re.compile(
    r"[ \t]*+(?:export[ \t]++)?(?P<name>[A-Za-z_][A-Za-z0-9_]*+)="
    rf"(?P<value>(?:{_PLAIN}++|{_REFERENCE})*+|'[^']*+'|\"(?:[^\"\\$`]++|\\.|{_REFERENCE})*+\")"
    r"[ \t]*+(?:(?<=[ \t])#[^\n]*+)?(?:\n|\Z)",
    re.DOTALL,
)
_BRACES = re.compile(r"[ \t]*+(?P<name>[A-Za-z_][A-Za-z0-9_]*+)=(?P<value>[^ \t\n'\"\\$`&|;<>()~]*+)[ \t]*+(?:\n|\Z)")
_MARK = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*+)\}?|\\(.)", re.DOTALL)


def read_plain_lines(text: str, start: int, draft: Draft, variables: ShellVariables, dialect: ShellDialect) -> int:
    """Take blank lines, comments and plain assignments from `start` on, and return where something else begins."""
    at = start
    while at < len(text):
        if skipped := _SKIPPED.match(text, at):
            at = skipped.end()
            continue
        line = _plain_assignment(text, at, variables, dialect)
        value = None if line is None else _meant(line["value"], variables)
        if line is None or value is None:
            break
        kept = variables.assign(line["name"], value)
        draft.bind(line["name"], kept, Span(*line.span("name")), Span(*line.span("value")))
        at = line.end()
    return at


def _plain_assignment(text: str, at: int, variables: ShellVariables, dialect: ShellDialect) -> re.Match[str] | None:
    if not variables.have_plain_rules:
        return None
    line = _LINE.match(text, at) or _BRACES.match(text, at)
    return None if line is None or dialect.is_special(line["name"]) else line


def _meant(written: str, variables: ShellVariables) -> str | None:
    quote = written[:1]
    if quote == "'":
        return written[1:-1]
    inside = written[1:-1] if quote == '"' else written
    if "$" not in inside and "\\" not in inside:
        return inside
    return _replaced(inside, variables)


def _replaced(inside: str, variables: ShellVariables) -> str | None:
    """Return `inside` with its references and escapes expanded; None if a reference may have no value."""
    pieces: list[str] = []
    at = put_in = 0
    for mark in _MARK.finditer(inside):
        meant = _unescaped(mark) if mark[1] is None else variables.refer_to(mark[1]).value
        if meant is None:
            return None
        put_in += len(meant)
        pieces += inside[at : mark.start()], meant
        at = mark.end()
    pieces.append(inside[at:])
    return "".join(pieces) if variables.limit.allows_characters(put_in) else None


def _unescaped(mark: re.Match[str]) -> str:
    escaped: str = mark[2]
    if escaped == "\n":
        return ""
    return escaped if escaped in '$`"\\' else mark[0]
