"""Compares the loader `uv` with uv itself."""

from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from setpoint.envfile.programs.uv import read
from setpoint.envfile.source_text import SourceText
from support.env_texts import contents
from support.real_programs import ENVIRONMENT, read_by_uv


@settings(
    max_examples=2,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(files=st.lists(contents, min_size=15, max_size=25))
def test_uv_reads_the_same(tmp_path: Path, files: list[bytes]) -> None:
    """`uv run --env-file` gives a command the same names and values, or refuses the same files."""
    for content, real in zip(files, read_by_uv(tmp_path, files), strict=True):
        reading = read(SourceText.from_bytes("file", content).text, ENVIRONMENT)
        assert (None if reading.refused else dict(reading.variables)) == real, content
