"""The pictures on the README show what a terminal shows today."""

import re

import pytest

from docs.documents import ROOT
from docs.screenshots import FOLDER, THEMES, picture


@pytest.mark.parametrize("theme", THEMES)
def test_a_picture_shows_what_the_command_prints(theme: str) -> None:
    """`make generate` draws it anew."""
    assert (FOLDER / f"check-{theme}.svg").read_text(encoding="utf-8") == picture(theme)


@pytest.mark.parametrize("theme", THEMES)
def test_a_picture_loads_nothing_from_elsewhere(theme: str) -> None:
    """A page does not tell another host who reads it."""
    addresses = re.findall(r"\w+://[^\"' )]+", (FOLDER / f"check-{theme}.svg").read_text(encoding="utf-8"))
    assert addresses == ["http://www.w3.org/2000/svg"]


def test_the_readme_shows_the_picture_that_fits_the_reader() -> None:
    """Light on light, dark on dark."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for theme in THEMES:
        assert f"docs/images/check-{theme}.svg" in text
