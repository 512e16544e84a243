"""Compares the loaders `node` and `dotenv` with node itself and with npm's dotenv."""

from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from setpoint.envfile.programs import dotenv, node
from setpoint.envfile.source_text import SourceText
from support.env_texts import contents
from support.real_programs import ENVIRONMENT, read_by_node_and_dotenv


@settings(
    max_examples=8,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(files=st.lists(contents, min_size=30, max_size=60))
def test_node_and_dotenv_read_the_same(tmp_path: Path, files: list[bytes]) -> None:
    """`process.loadEnvFile()` and `dotenv.parse()` give the same names and values."""
    for content, real in zip(files, read_by_node_and_dotenv(tmp_path, files), strict=True):
        text = SourceText.from_bytes("file", content).text
        assert dict(node.read(text, ENVIRONMENT).variables) == real["node"], text
        assert dict(dotenv.read(text, ENVIRONMENT).variables) == real["dotenv"], text
