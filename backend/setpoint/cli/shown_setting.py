"""What `show`, `explain` and `diff` have in common: which values to show, and how values and origins are worded."""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from setpoint.application.importing import NoSettingsClassError
from setpoint.application.show_values import values_of_a_start, values_of_files
from setpoint.cli.deploy_options import wanted_deploys
from setpoint.cli.options import given_path
from setpoint.cli.output import say
from setpoint.contract.settings_class import SettingsContract
from setpoint.errors import UnableError
from setpoint.generate.env_example import default_text
from setpoint.project import Project
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.provenance import Provenance, is_refused, location_of, source_in_words, source_of
from setpoint.resolution.subject import Subject
from setpoint.sources.gathered import ProcessEnvironment
from setpoint.text.escape import printable
from setpoint.text.fingerprint import LONGEST_KEY, FingerprintKey, UnusableKeyError
from setpoint.text.guarded import MASK
from setpoint.text.join import counted, joined
from setpoint.validation.record import SourceRecord
from setpoint.validation.refusal import RefusalKind

UNSET = "(unset)"
"""What is shown of a setting that has no value."""

_FAILING = "a source that fails"
_WHERE_UNKNOWN = "not known, because a source fails"


def values_to_show(
    arguments: argparse.Namespace, contracts: Sequence[SettingsContract], project: Project
) -> list[Subject]:
    """Return what `check` would look at with the same arguments, for each settings class of the app."""
    environment = ProcessEnvironment.of_this_process()
    deploys = wanted_deploys(arguments, project) if arguments.files or arguments.kind else ()
    if deploys:
        from setpoint.application.deploys.showing import values_of_deploy  # noqa: PLC0415 - env files need nothing of it

        found = values_of_deploy(contracts, deploys[0], project, arguments.secrets_dir)
        note_problems(found, arguments.program)
        return found
    if not contracts:
        raise NoSettingsClassError
    if not arguments.files:
        found = values_of_a_start(contracts, environment.variables, project, arguments.secrets_dir)
    else:
        found = values_of_files(
            contracts,
            arguments.files,
            project,
            loader=arguments.loader,
            environment=environment if arguments.environment else None,
            directories=arguments.secrets_dir,
        )
    note_problems(found, arguments.program)
    return found


def note_problems(subjects: Sequence[Subject], program: str) -> None:
    """Say on standard error which files have problems, and that a source of the class fails."""
    files = {each.path: each for subject in subjects for each in subject.gathered.files if each.reading.problems}
    for path, file in files.items():
        problems = counted(len(file.reading.problems), "problem")
        say(f"note: `{printable(path)}` has {problems}, which `{program} check` explains\n")
    processes = [each.gathered.process for each in subjects if each.gathered.process]
    deployed = {each.name: each.problems for each in processes if each.problems}
    for name, found in deployed.items():
        problems = counted(len(found), "problem")
        say(f"note: the deploy of `{printable(name)}` has {problems}, which `{program} check` explains\n")
    if any(map(_source_fails, subjects)):
        say(f"note: a source of the settings class fails, which `{program} check` explains\n")
    off = {k: v for each in processes for k, v in each.passed_over.items()}
    if off:
        names = [f"`{printable(name)}` (`--profile {printable(profiles[0])}`)" for name, profiles in off.items()]
        say(f"note: no enabled profile starts {joined(names)}\n")


def add_fingerprint_option(parser: argparse.ArgumentParser) -> None:
    """Add `--fingerprint-key-file` to `parser`."""
    parser.add_argument(
        "--fingerprint-key-file",
        type=given_path,
        metavar="FILE",
        help="show a fingerprint of each secret (HMAC-SHA-256 with the key in FILE), for people who share that key",
    )


