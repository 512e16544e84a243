"""Gives what is written for a program to the program itself."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from setpoint.envfile.writing import NotExpressibleError, write
from support.real_programs import read_by_node_and_dotenv, read_by_python_dotenv, read_by_shell, read_by_uv

_PIECES = (
    "a",
    " ",
    "'",
    '"',
    "`",
    "\\",
    "$",
    "$A",
    "${A}",
    "$$",
    "#",
    " #",
    "\n",
    "\r",
    "\\n",
    "=",
    "~",
    ":",
    ";",
    "é",
    "\t",
)
_values = st.one_of(
    st.lists(st.sampled_from(_PIECES), max_size=7).map("".join),
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
)


@pytest.mark.parametrize("loader", ["python-dotenv", "node", "dotenv", "uv", "bash", "dash"])
@settings(
    max_examples=3,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(values=st.lists(_values, min_size=15, max_size=25))
def test_the_program_reads_what_was_written_for_it(loader: str, tmp_path: Path, values: list[str]) -> None:
    """The real program reads back just the value, wherever there is a text for it."""
    written = {}
    for value in values:
        with suppress(NotExpressibleError):
            written[value] = write("NAME", value, loader).encode()
    for value, reading in zip(written, _real_readings(loader, tmp_path, list(written.values())), strict=True):
        assert reading == {"NAME": value}, written[value]


def _real_readings(loader: str, directory: Path, files: list[bytes]) -> list[object]:
    if loader == "python-dotenv":
        return [read_by_python_dotenv(content.decode()) for content in files]
    if loader in ("node", "dotenv"):
        return [reading[loader] for reading in read_by_node_and_dotenv(directory, files)]
    return list(read_by_uv(directory, files) if loader == "uv" else read_by_shell(loader, directory, files))
