"""Turns a loader's problems into findings."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import Rule
from setpoint.check.finding import Finding, Region
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import DEFAULT_LOADER


def loader_problems(subject: Subject, rule: Rule[Subject], *, python_dotenv_too: bool = True) -> Iterator[Finding]:
    """Yield a finding for each problem that `rule` reports, in the loader's words.

    A name is given if its line may show it, or if the settings know it.

    Args:
        subject: What to check.
        rule: The rule, which says which kind of problem it reports.
        python_dotenv_too: False if the rule has its own words for the problems of python-dotenv.
    """
    files = [file for file in subject.gathered.files if python_dotenv_too or file.loader != DEFAULT_LOADER]
    found = [(file, problem) for file in files for problem in file.reading.problems if problem.kind is rule.problem]
    shown = {(id(line.file), line.shown_name) for line in subject.lines} if found else frozenset()
    for file, problem in found:
        variable = subject.contract.find(problem.name) if problem.name else None
        is_shown = problem.name and (variable or (id(file), problem.name) in shown)
        name = variable.shown_name(problem.name) if variable and problem.name else problem.name if is_shown else None
        message = f"`{name}`: {problem.message}" if name else problem.message
        yield Finding(message, Region(file, problem.span), name, None, problem.hint)
