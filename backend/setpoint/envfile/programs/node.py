"""Reads an env file as `node --env-file` 24 does: a value ends at the first `#`, and nothing is looked up."""

import re
from collections.abc import Mapping

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.reading import Reading
from setpoint.envfile.shortened_text import ShortenedText
from setpoint.envfile.source_text import Span, first_bad_byte, with_each_sequence_replaced

_BLANKS = " \t\n"
_CARRIAGE_RETURN = re.compile("\r")
_BLANK_RUN = re.compile(r"[ \t\n]*+")
_LINE = re.compile(r"[^\n]*+")
_NAME = re.compile(r"[^=\n]*+")
_EXPORT = "export "
_ARRAY_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
_LAST_ARRAY_INDEX = 2**32 - 2


def read(text: str, environment: Mapping[str, str]) -> Reading:
    """Read `text` as node does; a variable that `environment` has keeps its value."""
    reader = _Reader(text)
    reader.read_statements()
    return reader.draft.reading(_handed_over(reader.draft, environment))


class _Reader:
    def __init__(self, text: str) -> None:
        self.draft = Draft()
        self.source = ShortenedText.without(_CARRIAGE_RETURN, text)
        self.text = self.source.text.rstrip(_BLANKS)
        self._report_odd_bytes(text)

    def read_statements(self) -> None:
        at = self._after_blanks(0)
        while at < len(self.text):
            at = self._read_statement(at)

    def _read_statement(self, start: int) -> int:
        """Read the statement that begins at `start`, and return where node continues: not always after blanks."""
        if self.text[start] in "\n#":
            return self._line_end(start) + 1
        equal_sign = _end(_NAME, self.text, start)
        start = min(self._after_blanks(start), equal_sign)
        name = self.text[start:equal_sign].rstrip(_BLANKS)
        name_span = self.source.original_span(start, start + len(name))
        if not self.text.startswith("=", equal_sign):
            message, hint = "the line has no `=`, so it is ignored", "write `NAME=value`, or comment the line out"
            if name:
                self.draft.report(ProblemKind.MALFORMED_LINE, name_span, message, name, hint)
            return self._after_blanks(equal_sign)
        at = equal_sign + 1
        if at == len(self.text) or self.text[at] == "\n":
            self._take_empty(name, name_span, at)
            return at
        return self._read_value(name, start, equal_sign)

    def _read_value(self, name: str, start: int, equal_sign: int) -> int:
        at = self._after_blanks(equal_sign + 1)
        if not name:
            message = "the name before `=` is missing, and what follows is read as the next line"
            place = self.source.original_span(equal_sign, equal_sign + 1)
            self.draft.report(ProblemKind.INVALID_NAME, place, message, hint="write `NAME=value`")
            return at
        if name.startswith(_EXPORT):
            start = self._after_blanks(start + len(_EXPORT))
            name = name[len(_EXPORT) :].strip(_BLANKS)
        name_span = self.source.original_span(start, start + len(name))
        if "\n" in self.text[equal_sign + 1 : at]:
            message = "only whitespace follows the `=`, so the next line becomes the value"
            hint = "remove the whitespace, or write `NAME=''`"
            place = self.source.original_span(at, self._line_end(at))
            self.draft.report(ProblemKind.CONTINUED_LINE, place, message, name, hint)
        if self.text[at] in "'\"`" and (closing := self.text.find(self.text[at], at + 1)) >= 0:
            return self._take_quoted(name, name_span, at, closing)
        return self._take_unquoted(name, name_span, at)

    def _take_quoted(self, name: str, name_span: Span, start: int, closing: int) -> int:
        value = self.text[start + 1 : closing]
        if self.text[start] == '"':
            value = value.replace("\\n", "\n")
        self._take(name, value, name_span, self.source.original_span(start, closing + 1))
        end = self._line_end(closing)
        rest = self.text[closing + 1 : end].strip(_BLANKS)
        if rest and not rest.startswith("#"):
            message = "text follows the closing quote, and is dropped"
            place = self.source.original_span(closing + 1, end)
            self.draft.report(ProblemKind.CUT_VALUE, place, message, name, "remove it, or put `#` before it")
        return end + 1

    def _take_unquoted(self, name: str, name_span: Span, start: int) -> int:
        end = self._line_end(start)
        line = self.text[start:end]
        if line[0] in "'\"`":
            message = "this quote is never closed, so it stays in the value"
            place = self.source.original_span(start, start + 1)
            self.draft.report(ProblemKind.UNCLOSED_QUOTE, place, message, name, "close the quote, or remove it")
            value = line
        else:
            value, hash_sign, _ = line.partition("#")
            if hash_sign and value and value[-1] not in _BLANKS:
                message = "the value ends before the `#`, which starts a comment even without a space before it"
                place = self.source.original_span(start + len(value), end)
                self.draft.report(ProblemKind.CUT_VALUE, place, message, name, "put the value in single quotes")
            value = value.strip(_BLANKS)
        self._take(name, value, name_span, self.source.original_span(start, start + len(value)))
        return self._after_blanks(end)

    def _take_empty(self, name: str, name_span: Span, at: int) -> None:
        if name.startswith(_EXPORT):
            message = "node keeps the word `export` in the name, because nothing follows the `=`"
            self.draft.report(ProblemKind.INVALID_NAME, name_span, message, name, "remove `export`")
        self._take(name, "", name_span, self.source.original_span(at, at))

    def _take(self, name: str, value: str, name_span: Span, value_span: Span) -> None:
        if "\0" in name or "\0" in value:
            message = "the value contains a NUL byte, and is cut off there"
            place = Span(name_span.start, value_span.end)
            self.draft.report(ProblemKind.NUL_BYTE, place, message, name, "remove the NUL byte")
        self.draft.bind(name, value, name_span, value_span)

    def _report_odd_bytes(self, text: str) -> None:
        if text.startswith("\ufeff"):
            message = "the file starts with a byte order mark, which becomes part of the first name"
            hint = "save the file as UTF-8 without a byte order mark"
            self.draft.report(ProblemKind.BYTE_ORDER_MARK, Span(0, 1), message, hint=hint)
        bad_byte = first_bad_byte(text)
        if bad_byte is not None:
            message = "the file is not UTF-8, and each invalid byte becomes U+FFFD"
            place = Span(bad_byte, bad_byte + 1)
            self.draft.report(ProblemKind.NOT_UTF_8, place, message, hint="save the file as UTF-8")

    def _after_blanks(self, at: int) -> int:
        return _end(_BLANK_RUN, self.text, at)

    def _line_end(self, at: int) -> int:
        return _end(_LINE, self.text, at)


def _handed_over(draft: Draft, environment: Mapping[str, str]) -> dict[str, str]:
    """Return what node sets: the last binding of each name, in byte order of the names, unless it is already set."""
    variables: dict[str, str] = {}
    last = {binding.name: binding for binding in draft.bindings}
    for binding in sorted(last.values(), key=lambda binding: binding.name.encode("utf-8", "surrogateescape")):
        name = with_each_sequence_replaced(binding.name.partition("\0")[0])
        if name in environment:
            message, hint = "the process already has this variable, and keeps its value", "unset it in the process"
            draft.report(ProblemKind.ALREADY_SET, binding.name_span, message, binding.name, hint)
        elif _ARRAY_INDEX.fullmatch(name) and int(name) <= _LAST_ARRAY_INDEX:
            message, hint = (
                "a JavaScript environment can't hold a name that is just a number, so it is dropped",
                "use another name",
            )
            draft.report(ProblemKind.INVALID_NAME, binding.name_span, message, binding.name, hint)
        elif name:
            variables.setdefault(name, with_each_sequence_replaced((binding.value or "").partition("\0")[0]))
    return variables


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
