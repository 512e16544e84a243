"""Compares the loader `python-dotenv` with python-dotenv itself."""

import io
import logging
from unittest import mock

import dotenv
import pytest
from hypothesis import given, settings

from env_texts import texts
from setpoint.envfile.python_dotenv import read

_ENVIRONMENT = {"OUTER": "outer_value"}


@pytest.fixture(autouse=True, scope="module")
def _without_its_warnings() -> None:
    logging.getLogger("dotenv.main").setLevel(logging.CRITICAL)


@settings(max_examples=500, deadline=None)
@given(texts)
def test_python_dotenv_reads_the_same(text: str) -> None:
    """`dotenv_values()` gives the same names and values, bare names included."""
    with mock.patch.dict("os.environ", _ENVIRONMENT, clear=True):
        expected = dotenv.dotenv_values(stream=io.StringIO(text, newline=None))
    assert {binding.name: binding.value for binding in read(text, _ENVIRONMENT).bindings} == dict(expected)
