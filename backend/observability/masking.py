"""Masks secret texts in other texts, in every form in which programs write a text, and the secret parts of URLs."""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus, unquote

from observability.escaping import one_line, side_by_side

if TYPE_CHECKING:
    from setpoint.text.taken_apart import TakenApart

MASK = "********"

_SHORTEST_WORD = 4
"""A shorter text protects nothing, and is in every other word."""

_SHORTEST_PIECE = 8
"""A text of this many characters is masked anywhere, a shorter one only as a whole word."""

_LONGEST_SIGN = 24
"""Python prepares for each text that it looks for, which takes longer than the look if that text is long."""

_MOST_COMPARED = 100
"""The limit for comparing each form with each other, which takes less than a millisecond."""

# What is never quoted or escaped, in texts of programs and in log lines.
_WRITTEN_ALIKE = re.compile(r"[A-Za-z0-9._~-]+")
_SAME_IN_LINES = re.compile(r"[!#-\[\]-~]+")
# Next to the known part of a secret in base64, one character may mix its first or last bits with others.
_BASE64 = "[A-Za-z0-9+/_-]"
_URL_USERINFO = re.compile(r"(?<=://)[^/\s@]+@")
_URL_QUERY = re.compile(r"(://[^\s?#\"'<>]*)[?#][^\s\"'<>]*")
_RELATIVE_QUERY = re.compile(r"(?<=[\w/.-])\?[\w.~%-]+=[^\s\"'<>)]*")


Span = tuple[int, int]
"""Where something begins and ends in a text."""


