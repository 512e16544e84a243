"""The one door through which names and values reach people: what may be shown is decided here and nowhere else.

Nothing passes by default. The caller says what the contract says about a value (`secret`); the door knows
every secret of the same file or process, and lets none pass under another name.
"""

import re
from collections.abc import Callable, Iterable

from setpoint.text.escape import printable
from setpoint.text.guarded import Guarded
from setpoint.text.mask import Redactor
from setpoint.text.secret_names import is_public_name
from setpoint.text.secret_values import (
    holds_marked_token,
    is_one_word,
    is_token_as_name,
    looks_like_token,
    looks_secret,
    sounds_secret,
)

COMMENT = "#…"
"""What is shown of a comment: that there is one."""

OF_EVERY_PROCESS = frozenset(
    {"HOME", "HOSTNAME", "LANG", "LOGNAME", "OLDPWD", "PATH", "PWD", "SHELL", "TERM", "TMPDIR", "TZ", "USER"}
)
"""Variables of any process: they are not meant for a setting `path`, and `PWD` is not a password."""

_NAME = r"[A-Za-z_][A-Za-z0-9_.-]{0,63}"
_CONVENTIONAL_NAME = r"[A-Z_][A-Z0-9_]{0,63}"
_COMMENT = r"\s#"
_QUOTED = r"(?s)\s*(['\"`]).*\1\s*"


def shows_alone(value: Guarded, *, secret: bool, is_out_of_place: Callable[[str], bool]) -> bool:
    """Return whether the `value` of a known setting may be shown, as far as can be decided without other values.

    Args:
        value: What a source gives.
        secret: Whether the contract says that the setting is one.
        is_out_of_place: Returns whether a value seems to be a secret under the wrong name.
    """
    return not (secret or looks_secret(value.raw) or is_out_of_place(value.raw))


def is_secret_of_stranger(name: str, value: Guarded, *, in_process: bool) -> bool:
    """Return whether the `value` of a variable that no setting reads is a secret, by its name or by its looks.

    Args:
        name: The variable.
        value: What a source gives.
        in_process: Whether the source is the process environment, which is full of names and values of other programs.
    """
    if in_process:
        return name not in OF_EVERY_PROCESS and sounds_secret(name, value.raw)
    if sounds_secret(name, value.raw) or holds_marked_token(value.raw):
        return True
    return looks_like_token(value.raw) and not (is_public_name(name) and is_one_word(value.raw))


def is_name(name: str, *, has_value: bool) -> bool:
    """Return whether `name` has the form of a name; without a value, it may be a line of something else."""
    return bool(re.fullmatch(_NAME if has_value else _CONVENTIONAL_NAME, name))


class Names:
    """Decides which names of a file may be shown, one after the other, in the order of its lines.

    After a line that can't be read, what looks like a name may be the rest of a value that spans several lines
    (such as a private key): there, names are shown only if that can be ruled out.
    """

    def __init__(self) -> None:
        self._in_doubt = False

    def pass_over(self) -> None:
        """Record a line that the program ignores, and that is not a comment."""
        self._in_doubt = True

    def shows(self, name: str | None, value: Guarded | None, *, is_known: bool) -> bool:
        """Return whether `name` may be shown.

        Args:
            name: What is written where a name belongs, if anything.
            value: What is written after it; None if there is nothing, not even an equals sign.
            is_known: Whether the settings class knows it, or a name that is spelt similarly.
        """
        shows = name is not None and (is_known or self._is_fit(name, value))
        self._in_doubt = value is None or (not shows and (self._in_doubt or _ends_base64(name, value)))
        return shows

    def _is_fit(self, name: str, value: Guarded | None) -> bool:
        if is_token_as_name(name):
            return False
        if value is None:
            return not self._in_doubt and is_name(name, has_value=False)
        if self._in_doubt:
            return value.raw not in {"", "="} and is_name(name, has_value=False)
        return is_name(name, has_value=True) and not _ends_base64(name, value)


def _ends_base64(name: str | None, value: Guarded) -> bool:
    """Return whether a line looks like the last line of a key, which ends in `=` or `==`."""
    return value.raw == "=" or (not value and not is_name(name or "", has_value=False))


class Door:
    """Decides whether and how a value is shown."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Take all known secrets."""
        self._masks = Redactor(secrets)

    def lets_through(self, value: Guarded, *, secret: bool) -> bool:
        """Return whether `value` may be shown: it is not a `secret` itself, and holds no other secret either."""
        return not secret and not self._masks.holds(value.raw)

    @staticmethod
    def opened(value: Guarded, written: Guarded | None) -> str:
        """Return `value`, which may be shown, in the form to show.

        Args:
            value: What a program reads.
            written: How its file writes it, if it comes from one.
        """
        comment = None if written is None else comment_in(value.raw, written.raw)
        shown = printable(value.raw[:comment])
        return shown if comment is None else f"{shown}{COMMENT}"

    def words(self, text: str) -> str:
        """Return text from elsewhere, such as a validator's, with every secret masked."""
        return self._masks.redact(text)


def ends_in_comment(value: Guarded, written: str) -> bool:
    """Return whether whoever wrote `value`, which is `written` so in the file, meant a part of it as a comment."""
    return comment_in(value.raw, written) is not None


def comment_in(value: str, written: str) -> int | None:
    """Return where in `value` the part begins that was meant as a comment, but is not one to the program.

    Args:
        value: What the program reads.
        written: How the file writes it, with the blanks before it; inside quotes, `#` does not begin a comment.
    """
    if re.fullmatch(_QUOTED, written):
        return None
    if found := re.search(_COMMENT, value):
        return found.start() + 1
    meant = re.search(_COMMENT, written)  # Programs strip blanks, and some join lines.
    at = -1
    for _ in range(written.count("#", 0, meant.end()) if meant else 0):
        at = value.find("#", at + 1)
        if at < 0:
            return None
    return at if meant else None


def with_blanks(text: str, start: int, end: int) -> str:
    """Return what is in `text` from `start` to `end`, with the blanks before it."""
    while start and text[start - 1] in " \t":
        start -= 1
    return text[start:end]
