from hypothesis import given
from hypothesis import strategies as st

from app.domain.difference import Change, Difference, differences

SETS = st.dictionaries(st.sampled_from("ABCDEF"), st.sampled_from(["1", "true", "2"]))


def same(_: str, old: str, new: str) -> bool:
    return {old, new} == {"1", "true"}


def test_a_difference_is_typed_and_hides_what_is_secret() -> None:
    """A text for the same value is told as such; of a secret only that it changed."""
    old = {"DEBUG": "true", "PORT": "1", "KEY": "one", "OLD": "x", "SAME": "s"}
    new = {"DEBUG": "1", "PORT": "2", "KEY": "two", "NEW": "y", "SAME": "s"}
    assert differences(old, new, {"DEBUG", "PORT", "OLD", "SAME"}, same) == (
        Difference("DEBUG", Change.RESPELLED, secret=False, old="true", new="1"),
        Difference("KEY", Change.CHANGED, secret=True),
        Difference("NEW", Change.ADDED, secret=True),
        Difference("OLD", Change.REMOVED, secret=False, old="x"),
        Difference("PORT", Change.CHANGED, secret=False, old="1", new="2"),
    )


@given(SETS, SETS)
def test_a_difference_read_backwards_is_its_opposite(old: dict[str, str], new: dict[str, str]) -> None:
    """The names are the same both ways, and none is told twice."""
    forth, back = differences(old, new, "ABC", same), differences(new, old, "ABC", same)
    assert [each.name for each in forth] == [each.name for each in back] == sorted({each.name for each in forth})
    assert [(each.old, each.new) for each in forth] == [(each.new, each.old) for each in back]
    assert {each.name for each in forth} == {name for name in {*old, *new} if old.get(name) != new.get(name)}
