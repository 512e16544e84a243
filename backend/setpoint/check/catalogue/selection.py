"""Which rules a check reports, selected by code, by the start of codes, or by name."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from setpoint.check.catalogue.rule import CATALOGUE
from setpoint.check.report import Report
from setpoint.text.suggest import nearest

_BEGINS_LIKE_A_CODE = r"[A-Za-z]+\d"
_LONGEST_SLIP = 3


class UnknownRuleError(ValueError):
    """A word names no rule that can be selected; the text suggests one."""


class Selection(NamedTuple):
    """What to report; that something could not be checked is always reported.

    Attributes:
        selected: Codes to report; None for all.
        ignored: Which of those not to report.
    """

    selected: frozenset[str] | None = None
    ignored: frozenset[str] = frozenset()

    @classmethod
    def of_words(cls, selected: Iterable[str] | None, ignored: Iterable[str]) -> "Selection":
        """Return the selection that words describe, each with codes, starts of codes or names, separated by commas.

        Raises:
            UnknownRuleError: One of them names no rule that can be selected.
        """
        codes = None if selected is None else frozenset().union(*map(selected_codes, selected))
        return cls(codes, frozenset().union(*map(ignored_codes, ignored)))

    def of(self, report: Report) -> Report:
        """Return `report` with only what is selected."""
        return report._replace(diagnostics=tuple(each for each in report.diagnostics if self.includes(each.code)))

    def includes(self, code: str) -> bool:
        """Return whether findings of the rule `code` are reported."""
        return CATALOGUE[code].unable or ((self.selected is None or code in self.selected) and code not in self.ignored)


def selected_codes(words: str) -> frozenset[str]:
    """Return the codes of the rules that `words`, separated by commas, name.

    Raises:
        UnknownRuleError: One of them names no rule.
    """
    return frozenset(code for word in words.split(",") for code in _codes(word.strip()))


def ignored_codes(words: str) -> frozenset[str]:
    """Return the codes of those rules that `words` name and that can be ignored.

    Raises:
        UnknownRuleError: One of them names no rule, or one that says that something could not be checked.
    """
    for word in words.split(","):
        found = _codes(word.strip())
        if all(CATALOGUE[code].unable for code in found):
            message = f"`{min(found)}` cannot be ignored: it says that nothing could be checked"
            raise UnknownRuleError(message)
    return selected_codes(words)


def find_code(word: str) -> str | None:
    """Return the code of the rule whose code or name is `word`, if there is one."""
    if word.upper() in CATALOGUE:
        return word.upper()
    return next((rule.code for rule in CATALOGUE.values() if rule.name == word.lower()), None)


def nearest_rule(word: str) -> str | None:
    """Return the code or name that is nearest to `word`, which is not one; None if none is near."""
    if not re.match(_BEGINS_LIKE_A_CODE, word):
        return nearest(word, (rule.name for rule in CATALOGUE.values()), _LONGEST_SLIP)
    # Among equally near codes, those on the same topic come first.
    return nearest(word, sorted(CATALOGUE, key=lambda code: code[:3] != word[:3].upper()), _LONGEST_SLIP)


def _codes(word: str) -> frozenset[str]:
    one = find_code(word)
    found = {one} if one else {code for code in CATALOGUE if word and code.startswith(word.upper())}
    if not found:
        meant = nearest_rule(word)
        hint = f"did you mean `{meant}`?" if meant else "`setpoint rule` lists them"
        message = f"no rule is called `{word}`; {hint}"
        raise UnknownRuleError(message)
    return frozenset(found)
