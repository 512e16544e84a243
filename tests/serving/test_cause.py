"""What is told about an exception in one line."""

import pytest

from observability import known_secrets
from observability.known_secrets import know_secrets_of_the_process, masked, remember_secret, secrets_of_its_own
from serving.cause import cause_of
from serving.unread_values import mask_unread_values


@pytest.fixture(autouse=True)
def _nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any text may be told here, also one that another test has called a secret of the process."""
    monkeypatch.setattr(known_secrets, "_of_the_process", known_secrets._Memory())


def _raised(error: BaseException) -> BaseException:
    try:
        raise error  # noqa: TRY301 - so that it has a traceback
    except BaseException as caught:  # noqa: BLE001 - it is the subject
        return caught


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (SyntaxError("invalid syntax", ("a.py", 3, 1, "x = 'secret", 3, 2)), "SyntaxError: invalid syntax (a.py:3)"),
        (ValueError("no such key: s3cret-of-the-env"), "ValueError: no such key: ******** ("),
        (OSError("first line:\nsecond line"), "OSError: first line ("),
        (KeyError(), "KeyError ("),
    ],
)
def test_kind_text_and_place_are_one_line(error: BaseException, expected: str) -> None:
    """Before the settings are read, every value of the environment is masked."""
    with secrets_of_its_own():
        remember_secret("s3cret-of-the-env")
        said = cause_of(_raised(error))
    assert said.startswith(expected)
    assert "s3cret" not in said
    assert "\n" not in said


def test_values_of_an_environment_that_nobody_has_read_are_masked() -> None:
    """All that are long, and short ones that are called like a secret; but paths are told."""
    mask_unread_values({"A": "a-long-value", "DB_PASSWORD": "shop", "HOME": "/tmp", "MODE": "fast"})
    try:
        assert masked("a-long-value, shop, /tmp, fast") == "********, ********, /tmp, fast"
    finally:
        know_secrets_of_the_process([])