def fingerprint_key(arguments: argparse.Namespace) -> FingerprintKey | None:
    """Return the key, if the user names one.

    Raises:
        UnableError: The file can't be read, or holds no key.
    """
    path = arguments.fingerprint_key_file
    if path is None:
        return None
    try:
        with Path(path).open("rb") as stream:
            return FingerprintKey.of(stream.read(LONGEST_KEY + 3))
    except OSError as error:
        message = f"cannot read `{printable(path)}`: {(error.strerror or '').lower()}"
    except UnusableKeyError as error:
        message = f"`{printable(path)}` contains no key: {error}; `openssl rand -hex 32` makes one"
    raise UnableError(message)


def value_in_words(subject: Subject, provenance: Provenance) -> str:
    """Return the value in the form that a line of text shows."""
    if provenance.winner is not None:
        return visible(subject.shown.text(provenance.winner))
    if unknown_in(subject, provenance) is not None:
        return "(unknown)"
    default = shown_default(provenance)
    if default is not None:
        return visible(default)
    if provenance.variable.required:
        return "(missing)"
    return "(computed)" if provenance.variable.has_computed_default else UNSET


def _source_fails(subject: Subject) -> bool:
    """Return whether a source of the class fails, so that nobody knows what it would have set."""
    return any(each.kind is RefusalKind.SOURCE for each in subject.validated.refusals)


def shown_default(provenance: Provenance) -> str | None:
    """Return the default in a form that may be shown; None if there is none."""
    variable = provenance.variable
    if variable.default is None:
        return None
    text = default_text(variable)
    return MASK if text is None else printable(text)


def visible(text: str) -> str:
    """Return `text`, in quotes if it would otherwise be overlooked."""
    return f'"{text}"' if text != text.strip() or not text else text


def origin_in_words(assignment: Assignment | None) -> str:
    """Return where a value comes from."""
    if assignment is None:
        return "default"
    place = location_of(assignment)
    if place is not None:
        return f"{place.path}:{place.line}:{place.column}"
    return "process environment" if assignment.source is None else source_in_words(assignment.source)


def winner_in_words(subject: Subject, provenance: Provenance) -> str:
    """Return where the value of `provenance` comes from, and whether the class accepts it."""
    unknown = unknown_in(subject, provenance)
    if unknown is not None:
        return _WHERE_UNKNOWN if unknown == _FAILING else f"from {printable(unknown)}, which is not in the files"
    if provenance.winner is None and provenance.variable.required:
        return "required but not set"
    refused = ", refused by the settings class" if is_refused(subject, provenance, provenance.winner) else ""
    return f"{origin_in_words(provenance.winner)}{_spelt(provenance.winner, provenance)}{refused}"


def unknown_in(subject: Subject, provenance: Provenance) -> str | None:
    """Return where a deploy takes the value from, if its files do not hold it, or why nobody knows the value."""
    if provenance.winner is None and _source_fails(subject):
        return _FAILING
    process = subject.gathered.process
    if process is None or provenance.winner is not None:
        return None
    names = [each.name for each in subject.contract.variables_at(provenance.variable.setting)]
    given = {subject.contract.canonical(name): what for name, what in process.unknown.items()}
    return next((given[name] for name in names if name in given), None)


def _spelt(assignment: Assignment | None, provenance: Provenance) -> str:
    """Return how a source spells the variable, if the class spells it differently."""
    if assignment is None or assignment.name == provenance.name or assignment.shown_name == provenance.shown_name:
        return ""
    return f" as {printable(assignment.shown_name)}"


def others_in_words(subject: Subject, provenance: Provenance) -> Iterator[str]:
    """Yield lines on the values that are merged with the winning one, and on those that it shadows."""
    for each in provenance.merged:
        where = f"{origin_in_words(each)}{_spelt(each, provenance)}"
        yield f"merged with {visible(subject.shown.text(each))} from {where}"
    yield from (_shadowed_in_words(subject, provenance, each) for each in provenance.shadowed)


