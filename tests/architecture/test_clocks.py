"""Times of day are told to people and stored; how long something takes is measured on a clock that never jumps."""

import ast
from pathlib import Path

BACKEND = Path(__file__).resolve().parents[2] / "backend"
TIMES_OF_DAY = {
    "app/cli/init.py": "when a token was made",
    "app/factory.py": "when something happened, and whether a token has expired",
    "app/http/resources/verdicts.py": "when a verdict was heard",
    "app/store/doctor.py": "for how long a webhook has not been delivered",
    "observability/logs/formatters.py": "when a line was written",
    "setpoint/client/first_offer.py": "how old a last known good is, which outlives its process",
    "setpoint/client/following.py": "when a revision was applied",
    "setpoint/client/session.py": "when an instance started, and what its id begins with",
    "setpoint/supervision/supervisor.py": "when a revision was applied",
}
"""Who asks for the time of day, each with what for. A lease, a pause or a deadline is no reason."""


def test_nothing_else_asks_for_the_time_of_day() -> None:
    """Whoever has to be named here has a reason to give."""
    asking = {
        path.relative_to(BACKEND).as_posix()
        for path in BACKEND.rglob("*.py")
        if _asks_for_the_time_of_day(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert asking == TIMES_OF_DAY.keys()


def _asks_for_the_time_of_day(module: ast.Module) -> bool:
    """Return whether `module` uses `datetime.now`, or `time.time` under whatever name."""
    attributes = [node for node in ast.walk(module) if isinstance(node, ast.Attribute)]
    imported = [
        name.name
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module == "time"
        for name in node.names
    ]
    return not {"time", "time_ns", "gmtime", "localtime"}.isdisjoint(imported) or any(
        isinstance(node.value, ast.Name)
        and (node.value.id, node.attr)
        in {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("time", "time"), ("time", "time_ns")}
        for node in attributes
    )
