"""Finds the words of a value that was taken apart, as `split` does: some are too short to be looked for alone."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import pairwise

# In `b'one'`, the first letter is none of the value.
_WORD = re.compile(r"\b(?!b['\"])\w+")
_BETWEEN = re.compile(r"\W{1,6}(?:b['\"])?")
_IN_A_LIST = re.compile(r"[\"'`,;|]")
_PART_OF_WORD = re.compile(r"[^\W_]+")
_SEVERAL = re.compile(r"[^\W_][\W_]+[^\W_]")
# `host=db` and `{"host": "db"}` have names in them, which a message may list. A word of a million letters is read once.
_NAME = re.compile(r"\b\w++(?=[\\\"']*\s*=|[\\\"']+\s*:|:\s)")
# A sentence may have a few words in a row that are in one value.
_MOST_LETTERS_BY_CHANCE = 11
_MOST_LETTERS_BY_CHANCE_IN_A_LIST = 7
_FEWEST_LETTERS = 6

_IN_NONE = frozenset[int]()


class TakenApart:
    """The words of values, in whatever order and case, and with whatever between them."""

    def __init__(self, values: Iterable[str]) -> None:
        self._values = values

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where in `text` there are words of one value in a row, and too many of them by chance."""
        for row, values in self._rows(text):
            if self._is_too_much(text, row, values):
                yield row[0].start(), row[-1].end()

    def _rows(self, text: str) -> Iterator[tuple[list[re.Match[str]], frozenset[int]]]:
        """Yield two or more words of `text` that are in one value, and the numbers of the values that have them."""
        row, values, used = list[re.Match[str]](), _IN_NONE, Counter[str]()
        for word in _WORD.finditer(text) if self._index else ():
            key = word[0].lower()
            having = self._index.get(key, _IN_NONE)
            if not (row or having):  # as most words of most texts
                continue
            # A word that a value has once is not twice of it: what is around the value stays.
            shared = frozenset(number for number in values & having if used[key] < self._times[number][key])
            if shared and _BETWEEN.fullmatch(text, row[-1].end(), word.start()):
                row.append(word)
                values = shared
            else:
                if len(row) > 1:
                    yield row, values
                row, values, used = [word] if having else [], having, Counter()
            used[key] += 1
        if len(row) > 1:
            yield row, values

    def _is_too_much(self, text: str, row: Sequence[re.Match[str]], values: frozenset[int]) -> bool:
        listed = all(_IN_A_LIST.search(text, one.end(), other.start()) for one, other in pairwise(row))
        letters = sum(len(word[0]) for word in row)
        if letters > (_MOST_LETTERS_BY_CHANCE_IN_A_LIST if listed else _MOST_LETTERS_BY_CHANCE):
            return True
        # Of a value that has no more, all.
        return letters >= _FEWEST_LETTERS and any(letters >= self._letters[number] for number in values)

    @cached_property
    def _texts(self) -> list[str]:
        """Return the values that have several words, in small letters and without names."""
        texts = (_NAME.sub("", each.lower()) for each in self._values)
        return [each for each in texts if _SEVERAL.search(each)]

    @cached_property
    def _letters(self) -> list[int]:
        return [sum(map(str.isalnum, each)) for each in self._texts]

    @cached_property
    def _times(self) -> list[Counter[str]]:
        """Return how often each value has each of its words."""
        return [Counter(_WORD.findall(each)) | Counter(_PART_OF_WORD.findall(each)) for each in self._texts]

    @cached_property
    def _index(self) -> dict[str, frozenset[int]]:
        """Return the numbers of the values that have a word, for each word."""
        found: dict[str, set[int]] = {}
        for number, words in enumerate(self._times):
            for word in words:
                found.setdefault(word, set()).add(number)
        return {word: frozenset(numbers) for word, numbers in found.items()}