class Masks:
    """The masks of a set of secret texts.

    Args:
        secrets: The texts. Those of fewer than four characters are ignored.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = frozenset(secret for secret in secrets if len(secret) >= _SHORTEST_WORD)
        written = {form for secret in self._secrets for form in _written_forms(secret)}
        self._forms = frozenset(form for form in written if len(form) >= _SHORTEST_WORD)
        self._encoded = frozenset(form for secret in self._secrets for form in _forms_in_base64(secret))

    @cached_property
    def _signs(self) -> frozenset[str]:
        return _signs_of(self._forms | self._encoded)

    @cached_property
    def _signs_in_lines(self) -> frozenset[str]:
        return _signs_of(frozenset(each for form in self._forms | self._encoded for each in _in_lines(form)))

    def may_be_in_line(self, line: str) -> bool:
        """Return whether there may be a secret in a log line."""
        return _has_any(line, self._signs_in_lines)

    def spans(self, text: str) -> Iterator[Span]:
        """Yield where a secret is in `text`, in any of its forms."""
        if not _has_any(text, self._signs):
            return
        for form in self._forms:
            if form in text:
                yield from (found.span() for found in re.finditer(_pattern_of(form), text))
        for form in self._encoded:
            if form in text:
                yield from (found.span() for found in re.finditer(f"{_BASE64}?{re.escape(form)}{_BASE64}?", text))

    def spans_of_pieces(self, text: str) -> Iterator[Span]:
        """Yield where a part of a secret is: eight characters in any case, backwards or spelt out; words in a row."""
        if not self._pieces:
            return
        from setpoint.text.spelled_out import spelled_out

        yield from self._taken_apart.spans(text)
        yield from self._pieces_in(text)
        for start, end, spelt in spelled_out(text):
            if next(self._pieces_in(spelt), None) is not None:
                yield start, end

    def _pieces_in(self, text: str) -> Iterator[Span]:
        folded = _folded(text)
        if self._pieces.isdisjoint(_parts_of(folded)):
            return
        for at in range(len(folded) - _SHORTEST_PIECE + 1):
            if folded[at : at + _SHORTEST_PIECE] in self._pieces:
                yield at, at + _SHORTEST_PIECE

    @cached_property
    def _taken_apart(self) -> "TakenApart":
        from setpoint.text.taken_apart import TakenApart

        return TakenApart(secret for secret in self._secrets if "://" not in secret)

    @cached_property
    def _pieces(self) -> frozenset[str]:
        """The parts of all secrets in small letters, and backwards; not of URLs, whose words are in many others."""
        texts = [_folded(secret) for secret in self._secrets if "://" not in secret]
        return frozenset(part for text in texts for turned in (text, text[::-1]) for part in _parts_of(turned))


def mask_spans(text: str, spans: Iterable[Span]) -> str:
    """Return `text` with each span replaced by a mask; spans that touch or overlap share one."""
    kept, last, masked = list[str](), 0, False
    for start, end in sorted(spans):
        if start > last or not masked:
            kept += [text[last:start], MASK]
        last, masked = max(last, end), True
    return "".join([*kept, text[last:]])


def mask_urls(text: str) -> str:
    """Return `text` without the credentials and the queries of URLs."""
    if "://" in text:
        text = _URL_QUERY.sub(r"\1", _URL_USERINFO.sub(f"{MASK}@", text))
    return _RELATIVE_QUERY.sub("", text) if "?" in text else text


def _pattern_of(form: str) -> str:
    if len(form) >= _SHORTEST_PIECE:
        return re.escape(form)
    return rf"(?<![A-Za-z0-9_]){re.escape(form)}(?![A-Za-z0-9_])"


def _signs_of(forms: frozenset[str]) -> frozenset[str]:
    """Return short texts, one of which is in every text that contains any of `forms`."""
    least = forms
    if len(forms) <= _MOST_COMPARED:
        least = frozenset(form for form in forms if not any(other in form for other in forms - {form}))
    return frozenset(form[:_LONGEST_SIGN] for form in least)


def _has_any(text: str, signs: frozenset[str]) -> bool:
    # A plain loop, because every log line passes here.
    for sign in signs:  # noqa: SIM110
        if sign in text:
            return True
    return False


def _written_forms(secret: str) -> set[str]:
    """Return the ways in which programs write `secret`: as it is, quoted, escaped, encoded; and its lines."""
    encodable = _encodable(secret)
    encoded = {encodable.hex(), encodable.hex().upper(), *map(encodable.hex, ": -")}
    whole = base64.b64encode(encodable)
    for each in (whole, base64.b64encode(whole), base64.b32encode(encodable)):
        encoded.add(each.decode().rstrip("="))
    if _WRITTEN_ALIKE.fullmatch(secret):
        return {secret, *encoded}
    plain = {secret, secret.strip(), unquote(secret), encodable.decode()}
    plain.update(line.strip() for line in secret.splitlines() if len(line.strip()) >= _SHORTEST_PIECE)
    once = {form for text in plain for form in _escaped(text)}
    return {
        *once,
        # What was quoted is often part of something that is quoted again.
        *(form for text in once for form in _escaped(text)),
        repr(encodable)[2:-1],
        quote(encodable, safe=""),
        re.sub("%..", lambda escape: escape[0].lower(), quote(encodable, safe="")),
        quote(encodable),
        quote_plus(encodable),
        html.escape(secret),
        *encoded,
    }


def _escaped(text: str) -> Iterator[str]:
    """Yield how Python and JSON write `text` between quotes."""
    yield text
    if not _WRITTEN_ALIKE.fullmatch(text):
        yield repr(text)[1:-1]
        # In a text that has both kinds of quotes, perhaps around it, Python escapes one of them.
        yield repr(f'{text}"')[1:-2]
        yield ascii(text)[1:-1]
        yield json.dumps(text)[1:-1]
        yield json.dumps(text, ensure_ascii=False)[1:-1]


def _forms_in_base64(secret: str) -> Iterator[str]:
    """Yield the base64 (RFC 4648) of `secret` among other bytes, such as the user before it in a header.

    Four characters stand for three bytes, so there are three forms, by where it begins. A short secret makes forms that
    are in too many others.
    """
    content = _encodable(secret)
    for before in range(3) if len(content) >= _SHORTEST_PIECE else ():
        begin, end = before + (before > 0), (before + len(content)) * 4 // 3
        encoded = base64.b64encode(bytes(before) + content).decode()[begin:end]
        yield encoded
        yield encoded.replace("+", "-").replace("/", "_")


def _parts_of(text: str) -> set[str]:
    return {text[at : at + _SHORTEST_PIECE] for at in range(len(text) - _SHORTEST_PIECE + 1)}


def _folded(text: str) -> str:
    """Return `text` in small letters; each character stays one character, so that places stay the same."""
    folded = text.lower()
    return folded if len(folded) == len(text) else "".join(each.lower()[0] for each in text)


def _encodable(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


def _in_lines(form: str) -> Iterator[str]:
    """Yield how a log line writes `form`, as text and in JSON."""
    if _SAME_IN_LINES.fullmatch(form):
        yield form
        return
    for text in (form, side_by_side(form)):
        yield one_line(text)
        yield one_line(json.dumps(text, ensure_ascii=False)[1:-1])
