"""Turns what a loader stumbled over into findings."""

from collections.abc import Iterator

from setpoint.check.finding import Finding, Place
from setpoint.check.rule import Rule
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import DEFAULT_LOADER, EnvFile


def loader_problems(subject: Subject, rule: Rule[Subject], *, python_dotenv_too: bool = True) -> Iterator[Finding]:
    """Yield a finding for each problem that `rule` reports, in the loader's own words.

    Args:
        subject: What to look at.
        rule: The rule, which says what kind of problem is its own.
        python_dotenv_too: False where the rule has words of its own for what python-dotenv stumbles over.
    """
    for file in subject.files:
        if file.loader == DEFAULT_LOADER and not python_dotenv_too:
            continue
        for problem in file.reading.problems:
            if problem.kind is rule.problem:
                name = shown_name(subject, file, problem.name)
                message = f"`{name}`: {problem.message}" if name else problem.message
                yield Finding(message, Place(file, problem.span), name, None, problem.hint)


def shown_name(subject: Subject, file: EnvFile, name: str | None) -> str | None:
    """Return `name` if it is fit to print: it is where its line shows it, or where the settings know it."""
    if name is None:
        return None
    return name if subject.contract.find(name) or (id(file), name) in subject.names_fit_to_print else None
