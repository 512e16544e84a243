"""Turns what a loader stumbled over into findings."""

from collections.abc import Iterator

from setpoint.check.finding import Finding, Place
from setpoint.check.problem_kinds import RULE_OF
from setpoint.envfile.reading import ProblemKind
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import DEFAULT_LOADER, EnvFile

_WITH_WORDS_OF_THEIR_OWN = {
    ProblemKind.BYTE_ORDER_MARK,
    ProblemKind.MALFORMED_LINE,
    ProblemKind.UNCLOSED_QUOTE,
    ProblemKind.UNDEFINED_REFERENCE,
}


def findings(subject: Subject, kind: ProblemKind) -> Iterator[Finding]:
    """Yield a finding for each problem of `kind`, in the loader's own words.

    Most of what python-dotenv stumbles over has rules with words of their own.
    """
    for file in subject.files:
        for problem in file.reading.problems:
            if problem.kind is kind and (file.loader != DEFAULT_LOADER or kind not in _WITH_WORDS_OF_THEIR_OWN):
                name = shown_name(subject, file, problem.name)
                message = f"`{name}`: {problem.message}" if name else problem.message
                severity = RULE_OF[kind].severity
                yield Finding(message, Place(file, problem.span), name, None, problem.hint, severity)


def shown_name(subject: Subject, file: EnvFile, name: str | None) -> str | None:
    """Return `name` if it is fit to print: it is where its line shows it, or where the settings know it."""
    if name is None:
        return None
    return name if subject.contract.find(name) or (id(file), name) in subject.names_fit_to_print else None
