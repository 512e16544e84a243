"""Takes one word of a shell's text apart: plain and quoted text, references, and what is only known at run time."""

import re
from itertools import groupby

from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.shell.dialect import ShellDialect
from setpoint.envfile.shell.nesting import end_of_backticks, end_of_brackets
from setpoint.envfile.shell.parts import Dynamic, Part, Reference, Text, Word
from setpoint.envfile.source_text import Span

_DEEPEST_REFERENCE = 40
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*+")
_PLAIN = re.compile(r"[^ \t\n;&|<>()\\'\"$`]++")
_PLAIN_IN_DOUBLE_QUOTES = re.compile(r'[^"\\$`]++')
_PLAIN_IN_BRACES = re.compile(r"[^}\\'\"$`]++")
_BRACED = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*+|[0-9]++)(?P<operator>\}|:?[-+=?])")
_KNOWN_BUT_NOT_FOLLOWED = {
    True: re.compile(r"\$\{(?:[#!]?(?:[A-Za-z_][A-Za-z0-9_]*+|[0-9]++|[-@*#?$!])(?:[#%/^,@\[:}]|:?[-+=?])|[#!]\})"),
    False: re.compile(r"\$\{(?:#?(?:[A-Za-z_][A-Za-z0-9_]*+|[0-9]++|[-@*#?$!])(?:[#%}]|:?[-+=?])|#\})"),
}
_SUBSTRING_OF_NOTHING = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*+:\}")
_ANSI_C_QUOTED = re.compile(r"\$'(?:[^'\\]|\\.)*+'", re.DOTALL)
_RUNS = "the shell runs this, so the value is only known at run time"
_UNKNOWN = "the value is only known once a shell evaluates it"
_BAD = "the shell can't parse this reference"


