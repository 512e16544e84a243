"""A command is started with what the program reads whose reading was checked, and with nothing else."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_settings import BaseSettings

from setpoint.launch import prepare
from setpoint.report import Status
from setpoint.settings_class import SettingsContract
from setpoint.sources import parse_env_file


class Pair(BaseSettings):
    """Two texts."""

    a: str = ""
    b: str = ""


CONTRACT = SettingsContract.of(Pair)
PIECES = [
    "A",
    "B",
    "C",
    "=",
    "=x",
    "'",
    '"',
    "\\",
    "\n",
    "\r",
    " ",
    "#",
    "${A}",
    "export ",
    "\ufeff",
    "é",
    "\udcff",
    "\0",
]
PIECES += ["\n# setpoint: ignore=SP102 a reason\n", "\n# setpoint: ignore=SP101,SP104 a reason\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_passes_is_what_python_dotenv_reads(tmp_path: Path, text: str) -> None:
    """The reading that finds all faults sees more than python-dotenv does; where it passes, both are the same."""
    content = text.encode("utf-8", "surrogateescape")
    path = tmp_path / "a.env"
    path.write_bytes(content)
    launch = prepare(CONTRACT, [str(path)], None, {"KEPT": "1"})
    if launch.report.status is Status.PASSED:
        read = parse_env_file("a.env", content, {"KEPT": "1"}, "python-dotenv").variables
        assert launch.environment == {"KEPT": "1", **read}
