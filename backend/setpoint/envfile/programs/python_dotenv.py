"""Reads an env file as python-dotenv 1.2 does, and so as pydantic-settings does.

The grammar is described in python-dotenv's documentation ("File format"); tests compare this file
with the real `dotenv_values`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from setpoint.envfile.reading import Binding, Reading
from setpoint.envfile.source_text import Span, first_bad_byte

if TYPE_CHECKING:
    from setpoint.envfile.draft import ExpansionLimit
    from setpoint.envfile.problem import Problem
    from setpoint.envfile.programs.python_dotenv_references import Reference

    _Kind = Literal["byte-order-mark", "malformed-line", "too-long-expansion", "unclosed-quote", "undefined-reference"]

_BLANK = r"[^\S\r\n]"
_SPACE = re.compile(r"\s*")
_EXPORT = re.compile(rf"(?:export{_BLANK}+)?")
_QUOTED_NAME = r"'([^']+)'"
_UNQUOTED_NAME = re.compile(r"([^=\#\s]+)")
_EQUAL_SIGN = re.compile(rf"{_BLANK}*=({_BLANK}*)")
_ESCAPE = {"'": r"\\([\\'])", '"': r"""\\([\\'"abfnrtv])"""}
_ESCAPED = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_UNQUOTED_VALUE = re.compile(r"[^\r\n]*")
_COMMENT_AFTER_VALUE = re.compile(r"\s#")
_END_OF_STATEMENT = re.compile(rf"{_BLANK}*(?:#[^\r\n]*)?(?:\r\n|\n|\r|\Z)")
_REST_OF_LINE = re.compile(r"[^\r\n]*")
_LINE_END = r"\r\n?"


class _Statement(NamedTuple):
    """One statement before its references are expanded.

    Attributes:
        end: Where it ends without blanks and comment; None if an open quote keeps it from ending.
        name: None for a comment, or if there is nothing that could be a name.
        value: None for a bare name or an open quote.
    """

    end: int | None
    name: Span | None = None
    value_span: Span | None = None
    value: str | None = None


def read(text: str, environment: Mapping[str, str]) -> Reading:
    """Read `text` as `dotenv_values()` does; in references, the file's own names override `environment`."""
    reading = read_despite_bad_bytes(text, environment)
    bad_byte = first_bad_byte(text)
    if bad_byte is None:
        return reading
    message = "the file is not UTF-8, so python-dotenv raises an exception"
    from setpoint.envfile.problem import Problem, ProblemKind  # noqa: PLC0415 - a good file has no problems

    problem = Problem(ProblemKind.NOT_UTF_8, Span(bad_byte, bad_byte + 1), message, hint="save the file as UTF-8")
    problems = tuple(sorted((*reading.problems, problem), key=lambda each: each.span))
    return Reading(reading.bindings, {}, problems, refused=True)


def read_despite_bad_bytes(text: str, environment: Mapping[str, str]) -> Reading:
    """Read `text` as if python-dotenv continued after a byte that is not UTF-8, to see what else is in the file."""
    return _Reader(text, environment).read()


class _Reader:
    def __init__(self, text: str, environment: Mapping[str, str]) -> None:
        self.text = text
        self.environment = environment
        self.problems: list[Problem] = []
        self.known: dict[str, str | None] = {}
        self.referred: set[str] = set()

    @cached_property
    def _limit(self) -> "ExpansionLimit":
        from setpoint.envfile.draft import ExpansionLimit  # noqa: PLC0415 - few files refer to variables

        return ExpansionLimit()

    def read(self) -> Reading:
        bindings = tuple(self._bindings())
        variables = {name: value for name, value in self.known.items() if value is not None}
        problems = tuple(sorted(self.problems, key=lambda problem: problem.span))
        valueless = tuple(name for name, value in self.known.items() if value is None)
        return Reading(bindings, variables, problems, valueless=valueless, referred=frozenset(self.referred))

    def _bindings(self) -> Iterator[Binding]:
        for statement in self._statements():
            if statement.name is None:
                continue
            name = _with_plain_line_ends(statement.name.of(self.text))
            span = statement.value_span or Span(statement.name.end, statement.name.end)
            value = None if statement.value is None else self._without_references(statement.value, name, span)
            self.known[name] = value
            yield Binding(name, value, statement.name, span)

    def _statements(self) -> Iterator[_Statement]:
        at = 0
        if self.text.startswith("\ufeff"):
            at = 1
            self._report("byte-order-mark", Span(0, 1), "the file starts with a byte order mark")
        while (at := _end(_SPACE, self.text, at)) < len(self.text):
            statement = self._statement(at)
            end = statement.end if statement.end is not None else at
            finished = _END_OF_STATEMENT.match(self.text, end) if statement.end is not None else None
            if finished:
                at = finished.end()
                self._report_bare_name(statement)
                yield statement
            else:
                at = _end(_REST_OF_LINE, self.text, end)
                self._report_unreadable(statement, Span(end, at))

    def _statement(self, start: int) -> _Statement:
        at = _end(_EXPORT, self.text, start)
        if self.text.startswith("#", at):
            return _Statement(at)
        name_match = (re.compile(_QUOTED_NAME) if self.text.startswith("'", at) else _UNQUOTED_NAME).match(
            self.text, at
        )
        if name_match is None:
            return _Statement(None)
        name = Span(*name_match.span(1))
        equal_sign = _EQUAL_SIGN.match(self.text, name_match.end())
        if equal_sign is None:
            return _Statement(name_match.end(), name)
        at = equal_sign.end()
        if equal_sign[1] and self.text.startswith("#", at):
            return _Statement(at, name, Span(at, at), "")
        quote = self.text[at : at + 1]
        return self._quoted(name, quote, at) if quote in _ESCAPE else self._unquoted(name, at)

    def _quoted(self, name: Span, quote: str, start: int) -> _Statement:
        match = _quoted_value(quote).match(self.text, start)
        if match is None:
            return _Statement(None, name, Span(start, start + 1))
        value = _with_plain_line_ends(match[1])
        if "\\" in value:
            value = re.sub(_ESCAPE[quote], lambda escape: _ESCAPED.get(escape[1], escape[1]), value)
        return _Statement(match.end(), name, Span(*match.span()), value)

    def _unquoted(self, name: Span, start: int) -> _Statement:
        value = self.text[start : _end(_UNQUOTED_VALUE, self.text, start)]
        comment = _COMMENT_AFTER_VALUE.search(value)
        value = value[: comment.start() if comment else None].rstrip()
        end = start + len(value)
        return _Statement(_end(_UNQUOTED_VALUE, self.text, end), name, Span(start, end), value)

    def _without_references(self, value: str, name: str, span: Span) -> str:
        if "${" not in value:
            return value
        from setpoint.envfile.programs.python_dotenv_references import references  # noqa: PLC0415 - likewise

        pieces: list[str] = []
        copied_to, searched_to = 0, span.start
        for reference in references(value):
            start = self.text.find("${" + reference.name, searched_to, span.end)
            place = span if start < 0 else Span(start, start + reference.end - reference.start)
            # If the text of a name is escaped it is not found, and searching further for each name would take too long.
            searched_to = span.end if start < 0 else start + 1
            pieces += (value[copied_to : reference.start], self._looked_up(reference, name, place))
            copied_to = reference.end
        return "".join([*pieces, value[copied_to:]])

    def _looked_up(self, reference: "Reference", name: str, place: Span) -> str:
        found: str | None = reference.default
        if reference.name in self.known:
            found = self.known[reference.name] or ""
            self.referred |= {reference.name} - {name}
        elif reference.name in self.environment:
            found = self.environment[reference.name]
        if found is None:
            message = "it refers to a variable that is not set at this point, so it expands to an empty string"
            hint = "set the variable above this line, or add a default: `${NAME:-default}`"
            self._report("undefined-reference", place, message, name=name, hint=hint)
            return ""
        if not self._limit.allows(found):
            message = "the references expand to more text than a process can receive"
            hint = "write the value without references"
            self._report("too-long-expansion", place, message, name=name, hint=hint)
            return ""
        return found

    def _report_bare_name(self, statement: _Statement) -> None:
        if statement.name is not None and statement.value is None:
            message = "the line has no `=`, so the variable gets no value"
            hint = "write `NAME=value`, or comment the line out"
            self._report("malformed-line", statement.name, message, self._name(statement), hint)

    def _report_unreadable(self, statement: _Statement, rest: Span) -> None:
        name = self._name(statement)
        if statement.value_span is not None and (statement.end is None or self._spans_lines(statement.value_span)):
            message = "this quote is never closed, so the line is ignored"
            hint = "close the quote, or remove it"
            start = statement.value_span.start
            self._report("unclosed-quote", Span(start, start + 1), message, name, hint)
        elif statement.value_span is not None:
            message = "text follows the closing quote, so the line is ignored"
            hint = "escape a quote inside the value with `\\`, or start a comment with ` #`"
            start = rest.start + _blanks(self.text, rest)
            self._report("malformed-line", Span(start, rest.end), message, name, hint)
        else:
            message = "the line is not `NAME=value`, so it is ignored"
            hint = "write `NAME=value`, or comment the line out"
            place = Span(statement.name.start if statement.name else rest.start, rest.end)
            self._report("malformed-line", place, message, name, hint)

    def _spans_lines(self, value: Span) -> bool:
        """Return whether `value`, with text after it, was most likely closed by the quote of another value."""
        return not {"\n", "\r"}.isdisjoint(value.of(self.text))

    def _name(self, statement: _Statement) -> str | None:
        return None if statement.name is None else statement.name.of(self.text)

    def _report(
        self, kind: "_Kind", span: Span, message: str, name: str | None = None, hint: str | None = None
    ) -> None:
        from setpoint.envfile.problem import Problem, ProblemKind  # noqa: PLC0415 - likewise

        self.problems.append(Problem(ProblemKind(kind), span, message, name, hint))


@cache
def _quoted_value(quote: str) -> re.Pattern[str]:
    """Return the pattern of a value between two of `quote`; few files have both kinds of quotes."""
    return re.compile(rf"{quote}([^{quote}\\]*(?:\\.[^{quote}\\]*)*){quote}", re.DOTALL)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _blanks(text: str, span: Span) -> int:
    rest = span.of(text)
    return len(rest) - len(rest.lstrip())


def _with_plain_line_ends(text: str) -> str:
    """Return `text` as Python reads it from a file in text mode ("universal newlines")."""
    return re.sub(_LINE_END, "\n", text) if "\r" in text else text
