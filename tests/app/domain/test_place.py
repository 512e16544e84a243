import re
from pathlib import PurePosixPath
from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.place import Place, is_label

LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


@given(LABELS, LABELS)
def test_a_place_reads_as_it_is_written(app: str, environment: str) -> None:
    """There is one way to write a place, and it leads back to it."""
    assert Place.parse(str(Place(app, environment))) == Place(app, environment)


@pytest.mark.parametrize(
    "text",
    ["", ".", "..", "a/b", "Billing", "a_b", "-a", "a-", "a b", "a\n", "a%2fb", "ａ", "a" * 64, "a\0", "ä"],  # noqa: RUF001 - full width
)
def test_what_could_be_spelled_in_two_ways_is_no_name(text: str) -> None:
    """A second spelling of a name could reach what the first one is kept from."""
    assert not is_label(text)


@given(st.text(max_size=70) | st.text("-abz09AZ_./%", max_size=8))
def test_a_name_is_spelled_in_one_way_alone(text: str) -> None:
    """In a URL, in a path of a file system and in every letter case."""
    if is_label(text):
        assert LABEL.fullmatch(text)
        assert quote(text, safe="") == text.lower() == normalize("NFKC", text) == text
        assert PurePosixPath("/a", text).parts == ("/", "a", text)
    else:
        assert not LABEL.fullmatch(text)


@pytest.mark.parametrize("text", ["billing", "billing/", "/production", "billing/production/x", "Billing/production"])
def test_what_names_no_environment_is_refused_in_words(text: str) -> None:
    """The message says what a name looks like."""
    with pytest.raises(ValueError, match="a place is `app/environment`"):
        Place.parse(text)
