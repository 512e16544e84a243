"""Keeps values that must not be printed out of everything that is printed."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import unquote

from setpoint.text.guarded import MASK
from setpoint.text.placeholder import is_placeholder_of_secret
from setpoint.text.secret_names import is_secret_name

if TYPE_CHECKING:
    from setpoint.text.taken_apart import TakenApart

_REPEATED_MASK = rf"(?:{re.escape(MASK)})+"
# A shorter value, a plain word or a placeholder is masked only as a whole: parts of `shop` are in too many words.
_SHORTEST_IN_PIECES = 8
_PLAIN_WORD = r"[a-z]{1,11}|[A-Z]{1,11}|[A-Z][a-z]{1,10}"
_LETTERS_OF_ONE_CASE = r"[a-z]+|[A-Z]+"
_QUOTES = "\\\"' \t\r\n"
# A longer one may hold a secret besides.
_LONGEST_PLACEHOLDER = 40
_SEVERAL_WORDS = r"[\s/:.,;-]"
_LETTERS_AND_DIGITS = r"[a-z][A-Z]|[A-Za-z]\d|\d[A-Za-z]"
_WORD = r"[^\s\"'`(),;:=<>\[\]{}|@&?]+"
_END_OF_SENTENCE = ".!…\\"
_PIECE, _PIECE_OF_LETTERS, _PIECE_OF_WORDS, _LONG_PIECE = 4, 5, 6, 12
_MOST_REMEMBERED = 100
# In no value, nor in a message.
_BETWEEN_VALUES = "\0"
_FEW_PIECES = 1_000
# A set of this many takes about 100 MB.
_MOST_PIECES = 1 << 20


class Redactor:
    """Masks a set of values wherever they, or parts of them, are in a text, in any form.

    A short value counts only as a whole word, and a part of a longer one only as it is written, because `shop`
    inside a secret URL has nothing to do with `SHOP_PORT`; the whole and a long part count in any case, backwards,
    spelt out, and with whatever between their letters and digits.
    """

    def __init__(self, values: Iterable[str]) -> None:
        self._values_given = values
        self._redacted: dict[str, str] = {}

    @cached_property
    def _given(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._values_given))

    @cached_property
    def _forms(self) -> list[str]:
        """Return every form of every value; most texts are about good files, and need none."""
        from setpoint.text.secret_forms import forms_of

        return sorted({form for value in self._given if value for form in forms_of(value)}, key=len)

    @cached_property
    def _words(self) -> set[str]:
        return {each for each in self._forms if _is_whole(_bare(each)) or _bare(each) in self._placeholders}

    @cached_property
    def _placeholders(self) -> set[str]:
        """Return the values, without quotes, that stand in for secrets and hold none."""
        bare = {_bare(each) for each in self._given}
        return {each for each in bare if len(each) <= _LONGEST_PLACEHOLDER and is_placeholder_of_secret(each)}

    @cached_property
    def _values(self) -> list[str]:
        return [each for each in self._forms if each not in self._words]

    def redact(self, text: str) -> str:
        """Return `text` with the values masked, and every recognisable part of them."""
        # A class refuses thousands of items in the same words, which may list a thousand choices.
        if (known := self._redacted.get(text)) is not None:
            return known
        redacted = self._anew(text)
        if len(self._redacted) < _MOST_REMEMBERED:
            self._redacted[text] = redacted
        return redacted

    def _anew(self, text: str) -> str:
        kept, last = list[str](), 0
        for start, end in sorted(self._spans(text)):
            if end <= last:
                continue
            # Masks in a row become one, because their number would give away the length.
            kept += [text[last:start], MASK] if start > last or not kept else []
            last = max(last, end)
        return re.sub(_REPEATED_MASK, MASK, "".join([*kept, text[last:]]))

    def holds(self, text: str) -> bool:
        """Return whether one of the values, or a long part of one, is in `text`; a short value only as a whole word."""
        return self._holds_as_written(text) or any(self._holds_as_written(spelt) for *_, spelt in _spelt_out(text))

    def _holds_as_written(self, text: str) -> bool:
        if next(self._whole_words(text), None) is not None:
            return True
        if not self._values or len(text) < _SHORTEST_IN_PIECES:
            return False
        if self._long_pieces.held_in(_folded(text)):
            return True
        beginnings = _parts_of(text, _SHORTEST_IN_PIECES) & self._values_by_beginning.keys()
        return any(each in text for beginning in beginnings for each in self._values_by_beginning[beginning])

    @cached_property
    def _values_by_beginning(self) -> dict[str, list[str]]:
        return _by_beginning(self._values)

    def _spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places in `text` that must be masked."""
        if not self._forms:
            return
        yield from self._as_read(text)
        yield from self._taken_apart.spans(text)
        yield from ((len(text) - end, len(text) - start) for start, end in self._in_any_case(text[::-1]))
        for start, end, spelt in _spelt_out(text):
            if next(self._as_read(spelt), None) is not None:
                yield start, end

    def _as_read(self, text: str) -> Iterator[tuple[int, int]]:
        yield from self._whole_words(text)
        yield from self._in_any_case(text)
        for pieces in self._pieces:
            yield from _places_of(pieces.held_in(text), pieces.size, text)

    def _whole_words(self, text: str) -> Iterator[tuple[int, int]]:
        if text in self._words:
            yield 0, len(text)
        for match in re.finditer(_WORD, text) if self._words else ():
            word = match[0].rstrip(_END_OF_SENTENCE)
            if match[0] in self._words or word in self._words:
                yield match.start(), match.start() + len(match[0] if match[0] in self._words else word)
        for each in self._words_with_gaps:
            yield from ((found.start(), found.end()) for found in re.finditer(rf"(?<!\w){re.escape(each)}(?!\w)", text))

    def _in_any_case(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where a value is, in whatever case; of a long one, a long part is enough."""
        folded = _folded(text)
        for word in re.finditer(_WORD, folded) if self._words_in_any_case else ():
            bare = word[0].rstrip(_END_OF_SENTENCE)
            if bare in self._words_in_any_case:
                yield word.start(), word.start() + len(bare)
        for beginning in _parts_of(folded, _SHORTEST_IN_PIECES) & self._short_by_beginning.keys():
            for each in self._short_by_beginning[beginning]:
                yield from _places_of({each}, len(each), folded)
        yield from _places_of(self._long_pieces.held_in(folded), _LONG_PIECE, folded)
        for word in re.finditer(_WORD, folded):
            letters = _letters(word[0]) if len(word[0]) >= _LONG_PIECE else ""
            if letters and self._long_pieces_of_letters.held_in(letters):
                yield word.start(), word.end()

    @cached_property
    def _taken_apart(self) -> "TakenApart":
        from setpoint.text.taken_apart import TakenApart

        return TakenApart(self._values)

    @cached_property
    def _words_in_any_case(self) -> set[str]:
        """Return the short values and plain words, except those that name secrets: `PASSWORD` is a name."""
        return {_folded(each) for each in self._words if not is_secret_name(each)} - self._placeholders

    @cached_property
    def _short_by_beginning(self) -> dict[str, list[str]]:
        """Return the values that are too short for long parts, and too long for words."""
        return _by_beginning(_folded(each) for each in self._values if len(each) < _LONG_PIECE)

    @cached_property
    def _words_with_gaps(self) -> list[str]:
        return [each for each in self._words if not re.fullmatch(_WORD, each) or each[-1] in _END_OF_SENTENCE]

    @cached_property
    def _pieces(self) -> "tuple[_Pieces, ...]":
        mixed = [each for each in self._values if _is_mixed(each)]
        of_words = [each for each in self._values if not _is_mixed(each)]
        letters = [each for each in of_words if not re.search(_SEVERAL_WORDS, each)]
        return (
            _Pieces([each for each in of_words if each not in {*letters}], _PIECE_OF_WORDS),
            _Pieces([*mixed, *letters], _PIECE_OF_LETTERS),
            _Pieces(mixed, _PIECE, without=_LETTERS_OF_ONE_CASE),
        )

    @cached_property
    def _long_pieces(self) -> "_Pieces":
        return _Pieces([_folded(value) for value in self._values if len(value) >= _LONG_PIECE], _LONG_PIECE)

    @cached_property
    def _long_pieces_of_letters(self) -> "_Pieces":
        """Return the same without what separates words: code takes that out, or puts something else there."""
        return _Pieces([_letters(_folded(each)) for each in self._values if len(each) >= _LONG_PIECE], _LONG_PIECE)


class _Pieces:
    """The parts of values that have one size.

    The parts of a few messages are searched for in all values, because an index of a megabyte of values takes seconds.
    """

    def __init__(self, values: Iterable[str], size: int, without: str | None = None) -> None:
        self.size = size
        self._without = without
        self._values = tuple(values)
        self._searched = 0

    def held_in(self, text: str) -> set[str]:
        """Return the parts of values that are in `text`."""
        if not self._values:
            return set()
        candidates = _parts_of(text, self.size)
        self._searched += len(candidates)
        found = self._searched_for(candidates) if self._searched < _FEW_PIECES else self._looked_up(candidates)
        return {each for each in found if not re.fullmatch(self._without, each)} if self._without else found

    def _searched_for(self, candidates: set[str]) -> set[str]:
        return {each for each in candidates if self._characters.issuperset(each) and each in self._text}

    def _looked_up(self, candidates: set[str]) -> set[str]:
        pieces, others = self._index
        return candidates & pieces | ({each for each in candidates if each in others} if others else set())

    @cached_property
    def _text(self) -> str:
        return _BETWEEN_VALUES.join(self._values)

    @cached_property
    def _characters(self) -> frozenset[str]:
        return frozenset(self._text)

    @cached_property
    def _index(self) -> tuple[set[str], str]:
        """Return as many parts as fit into an index, and the text of the values that don't."""
        pieces, others = set[str](), list[str]()
        for value in self._values:
            if len(pieces) > _MOST_PIECES:
                others.append(value)
            else:
                pieces |= _parts_of(value, self.size)
        return pieces, _BETWEEN_VALUES.join(others)


def _by_beginning(values: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for each in values:
        found.setdefault(each[:_SHORTEST_IN_PIECES], []).append(each)
    return found


def _parts_of(text: str, size: int) -> set[str]:
    return {text[at : at + size] for at in range(len(text) - size + 1)}


def _places_of(parts: set[str], size: int, text: str) -> Iterator[tuple[int, int]]:
    """Yield where in `text` one of the `parts` of one size is; most texts have none."""
    if parts:
        yield from ((at, at + size) for at in range(len(text) - size + 1) if text[at : at + size] in parts)


def _spelt_out(text: str) -> Iterator[tuple[int, int, str]]:
    from setpoint.text.spelled_out import spelled_out

    return spelled_out(text)


def _is_whole(value: str) -> bool:
    return len(value) < _SHORTEST_IN_PIECES or bool(re.fullmatch(_PLAIN_WORD, value))


def _bare(form: str) -> str:
    """Return `form` without quotes around it, which may be percent-encoded."""
    return (unquote(form) if "%" in form else form).strip(_QUOTES)


def _is_mixed(value: str) -> bool:
    """Return whether `value` does not look like a word: it mixes letters and digits, or cases."""
    return "://" not in value and bool(re.search(_LETTERS_AND_DIGITS, value))


def _letters(text: str) -> str:
    """Return the letters and digits of `text`."""
    return re.sub(r"[\W_]+", "", text)


def _folded(text: str) -> str:
    """Return `text` with case folded; each character stays one character, so that places stay the same."""
    folded = text.lower()
    if len(folded) == len(text):
        return folded
    return "".join(lower if len(lower := character.lower()) == 1 else character for character in text)
