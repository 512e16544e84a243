"""How environments and revisions are named."""

import pytest

from setpoint.client.place import Place, find_place, parse_place
from setpoint.errors import UnableError


@pytest.mark.parametrize(
    ("word", "place"),
    [
        ("billing/production", Place("billing", "production")),
        ("a/1", Place("a", "1")),
        ("billing/production@44", Place("billing", "production", 44)),
        ("billing/production@1...2", Place("billing", "production", 1, 2)),
    ],
)
def test_a_place_is_read(word: str, place: Place) -> None:
    """As the service names it."""
    assert find_place(word) == place


@pytest.mark.parametrize(
    "word",
    [
        "",
        "billing",
        "billing/",
        "/production",
        "Billing/production",
        "billing/-a",
        "a/b/c",
        "../apps",
        "billing/production@0",
        "billing/production@x",
        "billing/production@1..2",
        "billing/production@1...",
        "billing/production@-1",
        f"a/{'b' * 64}",
        "a/b\n",
        "a/b?c",
        "a/b@" + "9" * 30,
        "\u0430/b",
    ],
)
def test_what_names_nothing_never_becomes_a_path(word: str) -> None:
    """It would ask the service for something else."""
    assert find_place(word) is None
    with pytest.raises(UnableError, match="is not an environment; write `APP/ENVIRONMENT`"):
        parse_place(word)


@pytest.mark.parametrize(
    ("word", "revisions", "written"),
    [("a/b@1", 0, "a/b"), ("a/b@1...2", 0, "a/b"), ("a/b@1...2", 1, "a/b@1")],
)
def test_more_revisions_than_are_wanted_are_a_sentence(word: str, revisions: int, written: str) -> None:
    """`push a/b@1` would not do what it seems to."""
    with pytest.raises(UnableError, match=f"write `{written}`$"):
        parse_place(word, revisions=revisions)
