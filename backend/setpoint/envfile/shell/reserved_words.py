"""Follows a shell's reserved words: which compound commands are open, and whether a word may be reserved."""

_OPENING = {"if": "if", "case": "case", "for": "loop", "while": "loop", "until": "loop", "{": "{"}
_BASH_OPENING = {"select": "loop", "[[": "[["}
_CLOSING = {"fi": "if", "esac": "case", "done": "loop", "}": "{"}
_BASH_CLOSING = {"]]": "[["}
_MIDDLE = {"then": "if", "elif": "if", "else": "if", "do": "loop"}
_WORDS_FOLLOW = frozenset(("case", "for", "select", "[["))
_BASH_PREFIXES = frozenset(("!", "time", "coproc"))


class ReservedWords:
    """The compound commands that are open at one place.

    Attributes:
        at_start: Whether a command may begin here, so that a word may be reserved.
        has_command: Whether there is something before here that an operator may follow.
        is_negated: Whether a `!` is right before here.
        names_function: Whether the word `function` is right before here.
    """

    def __init__(self, *, is_bash: bool) -> None:
        self.at_start = True
        self.has_command = False
        self.is_negated = False
        self.names_function = False
        self._is_bash = is_bash
        self._closing = {**_CLOSING, **_BASH_CLOSING} if is_bash else _CLOSING
        self._opening = {**_OPENING, **_BASH_OPENING} if is_bash else _OPENING
        self._prefixes = _BASH_PREFIXES if is_bash else frozenset("!")
        self._open: list[str] = []
        self._brackets = 0
        self._is_empty = False
        self._is_closed = False
        self._counts = False
        self._needs_compound = False

    @property
    def is_inside(self) -> bool:
        """Whether a compound command is open."""
        return bool(self._open)

    @property
    def is_in_brackets(self) -> bool:
        """Whether a subshell is open."""
        return self._brackets > 0

    @property
    def takes_loose_brackets(self) -> bool:
        """Whether brackets and `;;` may be alone, as in the patterns of a `case`."""
        return bool(self._open) and self._open[-1] in ("case", "[[")

    @property
    def possible_operators(self) -> tuple[str, ...]:
        """Which operators are allowed here."""
        if not self.has_command:
            return ()
        return (";",) if self.is_negated else (";", "&", "|", "|&", "&&", "||")

    @property
    def may_count(self) -> bool:
        """Whether `((` would begin arithmetic."""
        return self.at_start or self._counts

    def may_be(self, word: str) -> bool:
        """Return whether `word` may be a reserved one here."""
        return self.at_start or (word == "]]" and bool(self._open) and self._open[-1] == "[[")

    def is_prefix(self, word: str) -> bool:
        """Return whether a command follows the reserved `word`."""
        return word in self._prefixes

    def take(self, word: str) -> bool | None:
        """Follow `word` if it is reserved here, and return whether it was; None if it is not allowed here."""
        self.is_negated = word == "!"
        self.has_command = self.is_negated and self._is_bash
        if self._needs_compound and word not in self._opening:
            return None
        self._needs_compound = False
        if word in self._opening:
            self._open_compound(word)
        elif word in self._closing:
            return self._close(self._closing[word])
        elif word in _MIDDLE:
            return self._go_on(_MIDDLE[word])
        elif word == "in":
            return None if not self._open or self._open[-1] not in ("loop", "case") else False
        elif word == "function" and self._is_bash:
            self.at_start = False
            self.names_function = True
        else:
            return self.is_prefix(word)
        return True

    def begin_word(self) -> bool:
        """Record that a command's word is here, and return whether that is allowed."""
        allowed = not self._is_closed and not self._needs_compound
        self.at_start = self.is_negated = self._is_empty = self._counts = False
        self.has_command = True
        return allowed

    def begin_command(self) -> None:
        """Record that another command may begin here."""
        self.at_start = True
        self.has_command = self.is_negated = self._is_closed = self._counts = False

    def begin_function(self) -> None:
        """Record that the body of a function follows; bash requires a compound command there."""
        self.begin_command()
        self.names_function = False
        self._needs_compound = self._is_bash

    def open_bracket(self) -> None:
        """Follow a `(` at a command's start."""
        self._open.append("(")
        self._brackets += 1
        self._is_empty = True
        self._needs_compound = False

    def close_bracket(self) -> bool:
        """Follow a `)`, and return whether it is allowed here."""
        return bool(self._close("("))

    def _open_compound(self, word: str) -> None:
        self._open.append(self._opening[word])
        self.at_start = word not in _WORDS_FOLLOW
        self._counts = word == "for"
        self._is_empty = self.at_start

    def _go_on(self, kind: str) -> bool | None:
        if not self._open or self._open[-1] != kind or self._is_empty:
            return None
        self._is_empty = self.at_start = True
        self._is_closed = self.has_command = False
        return True

    def _close(self, kind: str) -> bool | None:
        if not self._open or self._open[-1] != kind or self._is_empty:
            return None
        self._open.pop()
        self._brackets -= kind == "("
        self._is_closed = self.has_command = self.at_start = True
        return True
