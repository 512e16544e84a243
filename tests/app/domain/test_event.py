import pytest

from app.domain.event import START, Position, new_mark


def test_a_position_reads_as_it_is_written() -> None:
    """It travels as `id:` and comes back as `Last-Event-ID`."""
    position = Position(42, new_mark())
    assert Position.parse(str(position)) == position
    assert Position.parse("0-00000000") == START


@pytest.mark.parametrize(
    "text",
    [
        "",
        "42",
        "42-",
        "-1-00000000",
        "042-00000000",
        "1-0000000G",
        "9" * 20 + "-00000000",
        "9223372036854775808-00000000",
    ],
)
def test_what_is_no_position_is_none(text: str) -> None:
    """A client can send anything as `Last-Event-ID`."""
    assert Position.parse(text) is None
