"""SP406 and SP407: variables that name files which hold values."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.finding import Finding, value_region
from setpoint.check.outcome import Severity
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import Trouble


@built_in("SP406", "missing-secret-file", Severity.ERROR)
def missing_secret_file(subject: Subject) -> Iterator[Finding]:
    """Report a variable such as `DB_PASSWORD_FILE` that names a file which can't be read.

    Why it matters: the process does not start without it. It is a warning where env files are
    checked on another machine than the one that will read them.

    Bad:
        $ SECRET_FILE=nowhere.txt setpoint check --settings example:FromFiles

    Good:
        $ echo p2Vd91kZsQ > secret.txt; SECRET_FILE=secret.txt setpoint check --settings example:FromFiles
    """
    gathered = subject.gathered
    for each in gathered.file_variables:
        if each.content.trouble is None:
            continue
        what = "does not exist" if each.content.trouble is Trouble.MISSING else "cannot be read"
        here = "" if gathered.starts_here else " here"
        yield Finding(
            f"`{each.name}` names a file that {what}{here}",
            value_region(each),
            each.name,
            hint=None if gathered.starts_here else f"`{each.variable.name}` was not checked",
            severity=None if gathered.starts_here else Severity.INFO if gathered.process else Severity.WARNING,
        )


@built_in("SP407", "unread-secret-file", Severity.WARNING)
def unread_secret_file(subject: Subject) -> Iterator[Finding]:
    """Report a variable such as `DB_PASSWORD_FILE` that has no effect, because `DB_PASSWORD` is also set.

    Why it matters: whoever changes the secret in the file changes nothing.

    Bad:
        $ echo p2Vd91kZsQ > secret.txt; SECRET=x SECRET_FILE=secret.txt setpoint check --settings example:FromFiles

    Good:
        $ echo p2Vd91kZsQ > secret.txt; SECRET_FILE=secret.txt setpoint check --settings example:FromFiles
    """
    for each in subject.gathered.file_variables:
        winning = subject.origins.above(each.variable.setting)
        if winning and not (winning.file and winning.file.holds_one_value):
            message, label = f"`{each.name}` has no effect", f"`{winning.name}` is also set"
            yield Finding(message, value_region(each), each.name, label, "remove one of them")
