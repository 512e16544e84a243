"""No room that writes for people opens a guarded value, so that a new output can't forget to mask one."""

import ast
from pathlib import Path

import pytest

from setpoint.text.guarded import Guarded

PACKAGE = Path(__file__).resolve().parents[2] / "backend" / "setpoint"
OPENERS = {
    "text/guarded.py": "is it",
    "text/shown.py": "the door",
    "resolution/shown_values.py": "asks the door",
    "resolution/subject.py": "hands values to the settings class, and secrets to the masks",
    "resolution/difference.py": "compares values",
    "resolution/origins.py": "looks for a setting inside a value",
    "resolution/effective_value.py": "compares values",
    "application/loading.py": "hands values to the process that starts",
    "application/launch.py": "hands values to the process that starts",
    "check/evidence/refusal_text.py": "looks for the word that was meant, in a value that was let through",
    "check/evidence/refused_values.py": "looks for the place of a fault, in a value that was let through",
    "cli/shown_setting.py": "makes keyed fingerprints",
}
"""Who opens guarded values, each with what for."""


def test_nothing_else_opens_a_guarded_value() -> None:
    """Whoever has to be named here has a reason to give."""
    opening = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if any(isinstance(node, ast.Attribute) and node.attr == "raw" for node in ast.walk(ast.parse(path.read_text())))
    }
    assert opening == OPENERS.keys()


TELLERS = ("application", "check", "cli", "formats", "generate", "testing")
UNGUARDED = {
    "application/compare_programs.py": "guards them",
    "application/conversion.py": "writes a file with the same values",
    "application/first_look.py": "counts them",
    "application/launch.py": "hands values to the process that starts",
    "application/shown_reading.py": "puts each to the door, for `read`",
    "application/sure_pass.py": "asks a contract, and says yes or nothing",
    "check/checking.py": "counts them",
    "check/evidence/reading_differences.py": "compares what programs read, and guards it",
}
"""Who looks at values as a loader hands them over, which are not guarded yet."""


def test_nothing_else_that_writes_for_people_takes_a_value_from_a_loader() -> None:
    """The rules and all outputs get values from the resolution, which guards them."""
    paths = (path for room in TELLERS for path in (PACKAGE / room).rglob("*.py"))
    found = {path.relative_to(PACKAGE).as_posix() for path in paths if _takes_values(ast.parse(path.read_text()))}
    assert found == UNGUARDED.keys()


def _takes_values(module: ast.Module) -> bool:
    """Return whether `module` has `binding.value`, or `variables` of a reading or file by their names and values."""
    attributes = [node for node in ast.walk(module) if isinstance(node, ast.Attribute)]
    return any(
        (each.attr == "value" and _last_word(each.value) in {"binding", "entry"})
        or (each.attr == "variables" and _last_word(each.value) in {"reading", "file"})
        for each in attributes
    )


def _last_word(node: ast.expr) -> str | None:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None


@pytest.mark.parametrize("form", ["{}", "{!r}", "{!s:>20}", "{0:}"])
def test_a_guarded_value_is_a_mask_in_every_text(form: str) -> None:
    """By whatever way it gets there."""
    assert "kXwv" not in form.format(Guarded("kXwvQzmWncRt"))
    assert "kXwv" not in "%s %r" % (Guarded("kXwvQzmWncRt"), [Guarded("kXwvQzmWncRt")])  # noqa: UP031 - tried on purpose
    with pytest.raises(TypeError):
        "".join([Guarded("kXwvQzmWncRt")])  # type: ignore[list-item]  # it is no string


APP = PACKAGE.parent / "app"
WITHOUT_SECRETS = {
    "receivers/sending.py": "a timer that hangs up",
    "service/limits/stream_places.py": "counts",
    "stream/broker.py": "events, which hold no values",
    "stream/heartbeats.py": "a clock",
}
"""Whose threads decrypt nothing, each with what they have instead."""


def test_what_a_thread_decrypts_is_its_own_secret() -> None:
    """A thread begins without the memory of any request, and what it decrypts must not be masked for ever."""
    starting = {
        path.relative_to(APP).as_posix()
        for path in APP.rglob("*.py")
        if "testing" not in path.parts
        and {"Thread", "Timer"} & (names := _called(path))
        and "secrets_of_its_own" not in names
    }
    assert starting == WITHOUT_SECRETS.keys()


def _called(path: Path) -> set[str]:
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    return {each.id for each in calls if isinstance(each, ast.Name)}
