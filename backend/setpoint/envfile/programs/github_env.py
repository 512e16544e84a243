"""Reads a file as GitHub's runner reads `$GITHUB_ENV`: raw values, heredocs, and no comments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from setpoint.envfile.draft import Draft
from setpoint.envfile.problem import ProblemKind
from setpoint.envfile.reading import Reading
from setpoint.envfile.source_text import Span, first_bad_byte, with_each_sequence_replaced

_WIDE_ENCODINGS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_DROPPED_NAME = "NODE_OPTIONS"


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    text: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + len(self.text))


def read(text: str, environment: Mapping[str, str]) -> Reading:  # noqa: ARG001 - every loader has the same signature
    """Read `text` as the runner does; it looks nothing up in `environment`."""
    wide = _decoded_by_its_byte_order_mark(text)
    if wide is not None:
        return _of_wide_text(text, wide)
    draft = Draft()
    start = 0
    if text.startswith("\ufeff"):
        start = 1
        draft.report(ProblemKind.BYTE_ORDER_MARK, Span(0, 1), "the file starts with a byte order mark")
    _read_lines(text, start, draft)
    bad_byte = first_bad_byte(text)
    if bad_byte is not None:
        message = "the file is not UTF-8, and each invalid byte becomes U+FFFD"
        draft.report(ProblemKind.NOT_UTF_8, Span(bad_byte, bad_byte + 1), message, hint="save the file as UTF-8")
    return draft.reading()


def _read_lines(text: str, start: int, draft: Draft) -> None:
    lines = _lines(text, start)
    for line in lines:
        equal_sign, heredoc = line.text.find("="), line.text.find("<<")
        if not line.text:
            continue
        if equal_sign >= 0 and not 0 <= heredoc < equal_sign:
            at = line.start + equal_sign
            _take(line.text[:equal_sign], line.text[equal_sign + 1 :], line.start, Span(at + 1, line.span.end), draft)
        elif heredoc > 0 and heredoc + 2 < len(line.text):
            _take_heredoc(text, line, heredoc, lines, draft)
        else:
            message = "the line is not `NAME=value`, so the runner rejects the file; comments aren't supported either"
            draft.refuse(ProblemKind.MALFORMED_LINE, line.span, message, hint="remove the line")


def _take_heredoc(text: str, line: _Line, heredoc: int, lines: Iterator[_Line], draft: Draft) -> None:
    delimiter = line.text[heredoc + 2 :]
    start = line.span.end + 1
    end = start
    for body in lines:
        if body.text == delimiter:
            value = text[start:end]
            _take(line.text[:heredoc], value, line.start, Span(start, start + len(value)), draft)
            return
        end = body.span.end
    message = "no later line matches the delimiter after `<<`, so the runner rejects the file"
    place = Span(line.start + heredoc, line.span.end)
    draft.refuse(
        ProblemKind.UNCLOSED_QUOTE, place, message, hint="end the value with a line that holds only the delimiter"
    )


def _take(name: str, value: str, start: int, value_span: Span, draft: Draft) -> None:
    name_span = Span(start, start + len(name))
    name, value = with_each_sequence_replaced(name), with_each_sequence_replaced(value)
    if name.upper() == _DROPPED_NAME:
        message = "the runner never sets this variable, and ignores the line"
        draft.report(ProblemKind.INVALID_NAME, name_span, message, name, "set it in the step's own `env`")
        return
    draft.bind(name, value, name_span, value_span)


def _lines(text: str, start: int) -> Iterator[_Line]:
    while start < len(text):
        end = text.find("\n", start)
        if end < 0:
            yield _Line(start, text[start:])
            return
        yield _Line(start, text[start:end])
        start = end + 1


def _decoded_by_its_byte_order_mark(text: str) -> str | None:
    head = text[:4].encode("utf-8", "surrogateescape")
    for mark, encoding in _WIDE_ENCODINGS:
        if head.startswith(mark):
            content = text.encode("utf-8", "surrogateescape")
            return content[len(mark) :].decode(encoding, "replace")
    return None


def _of_wide_text(text: str, wide: str) -> Reading:
    """Read a UTF-16 or UTF-32 file: its places mean nothing in `text`, so each of them is the whole file."""
    draft, whole = Draft(), Span(0, len(text))
    inner = Draft()
    _read_lines(wide, 0, inner)
    for binding in inner.bindings:
        draft.bind(binding.name, binding.value, whole, whole)
    for problem in inner.problems:
        draft.report(problem.kind, whole, problem.message, problem.name, problem.hint)
    draft.refused = inner.refused
    message = "the file is not UTF-8, and only the runner reads this encoding"
    draft.report(ProblemKind.NOT_UTF_8, whole, message, hint="save the file as UTF-8")
    return draft.reading()
