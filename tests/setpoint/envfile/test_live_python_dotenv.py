"""Compares the loader `python-dotenv` with python-dotenv itself."""

from hypothesis import given, settings

from setpoint.envfile.programs.python_dotenv import read
from support.env_texts import texts
from support.real_programs import ENVIRONMENT, read_by_python_dotenv


@settings(max_examples=500)
@given(texts)
def test_python_dotenv_reads_the_same(text: str) -> None:
    """`dotenv_values()` gives the same names and values, bare names included."""
    reading = read(text, ENVIRONMENT)
    assert {binding.name: binding.value for binding in reading.bindings} == read_by_python_dotenv(text)
