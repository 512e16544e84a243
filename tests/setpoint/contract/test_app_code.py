"""What the app's code raises ends nothing; a Ctrl-C does."""

import pytest

from setpoint.contract.app_code import AppCode


class _OfAFramework(BaseException):
    """Some frameworks end a test or a task with such a one."""


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(3), GeneratorExit(), _OfAFramework()])
def test_whatever_it_raises_is_kept(error: BaseException) -> None:
    """And what follows the block is reached."""
    with AppCode() as asked:
        raise error
    assert asked.error is error


def test_what_comes_of_it_is_returned() -> None:
    """Where it raises nothing, nothing is kept."""
    with AppCode() as asked:
        value = 1
    assert (value, asked.error) == (1, None)


def test_ctrl_c_goes_through() -> None:
    """It comes from whoever runs the command."""
    with pytest.raises(KeyboardInterrupt), AppCode():
        raise KeyboardInterrupt
