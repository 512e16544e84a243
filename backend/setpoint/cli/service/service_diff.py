"""`diff` of revisions in the service: by type, and without the values of secrets."""

import argparse
from collections.abc import Iterator

from setpoint.cli.output import write_result
from setpoint.cli.service.service_command import with_service, write_json
from setpoint.cli.shown_setting import visible
from setpoint.client.answer import Answer, Json
from setpoint.client.place import Place, find_place
from setpoint.client.service import Service
from setpoint.errors import UnableError
from setpoint.text.escape import printable

_SIGNS = {"added": "+", "removed": "-", "changed": "~", "respelled": "~"}


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Print the differences and return the exit status: 1 only with `--exit-code`."""
    answer = _difference(service, [place for word in arguments.files if (place := find_place(word))])
    found = answer.objects("changes")
    if arguments.format == "json":
        write_json(answer.json)
    else:
        write_result("".join(f"{printable(line)}\n" for each in found for line in change_lines(each)))
    return int(bool(found) and arguments.exit_code)


def _difference(service: Service, places: list[Place]) -> Answer:
    match places:
        case [Place(revision=int(older), until=int(newer)) as place]:
            return service.difference(place, older, newer)
        case [Place(revision=None) as place, Place(until=None) as other]:
            return service.difference_of_environments(place, other)
        case _:
            message = "name two revisions, `billing/production@1...2`, or two environments"
            raise UnableError(message)


def change_lines(change: Json) -> Iterator[str]:
    """Yield the differences in one variable, as lines for people."""
    kind, secret = str(change.get("change")), change.get("secret")
    notes = []
    if secret:
        notes.append("secret, its values are not shown")
    if kind == "respelled":
        notes.append("same value, written differently")
    if change.get("origin"):
        notes.append(f"from {change['origin']}")
    yield f"{_SIGNS.get(kind, '?')} {change.get('name')}" + (f" ({'; '.join(notes)})" if notes else "")
    for sign, side in (("-", change.get("before")), ("+", change.get("after"))):
        if side is not None and not secret:
            yield f"    {sign} {visible(str(side))}"
