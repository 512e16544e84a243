"""Values of strangers that are made to keep whoever looks at them busy."""

import time
from collections.abc import Callable
from itertools import product

import pytest

from setpoint.text.secret_values import is_bare_token, is_token_as_name, looks_like_token, looks_secret

_LENGTH = 5_000
_PIECES = (
    *("a", "aA", "a1", "A1", "aB1", "ABC", "1", " ", "a ", "a:", " a:", "a:a@", "a=", "--a ", "s:rea", "$1$"),
    *("login ", "mysql -", "docker login ", "\\u0041", "%41", "1:1:", '"', "eyJ", "a.", "a-", "a_", "/"),
)
_ENDS = ("", "!", "12345a")


@pytest.mark.parametrize("judge", [looks_secret, looks_like_token, is_bare_token, is_token_as_name])
def test_no_value_is_too_hard_to_judge(judge: Callable[[str], bool]) -> None:
    """One kilobyte was enough to stop a process, which tried each way of taking a word apart."""
    for start, piece, end in product(("", "1A"), _PIECES, _ENDS):
        text = f"{start}{piece * (_LENGTH // len(piece))}{end}"
        began = time.process_time()
        judge(text)
        assert time.process_time() - began < 0.2, (start, piece, end)
