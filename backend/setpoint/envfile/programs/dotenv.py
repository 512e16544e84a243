"""Reads an env file as npm's dotenv 17 does: anything but a statement is skipped, and nothing is looked up."""

import re
from bisect import bisect_left
from collections.abc import Mapping

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.reading import Reading
from setpoint.envfile.shortened_text import ShortenedText
from setpoint.envfile.source_text import Span, first_bad_byte, with_each_sequence_replaced

_LINE_ENDS = "\n\u2028\u2029"
_BLANKS_IN_LINE = "\t\v\f \xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u202f\u205f\u3000\ufeff"
_BLANKS = _BLANKS_IN_LINE + _LINE_ENDS
_RETURN_BEFORE_LINE_FEED = re.compile(r"\r(?=\n)")
_BLANK_RUN = re.compile(f"[{_BLANKS}]*+")
_REST_OF_LINE = re.compile(f"[^{_LINE_ENDS}]*+")
_EXPORT = re.compile(f"export[{_BLANKS}]++(?=[A-Za-z0-9_.-])")
_NAME = re.compile(r"[A-Za-z0-9_.-]++")
_SEPARATOR = re.compile(f"[{_BLANKS}]*+=|:[{_BLANKS}]")
_UNESCAPED_QUOTE = {quote: re.compile(rf"(?<!\\){quote}") for quote in "'\"`"}
_NOTHING_MORE = re.compile(f"[{_BLANKS_IN_LINE}]*+(?:[#{_LINE_ENDS}]|\\Z)")
_UNQUOTED = re.compile(r"[^#\n]*+")
_OPENING_QUOTE = re.compile(f"(?:\\A|(?<=[{_LINE_ENDS}]))['\"`]")
_CLOSING_QUOTE = re.compile(f"['\"`](?=[{_LINE_ENDS}]|\\Z)")
_UNUSABLE_NAME = "__proto__"


def read(text: str, environment: Mapping[str, str]) -> Reading:  # noqa: ARG001 - every loader has the same signature
    """Read `text` as `dotenv.parse()` does; it looks nothing up in `environment`."""
    reader = _Reader(text)
    reader.read_statements()
    return reader.draft.reading()


