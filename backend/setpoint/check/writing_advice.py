"""Finds how to write a value so that given programs read it alike, by having their readers try."""

from collections.abc import Sequence

from setpoint.envfile.loaders import find_loader
from setpoint.envfile.reading import ProblemKind
from setpoint.text.join import joined

_NAME = "NAME"
_HARMLESS = {ProblemKind.UNDEFINED_REFERENCE}
_WAYS = {"without quotes": "{}", "in single quotes": "'{}'", "in double quotes": '"{}"'}


def how_to_write(value: str, loaders: Sequence[str]) -> str:
    """Return how to write `value` so that all of `loaders` read it as it is, or which of them can share a file.

    The value itself is not in the answer.
    """
    served = {way: [each for each in loaders if _reads(each, form, value)] for way, form in _WAYS.items()}
    for way, readers in served.items():
        if len(readers) == len(loaders):
            return f"written {way} right after the `=`, and with nothing after it, all of them read it alike"
    ways = [f"{joined(readers)} {way}" for way, readers in _fewest(served).items()]
    if not ways:
        return "no way to write it works for any of them; base64 on one line or the path of a file would"
    return f"no single way to write it works for all of them; {', '.join(ways)}"


def _fewest(served: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return the ways that serve the most programs, each program named once."""
    chosen: dict[str, list[str]] = {}
    named: set[str] = set()
    for way, readers in sorted(served.items(), key=lambda item: -len(item[1])):
        new = [each for each in readers if each not in named]
        if new:
            chosen[way] = new
            named.update(new)
    return chosen


def _reads(loader: str, form: str, value: str) -> bool:
    reading = find_loader(loader).read(f"{_NAME}={form.format(value)}\n", {})
    troubled = any(problem.kind not in _HARMLESS for problem in reading.problems)
    return not troubled and dict(reading.variables) == {_NAME: value}