class ShellSyntaxError(Exception):
    """The shell can't continue reading from here."""

    def __init__(self, kind: ProblemKind, span: Span, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.span = span
        self.message = message


class WordReader:
    r"""Reads the words of a text.

    Attributes:
        joints: Where a `\` at a line's end joins the next line outside quotes.
    """

    def __init__(self, text: str, dialect: ShellDialect) -> None:
        self.joints: list[int] = []
        self._text = text
        self._is_bash = dialect.is_bash
        self._at = 0
        self._depth = 0

    def read(self, start: int) -> Word:
        """Return the word at `start`, which may be empty.

        Raises:
            ShellSyntaxError: A quote or a bracket in it is never closed.
        """
        self._at = start
        parts: list[Part] = []
        while self._at < len(self._text):
            if plain := _PLAIN.match(self._text, self._at):
                parts.append(Text(plain[0], quoted=False))
                self._at = plain.end()
            elif self._text[self._at] in "\\'\"$`":
                self._read_special(parts)
            elif self._is_bash and self._text.startswith(("<(", ">("), self._at):
                self._read_command(parts, self._at + 2)
            else:
                break
        return Word(_joined(parts), Span(start, self._at))

    def _read_special(self, parts: list[Part]) -> None:
        character = self._text[self._at]
        if character == "\\":
            self._read_backslash(parts)
        elif character == "'":
            self._read_single_quotes(parts)
        elif character == '"':
            self._read_double_quotes(parts)
        elif character == "`":
            self._read_backticks(parts)
        else:
            self._read_dollar(parts, quoted=False)

    def _read_backslash(self, parts: list[Part]) -> None:
        following = self._text[self._at + 1 : self._at + 2]
        if following == "\n":
            self.joints.append(self._at)
        else:
            parts.append(Text(following or "\\", quoted=True))
        self._at = min(self._at + 2, len(self._text))

    def _read_single_quotes(self, parts: list[Part]) -> None:
        start = self._at
        end = self._text.find("'", start + 1)
        if end < 0:
            raise _unclosed(start)
        parts.append(Text(self._text[start + 1 : end], quoted=True))
        self._at = end + 1

    def _read_double_quotes(self, parts: list[Part]) -> None:
        start = self._at
        self._at += 1
        parts.append(Text("", quoted=True))
        while not self._text.startswith('"', self._at):
            if self._at >= len(self._text):
                raise _unclosed(start)
            if plain := _PLAIN_IN_DOUBLE_QUOTES.match(self._text, self._at):
                parts.append(Text(plain[0], quoted=True))
                self._at = plain.end()
            else:
                self._read_special_in_double_quotes(parts, '$`"\\')
        self._at += 1

    def _read_special_in_double_quotes(self, parts: list[Part], escapable: str) -> None:
        character = self._text[self._at]
        if character == "\\":
            following = self._text[self._at + 1 : self._at + 2]
            if following in escapable:
                parts.append(Text(following, quoted=True))
            elif following != "\n":
                parts.append(Text("\\" + following, quoted=True))
            self._at += 2
        elif character == "`":
            self._read_backticks(parts)
        else:
            self._read_dollar(parts, quoted=True)

    def _read_backticks(self, parts: list[Part]) -> None:
        start = self._at
        end = end_of_backticks(self._text, start + 1)
        if end is None:
            raise _unclosed(start)
        self._at = end
        parts.append(Dynamic(ProblemKind.COMMAND_SUBSTITUTION, _RUNS, Span(start, end)))

    def _read_command(self, parts: list[Part], inside: int) -> None:
        start = self._at
        end = end_of_brackets(self._text, inside)
        if end is None:
            raise _unclosed(start)
        self._at = end
        arithmetic = self._text.startswith("$((", start)
        kind = ProblemKind.NOT_STATIC if arithmetic else ProblemKind.COMMAND_SUBSTITUTION
        parts.append(Dynamic(kind, _UNKNOWN if arithmetic else _RUNS, Span(start, end)))

    def _read_dollar(self, parts: list[Part], *, quoted: bool) -> None:
        start = self._at
        following = self._text[start + 1 : start + 2]
        if name := _NAME.match(self._text, start + 1):
            self._at = name.end()
            parts.append(Reference(name[0], "", (), quoted, Span(start, self._at)))
            if self._text.startswith("\\\n", self._at):
                self._flag(parts, self._at, self._at + 2)
        elif following == "{":
            self._read_braces(parts, quoted=quoted)
        elif following == "(":
            self._read_command(parts, start + 2)
        elif following and following in "123456789":
            self._at += 2
            parts.append(Reference(following, "", (), quoted, Span(start, self._at)))
        elif (following and following in "0@*#?-$![") or self._text.startswith("\\\n", start + 1):
            self._flag(parts, start, self._end_of_odd_reference(start))
        elif following and following in "'\"" and not quoted:
            self._flag(parts, start, self._end_of_dollar_quotes(start))
        else:
            parts.append(Text("$", quoted=True))
            self._at += 1

    def _end_of_odd_reference(self, start: int) -> int:
        if self._is_bash and self._text.startswith("[", start + 1):
            closing = self._text.find("]", start)
            return closing + 1 if closing >= 0 else len(self._text)
        return start + 3 if self._text.startswith("\\\n", start + 1) else start + 2

    def _end_of_dollar_quotes(self, start: int) -> int:
        """Return which part of `$'…'` to skip: all of it in bash; only the `$` if the quotes continue as usual."""
        if not self._is_bash or self._text[start + 1] == '"':
            return start + 1
        match = _ANSI_C_QUOTED.match(self._text, start)
        if match is None:
            raise _unclosed(start)
        return match.end()

    def _flag(self, parts: list[Part], start: int, end: int, *, fatal: bool = False) -> None:
        self._at = end
        message = _BAD if fatal else _UNKNOWN
        parts.append(Dynamic(ProblemKind.NOT_STATIC, message, Span(start, end), fatal))

    def _read_braces(self, parts: list[Part], *, quoted: bool) -> None:
        start = self._at
        if self._depth == _DEEPEST_REFERENCE:
            message = "references are nested too deeply here, and nothing after this point is evaluated"
            raise ShellSyntaxError(ProblemKind.NOT_STATIC, Span(start, start + 2), message)
        match = _BRACED.match(self._text, start)
        if match is None:
            self._read_unfollowed_braces(parts, quoted=quoted)
            return
        self._at = match.end()
        if match["operator"] == "}":
            parts.append(Reference(match["name"], "", (), quoted, Span(start, self._at)))
            return
        word = _joined(self._word_in_braces(start, quoted=quoted))
        parts.append(Reference(match["name"], match["operator"], word, quoted, Span(start, self._at)))

    def _read_unfollowed_braces(self, parts: list[Part], *, quoted: bool) -> None:
        """Flag `${#NAME}`, `${NAME%…}` and the like, and what is not a reference at all."""
        start = self._at
        known = _KNOWN_BUT_NOT_FOLLOWED[self._is_bash].match(self._text, start)
        nothing = _SUBSTRING_OF_NOTHING.match(self._text, start)
        self._at = start + 2
        self._word_in_braces(start, quoted=quoted)
        self._flag(parts, start, self._at, fatal=known is None or nothing is not None)

    def _word_in_braces(self, opening: int, *, quoted: bool) -> list[Part]:
        """Read up to the closing `}` and past it."""
        parts: list[Part] = []
        self._depth += 1
        while not self._text.startswith("}", self._at):
            if self._at >= len(self._text):
                raise _unclosed(opening)
            if plain := _PLAIN_IN_BRACES.match(self._text, self._at):
                parts.append(Text(plain[0], quoted=quoted))
                self._at = plain.end()
            elif not quoted:
                self._read_special(parts)
            elif self._text[self._at] in "'\"":
                self._read_quotes_in_quoted_braces(parts)
            else:
                self._read_special_in_double_quotes(parts, '$`"\\}')
        self._at += 1
        self._depth -= 1
        return parts

    def _read_quotes_in_quoted_braces(self, parts: list[Part]) -> None:
        """Flag quotes in braces in quotes, on which shells do not agree."""
        start = self._at
        if self._text[start] == '"':
            self._read_double_quotes([])
        else:
            self._at += 1
        self._flag(parts, start, self._at)


def _joined(parts: list[Part]) -> tuple[Part, ...]:
    """Return `parts` with neighbouring texts of one kind merged."""
    joined: list[Part] = []
    for quoted, group in groupby(parts, lambda part: part.quoted if isinstance(part, Text) else None):
        if quoted is None:
            joined += group
        else:
            joined.append(Text("".join(part.text for part in group if isinstance(part, Text)), quoted))
    return tuple(joined)


def _unclosed(start: int) -> ShellSyntaxError:
    message = "this is never closed, so the shell reads nothing after this point"
    return ShellSyntaxError(ProblemKind.UNCLOSED_QUOTE, Span(start, start + 1), message)
