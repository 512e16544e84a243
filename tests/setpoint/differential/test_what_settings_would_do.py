"""Holds `check`, `show` and `load` to what `Settings()` itself does in a process with the same environment."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings

from support.differential.asking import Process
from support.differential.case import Case
from support.differential.catalogue.index import CASES
from support.differential.comparison import differences
from support.differential.situation import Situation, situations
from support.sampled_rows import sampled

_DEPTH = os.environ.get("DIFFERENTIAL_EXAMPLES")
# Without a depth it asks the same each time: what one run found, the next one has to find.
_PROFILE = settings(max_examples=4, derandomize=True) if _DEPTH is None else settings(max_examples=int(_DEPTH))


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Give the process that asks the class itself, and say in the end how often it did."""
    with Process("settings", tmp_path_factory.mktemp("reference")) as process:
        yield process
    exceptions = sum(case.exception is not None for case in CASES)
    print(f"\n{len(CASES)} settings classes, {process.asked} environments, {exceptions} named exceptions")  # noqa: T201 - what `make differential` is run for


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Give the process that asks Setpoint."""
    with Process("judgement", tmp_path_factory.mktemp("subject")) as process:
        yield process


def test_the_guide_names_each_exception() -> None:
    """Who has such a class can know of it before."""
    guide = (Path(__file__).parents[3] / "docs/guides/settings-class.md").read_text()
    assert all(case.exception in guide for case in CASES if case.exception is not None)


def test_the_decision_tells_the_figures() -> None:
    """What is claimed is what is tried."""
    decision = (Path(__file__).parents[3] / "docs/decisions/0015-the-class-reads-its-own-sources.md").read_text()
    exceptions = [case for case in CASES if case.exception is not None]
    assert f"a catalogue of {len(CASES)} settings classes" in decision
    assert len(exceptions) == 1


@pytest.mark.parametrize(
    "case", sampled([(case,) for case in CASES], one_in=2), ids=lambda case: case.settings.__name__
)
def test_setpoint_says_what_the_class_does(case: Case, reference: Process, subject: Process) -> None:
    """It takes what the class takes, gives the same settings, and names the sources and the faults that count."""

    @_PROFILE
    @given(situation=situations(case))
    def holds(situation: Situation) -> None:
        found = list(differences(case, situation, reference, subject))
        assert not found, "\n".join(map(str, (situation.for_process(), *found)))

    holds()
