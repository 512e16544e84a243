"""`import`: import what another secret store or configuration system has exported."""

import argparse
from collections.abc import Iterator, Mapping

from setpoint.cli.output import say
from setpoint.cli.service.service_command import (
    add_dangerous,
    add_json,
    add_place,
    add_write_check,
    show,
    with_service,
)
from setpoint.cli.service.submitting import add_submission, submission_of, tell_what_came_of_it
from setpoint.client.answer import Json
from setpoint.client.imported import Imported, read_imported
from setpoint.client.place import Place, parse_place
from setpoint.client.proposals import submitted
from setpoint.client.service import Service
from setpoint.errors import UnableError
from setpoint.sources.env_file import content_of
from setpoint.text.escape import printable
from setpoint.text.join import counted, joined


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command to `parser`."""
    add_place(parser)
    parser.add_argument(
        "file", metavar="FILE", help="the JSON that Doppler, Infisical, Vault, AWS SSM, kubectl or SOPS printed, or `-`"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="import only these variables")
    parser.add_argument("--apply", action="store_true", help="store it; without this, it is only checked and shown")
    parser.add_argument("-m", "--message", default="", help="why; by default, where it is from")
    add_dangerous(parser)
    add_write_check(parser)
    add_submission(parser)
    add_json(parser)


@with_service
def run(arguments: argparse.Namespace, service: Service) -> int:
    """Show what would be written, or write it, and return the exit status: 1 if the service refuses it."""
    place = parse_place(arguments.place)
    imported = _chosen(read_imported(_content(arguments.file)), arguments.only)
    based_on = service.current_revision(place)
    held = service.variables(place) if based_on is not None else {}
    answer = _written(arguments, service, place, imported, based_on)
    changes = [*_changes(imported.variables, held)]
    if arguments.json:
        told = {**answer, "imported_from": imported.program, "changes": changes}
        return tell_what_came_of_it(arguments, service, place, told)
    show(changes, [("variable", lambda row: row["name"]), ("change", lambda row: row["change"])], arguments, "")
    status = tell_what_came_of_it(arguments, service, place, answer)
    if not arguments.apply:
        say(_what_next(imported, place))
    return status


def _written(
    arguments: argparse.Namespace, service: Service, place: Place, imported: Imported, based_on: int | None
) -> Json:
    """Return what happened to the variables, or would happen to them."""
    how = submission_of(arguments)
    if how.proposes and not arguments.apply:
        message = "`--propose` stores a proposal: add `--apply`"
        raise UnableError(message)
    message = arguments.message or f"imported from {imported.program}"
    meant = {
        "message": message,
        "live": arguments.live,
        "allow_dangerous_names": arguments.allow_dangerous_names,
    }
    query = {**meant, "dry_run": not arguments.apply}
    return submitted(
        how,
        lambda reason: service.merge(place, imported.variables, based_on, {**query, "break_glass": reason}),
        lambda number: service.propose(place, {"patch": imported.variables}, based_on, {**meant, **how.query}, number),
    )


def _content(path: str) -> bytes:
    try:
        return content_of(path)
    except OSError as error:
        message = f"`{printable(path)}` can't be read: {error.strerror or error}"
        raise UnableError(message) from None


def _chosen(imported: Imported, only: list[str] | None) -> Imported:
    if only is None:
        return imported
    if missing := [name for name in only if name not in imported.variables]:
        message = f"{imported.program} printed no {joined([f'`{printable(name)}`' for name in missing])}"
        raise UnableError(message)
    return imported._replace(variables={name: imported.variables[name] for name in only})


def _changes(variables: Mapping[str, str], held: Mapping[str, Json]) -> Iterator[Json]:
    """Yield what happens to each variable; whether a secret changes is not known without revealing it."""
    for name, text in variables.items():
        known = held.get(name)
        if known is None:
            change = "new"
        elif known.get("secret"):
            change = "secret, written again"
        else:
            change = "unchanged" if known.get("value") == text else "changed"
        yield {"name": name, "change": change}


def _what_next(imported: Imported, place: Place) -> str:
    read = counted(len(imported.variables), "variable")
    return f"{read} read as {imported.program} prints them; to write them to {place}, add `--apply`\n"
