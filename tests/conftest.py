"""How hypothesis looks for counterexamples in every test."""

import os

import pytest
from hypothesis import HealthCheck, settings

pytest.register_assert_rewrite("app.store.testing")  # before whatever fixture imports it

settings.register_profile(
    "setpoint",
    # What is slow on a loaded machine, or on a fresh one that has no table of characters yet, is no bug.
    deadline=None,
    # A fixture that holds a folder or a client serves all examples of a test.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    # New examples are looked for while people work; a change lands or not by what it changes, not by luck.
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("setpoint")
