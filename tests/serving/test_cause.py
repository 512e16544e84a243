"""What is told about an exception."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.cause import cause_of


def _raised(error: BaseException) -> BaseException:
    try:
        raise error  # noqa: TRY301 - so that it has a traceback
    except BaseException as caught:  # noqa: BLE001 - it is the subject
        return caught


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ModuleNotFoundError("secret"), "ModuleNotFoundError ("),
        (ImportError("secret"), "ImportError ("),
        (NameError("secret"), "NameError ("),
        (AttributeError("secret"), "AttributeError ("),
        (SyntaxError("invalid syntax", ("a.py", 3, 1, "x = 'secret", 3, 2)), "SyntaxError: invalid syntax (a.py:3)"),
        (
            FileNotFoundError(2, "No such file or directory", "/secret"),
            "FileNotFoundError: No such file or directory (",
        ),
        (ValueError("secret"), "ValueError ("),
        (OSError("secret"), "OSError ("),
        (KeyError("secret"), "KeyError ("),
        (type("ImportErrorOfOurs", (ImportError,), {})("secret"), "ImportErrorOfOurs ("),
    ],
)
def test_a_text_is_told_only_where_python_has_made_it(error: BaseException, expected: str) -> None:
    """The text of any other exception is often the value that it complains about."""
    said = cause_of(_raised(error))
    assert said.startswith(expected)
    assert "secret" not in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("failing", "expected"),
    [
        ("import nowhere", "ModuleNotFoundError: No module named 'nowhere' ("),
        ("from json import nowhere", "ImportError: cannot import name 'nowhere' from 'json' ("),
        ("nowhere", "NameError: name 'nowhere' is not defined ("),
    ],
)
def test_python_says_what_is_missing(failing: str, expected: str) -> None:
    """It words that itself, of names alone."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - of which type is what the text says
        exec(failing, {})  # noqa: S102 - texts of this file
    assert cause_of(caught.value).startswith(expected)


@given(st.text(min_size=12))
def test_no_text_gets_out_whatever_it_looks_like(text: str) -> None:
    """Not even one that looks like a traceback of another exception."""
    looks_harmless = f'Traceback (most recent call last):\n  File "x", line 1\nImportError: {text}'
    assert cause_of(ValueError(looks_harmless)) == "ValueError"