def _shadowed_in_words(subject: Subject, provenance: Provenance, assignment: Assignment) -> str:
    """Return the line on a value that another one shadows, or that does not count."""
    where = f"{origin_in_words(assignment)}{_spelt(assignment, provenance)}"
    reason = _why_it_does_not_count(subject, assignment)
    if reason is not None:
        return f"not {visible(subject.shown.text(assignment))} from {where}: {reason}"
    refused = ", still refused by the settings class" if is_refused(subject, provenance, assignment) else ""
    return f"shadows {visible(subject.shown.text(assignment))} from {where}{refused}"


def _why_it_does_not_count(subject: Subject, assignment: Assignment) -> str | None:
    if not assignment.value and subject.contract.ignores_empty:
        return "empty counts as unset"
    if subject.asked.made_none:
        return "no source could be asked"
    if assignment.file is not None and subject.contract.names_env_file(assignment.variable):
        return "it is read from the process environment only"
    if assignment.file is not None and assignment.file.reading.refused:
        return "the program refuses the file"
    reader = assignment.variable.reader if assignment.variable else None
    sources = [each for each in subject.origins.sources if reader is None or each.settings_class is reader]
    if assignment.file is not None and not any(each.has(assignment.file) for each in sources):
        return "nothing reads it from there"
    return None


def fingerprint_of(subject: Subject, assignment: Assignment | None, key: FingerprintKey | None) -> str | None:
    """Return the fingerprint of a secret that is set; None for anything but the secret of a known setting."""
    if key is None or assignment is None or assignment.variable is None or subject.shown.shows(assignment):
        return None
    return key.fingerprint(subject.contract.canonical(assignment.name), assignment.value.raw)


def as_json(subject: Subject, provenance: Provenance, key: FingerprintKey | None) -> dict[str, Any]:
    """Return `provenance` as plain JSON values."""
    winner = provenance.winner
    described = {
        "name": printable(provenance.shown_name),
        "setting": ".".join(map(str, provenance.variable.setting)),
        "secret": provenance.variable.secret,
        "required": provenance.variable.required,
        "refused": is_refused(subject, provenance, provenance.winner),
        **_value_as_json(subject, winner, provenance),
        "merged": [_value_as_json(subject, each, provenance) for each in provenance.merged],
        "shadowed": [_shadowed_as_json(subject, each, provenance) for each in provenance.shadowed],
    }
    unknown = unknown_in(subject, provenance)
    if unknown is not None:
        described["unknown"] = printable(unknown)
    elif winner is None:
        described["value"] = shown_default(provenance)
    fingerprint = fingerprint_of(subject, winner, key)
    return described if fingerprint is None else {**described, "fingerprint": fingerprint}


def _shadowed_as_json(subject: Subject, assignment: Assignment, provenance: Provenance) -> dict[str, Any]:
    refused = {"refused": True} if is_refused(subject, provenance, assignment) else {}
    return {**_value_as_json(subject, assignment, provenance), **refused}


def _value_as_json(subject: Subject, assignment: Assignment | None, provenance: Provenance) -> dict[str, Any]:
    origin = origin_as_json(assignment)
    # In a file, its place says which one it is.
    if assignment is not None and assignment.file is None and _spelt(assignment, provenance):
        origin["variable"] = printable(assignment.shown_name)
    return {"value": None if assignment is None else subject.shown.text(assignment), "origin": origin}


def _paths_as_json(source: SourceRecord) -> dict[str, Any]:
    """Return the files of a source without variables; if there are several, any of them may have set the value."""
    paths = [printable(each) for each in source.paths]
    return {"paths": paths} if len(paths) > 1 else {"path": paths[0]} if paths else {}


def origin_as_json(assignment: Assignment | None) -> dict[str, Any]:
    """Return where a value comes from as plain JSON values, as in the service's `GET /v1/settings`."""
    described: dict[str, Any] = {"source": str(source_of(assignment))}
    place = location_of(assignment) if assignment else None
    if place is not None:
        described |= {"path": place.path, "line": place.line, "column": place.column}
    elif assignment is not None and assignment.source is not None:
        described |= {"name": printable(assignment.source.name), **_paths_as_json(assignment.source)}
    return described
