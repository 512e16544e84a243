"""How `push` and `rollback` report the revision that they have written."""

from collections.abc import Iterator

from setpoint.client.answer import Json
from setpoint.client.place import Place
from setpoint.text.escape import printable
from setpoint.text.join import counted, some_joined


def told(place: Place, answer: Json) -> str:
    """Return what the service has done, as lines in which nothing controls a terminal."""
    return "".join(f"{printable(line)}\n" for line in _lines(place, answer))


def _lines(place: Place, answer: Json) -> Iterator[str]:
    number, variables = answer.get("revision"), answer.get("variables")
    held = f": {counted(variables, 'variable')}" if isinstance(variables, int) else ""
    if not answer.get("changed"):
        yield f"{place} already has exactly this, as revision {number}{held}"
        return
    if answer.get("dry_run"):
        yield f"{place} would get a new revision; nothing was stored"
    else:
        origin = f", those of revision {answer['copied_from']}" if answer.get("copied_from") else ""
        yield f"revision {number} of {place}{held}{origin}"
    unchecked = answer.get("unchecked")
    if isinstance(unchecked, list) and unchecked and not answer.get("copied_from"):
        what = some_joined([each if " " in each else f"`{each}`" for each in map(str, unchecked)])
        yield f"valid as far as the schema says; only the app's own class checks {what}"
    if isinstance(canary := answer.get("canary"), dict) and not answer.get("dry_run"):
        yield _tried(canary)


def _tried(canary: Json) -> str:
    instances, bake = canary.get("instances"), canary.get("bake_seconds")
    if not instances:
        return "no instance is there to try it first, so it is offered to all"
    who = "1 instance is" if instances == 1 else f"{instances} instances are"
    return f"{who} offered it first, and all others once it has been served for {bake} s"