class _Reader:
    def __init__(self, text: str) -> None:
        self.draft = Draft()
        self.source = ShortenedText.without(_RETURN_BEFORE_LINE_FEED, text)
        self.text = self.source.text.replace("\r", "\n")
        self._report_odd_bytes(text)

    def read_statements(self) -> None:
        at = self._end(_BLANK_RUN, 0)
        while at < len(self.text):
            at = self._end(_BLANK_RUN, self._end(_REST_OF_LINE, self._read_statement(at)))

    def _read_statement(self, start: int) -> int:
        """Read the statement that begins at `start`, and return a place in its last line."""
        if self.text[start] == "#":
            return start
        for name_start in (self._end(_EXPORT, start), start):
            name_end = self._end(_NAME, name_start)
            separator = _SEPARATOR.match(self.text, name_end)
            if name_end > name_start and separator:
                return self._read_value(Span(name_start, name_end), separator.end())
        message = "the line is not `NAME=value`, so it is ignored"
        place = self.source.original_span(start, self._end(_REST_OF_LINE, start))
        self.draft.report(
            ProblemKind.MALFORMED_LINE, place, message, hint="write `NAME=value`, or comment the line out"
        )
        return start

    def _read_value(self, name: Span, start: int) -> int:
        opening = self._end(_BLANK_RUN, start)
        quote = self.text[opening : opening + 1]
        if quote in _UNESCAPED_QUOTE:
            closing = self._closing_quote(quote, opening)
            if closing is not None:
                value = _without_quotes(self.text[opening : closing + 1])
                self._take(name, _with_line_ends(value) if quote == '"' else value, Span(opening, closing + 1))
                return closing
        return self._read_unquoted(name, start)

    def _closing_quote(self, quote: str, opening: int) -> int | None:
        r"""Return the first quote without a `\` before it, otherwise the last with one, that only a comment follows."""
        unescaped = _UNESCAPED_QUOTE[quote].search(self.text, opening + 1)
        end = unescaped.start() if unescaped else len(self.text)
        at = end if unescaped else self.text.rfind(quote, opening + 1)
        while at > opening:
            if _NOTHING_MORE.match(self.text, at + 1):
                return at
            at = self.text.rfind(quote, opening + 1, at)
        return None

    def _read_unquoted(self, name: Span, start: int) -> int:
        end = self._end(_UNQUOTED, start)
        written = self.text[start:end]
        value = written.strip(_BLANKS)
        begin = start + len(written) - len(written.lstrip(_BLANKS)) if value else start
        span = Span(begin, begin + len(value))
        self._report_cut(name, value, span, end)
        quote = value[:1]
        value = _without_quotes(value)
        self._take(name, _with_line_ends(value) if quote == '"' else value, span)
        return end

    def _report_cut(self, name: Span, value: str, span: Span, end: int) -> None:
        if value[:1] in ("'", '"', "`") and (len(value) == 1 or value[-1] != value[0]):
            message = "this quote is not closed at the end of a line, so it stays in the value"
            place, hint = Span(span.start, span.start + 1), "close the quote, and remove what follows it"
            self._report(ProblemKind.UNCLOSED_QUOTE, place, message, name, hint)
        if value and span.end == end and self.text.startswith("#", end):
            message = "the value ends before the `#`, which starts a comment even without a space before it"
            place, hint = Span(end, self._end(_REST_OF_LINE, end)), "put the value in single quotes"
            self._report(ProblemKind.CUT_VALUE, place, message, name, hint)

    def _take(self, name_span: Span, value: str, value_span: Span) -> None:
        name = name_span.of(self.text)
        if "\n" in self.text[name_span.end : value_span.start] and value:
            message, hint = (
                "nothing follows the `=` on its line, so a later line becomes the value",
                "write `NAME=''`",
            )
            self._report(ProblemKind.CONTINUED_LINE, value_span, message, name_span, hint)
        if name == _UNUSABLE_NAME:
            message, hint = (
                "a JavaScript object can't hold a variable with this name, so it is dropped",
                "use another name",
            )
            self._report(ProblemKind.INVALID_NAME, name_span, message, name_span, hint)
            return
        spans = (self.source.original_span(span.start, span.end) for span in (name_span, value_span))
        self.draft.bind(name, with_each_sequence_replaced(value), *spans)

    def _report(self, kind: ProblemKind, span: Span, message: str, name: Span, hint: str) -> None:
        place = self.source.original_span(span.start, span.end)
        self.draft.report(kind, place, message, name.of(self.text), hint)

    def _report_odd_bytes(self, text: str) -> None:
        if text.startswith("\ufeff"):
            message = "the file starts with a byte order mark"
            self.draft.report(ProblemKind.BYTE_ORDER_MARK, Span(0, 1), message)
        bad_byte = first_bad_byte(text)
        if bad_byte is not None:
            message = "the file is not UTF-8, and each invalid byte becomes U+FFFD"
            place = Span(bad_byte, bad_byte + 1)
            self.draft.report(ProblemKind.NOT_UTF_8, place, message, hint="save the file as UTF-8")

    def _end(self, pattern: re.Pattern[str], at: int) -> int:
        match = pattern.match(self.text, at)
        return match.end() if match else at


def _without_quotes(value: str) -> str:
    """Remove each pair of quotes that begins at a line's start and ends, as late as possible, at a line's end."""
    if not _OPENING_QUOTE.search(value):
        return value
    closing = {
        quote: [match.start() for match in _CLOSING_QUOTE.finditer(value) if match[0] == quote] for quote in "'\"`"
    }
    pieces: list[str] = []
    at = 0
    for opening in _OPENING_QUOTE.finditer(value):
        ends = closing[opening[0]]
        if opening.start() < at or bisect_left(ends, opening.end()) == len(ends):
            continue
        pieces += value[at : opening.start()], value[opening.end() : ends[-1]]
        at = ends[-1] + 1
    return "".join(pieces) + value[at:]


def _with_line_ends(value: str) -> str:
    return value.replace("\\n", "\n").replace("\\r", "\r")
