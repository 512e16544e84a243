"""Whatever bytes a file holds and whichever program reads it, its values can be shown and compared."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from setpoint.application.show_values import compare
from setpoint.cli import diff, explain, show
from setpoint.contract.settings_class import SettingsContract
from setpoint.envfile.loaders import LOADERS
from setpoint.resolution.provenance import provenances
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import parse_env_file
from setpoint.sources.gathered import Gathered


class Small(BaseSettings):
    """A setting of each kind, so that building it takes little time."""

    model_config = SettingsConfigDict(env_nested_delimiter="__")

    port: int = 80
    host: str = "localhost"
    token: SecretStr | None = None
    labels: dict[str, int] = {}


CONTRACT = SettingsContract.of(Small)
PIECES = ["PORT", "HOST", "TOKEN", "LABELS__", "X", "=", "'", '"', "\\", " #", "${", "}", "export ", "\n", "\r", "80"]
STRANGE = ["\x85", "\u2028", "\0", "\ufeff", "\x1b[31m", "\u202e", "\u6f22", "{}"]
file_like = st.lists(st.sampled_from([*PIECES, *STRANGE]), max_size=30).map(lambda pieces: "".join(pieces).encode())
contents = st.one_of(st.binary(max_size=100), file_like, file_like.map(lambda text: text + b"\xff"))


@given(contents, contents, st.sampled_from([None, *LOADERS]))
@settings(max_examples=100)
def test_any_two_files_can_be_shown_and_compared(one: bytes, other: bytes, loader: str | None) -> None:
    """Without an error, as JSON that can be read, and as lines that steer no terminal."""
    old, new = (Subject(CONTRACT, Gathered((parse_env_file("x.env", each, {}, loader),))) for each in (one, other))
    found, differing = list(provenances(old)), compare([old], [new])
    lines = [*show._lines([old], None), *explain._lines(old, CONTRACT.variables[0], found)]
    lines += [line for each in differing for line in diff._lines(*each, None)]
    assert [line for line in lines if not line.isprintable()] == []
    assert json.loads(show._json([old], None))["version"] == 1
    assert json.loads(diff._json([CONTRACT], differing, None))["version"] == 1
    assert compare([old], [old]) == []
