"""SP5xx: what a deploy to production should not do; applied only with `check --deploy`."""

import stat
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from setpoint.check.catalogue.rule import built_in
from setpoint.check.evidence.tracked_file import is_tracked
from setpoint.check.finding import Finding, Region, name_region, value_region
from setpoint.check.outcome import Severity
from setpoint.contract.variable import Variable
from setpoint.envfile.source_text import Span
from setpoint.resolution.assignment import Assignment
from setpoint.resolution.effective_value import effective_text, secret_of_default
from setpoint.resolution.statement import Statement
from setpoint.resolution.subject import Subject
from setpoint.sources.env_file import STANDARD_INPUT, EnvFile
from setpoint.text.guarded import MASK
from setpoint.text.placeholder import is_placeholder_of_secret
from setpoint.text.secret_names import is_secret_name
from setpoint.text.secret_values import is_path_of_key, looks_secret
from setpoint.validation.refusal import RefusalKind

_SECRETS_OF_A_CONTAINER = ("/run/secrets/", "/var/run/secrets/")
_TRUE = {"1", "true", "t", "yes", "y", "on"}
_DEVELOPMENT = {"dev", "develop", "development", "local", "test", "testing"}
_ANY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 - nothing listens here


def _called(subject: Subject, *names: str) -> Iterator[tuple[Variable, Assignment | None, str]]:
    """Yield the settings whose name is or ends with one of `names`, each with what sets its value, and the value.

    A delimiter of nested settings counts as `_`. Settings whose value can't be known are left out.
    """
    seen: set[tuple[str, ...]] = set()
    delimiter = subject.contract.delimiter.upper() or "_"
    for variable in subject.contract.variables:
        called = f"_{variable.name.upper().replace(delimiter, '_')}"
        if variable.setting not in seen and any(called.endswith(f"_{name}") for name in names):
            seen.add(variable.setting)
            assignment = subject.origins.above(variable.setting)
            text = effective_text(subject, variable, assignment)
            if text is not None:
                yield variable, assignment, text


def _stands(assignment: Assignment | None) -> str:
    """Return the words that distinguish a value that was set from a default."""
    return "" if assignment else " by default"


@built_in("SP501", "error-tracking-off", Severity.WARNING, for_deploy=True)
def error_tracking_off(subject: Subject) -> Iterator[Finding]:
    r"""Report a Sentry DSN that is unset.

    Why it matters: errors in production reach nobody, and nothing says so.

    Bad:
        $ printf 'PORT=8000\n' | setpoint check - --deploy --select SP501

    Good:
        $ printf 'SENTRY_DSN=https://key@o1.ingest.sentry.io/42\n' | setpoint check - --deploy --select SP501
    """
    for variable, assignment, text in _called(subject, "SENTRY_DSN"):
        if not text:
            message = f"`{variable.name}` is not set, so error tracking is off"
            yield Finding(message, value_region(assignment), variable.name, hint=variable.guidance.how_to_obtain)


@built_in("SP502", "unsampled-tracing", Severity.WARNING, for_deploy=True)
def unsampled_tracing(subject: Subject) -> Iterator[Finding]:
    r"""Report a rate that traces every request.

    Why it matters: it is meant for development. In production it costs CPU in every request, and uses up
    the quota of a month in a day.

    Bad:
        $ printf 'SENTRY_TRACES_SAMPLE_RATE=1.0\n' | setpoint check - --deploy --select SP502

    Good:
        $ printf 'SENTRY_TRACES_SAMPLE_RATE=0.1\n' | setpoint check - --deploy --select SP502
    """
    for variable, assignment, text in _called(subject, "TRACES_SAMPLE_RATE", "PROFILES_SAMPLE_RATE"):
        try:
            rate = float(text)
        except ValueError:
            continue
        if rate == 1:
            message = f"`{variable.name}` is 1{_stands(assignment)}, so every request is traced"
            yield Finding(message, value_region(assignment), variable.name, hint="a fraction such as 0.1 is enough")


@built_in("SP503", "local-dsn", Severity.WARNING, for_deploy=True)
def local_dsn(subject: Subject) -> Iterator[Finding]:
    r"""Report a Sentry DSN whose host is the machine itself.

    Why it matters: in a container or on a server nobody listens there, so errors are lost.

    Bad:
        $ printf 'SENTRY_DSN=https://key@localhost/42\n' | setpoint check - --deploy --select SP503

    Good:
        $ printf 'SENTRY_DSN=https://key@o1.ingest.sentry.io/42\n' | setpoint check - --deploy --select SP503
    """
    for variable, assignment, text in _called(subject, "SENTRY_DSN"):
        if _is_local(_host(text)):
            message = f"`{variable.name}` points to the local machine"
            yield Finding(message, value_region(assignment), variable.name, hint=variable.guidance.how_to_obtain)


@built_in("SP504", "plaintext-dsn", Severity.WARNING, for_deploy=True)
def plaintext_dsn(subject: Subject) -> Iterator[Finding]:
    r"""Report a Sentry DSN with `http`.

    Why it matters: stack traces, and the key with which anyone can send more, cross the network unencrypted.

    Bad:
        $ printf 'SENTRY_DSN=http://key@sentry.example.org/42\n' | setpoint check - --deploy --select SP504

    Good:
        $ printf 'SENTRY_DSN=https://key@sentry.example.org/42\n' | setpoint check - --deploy --select SP504
    """
    for variable, assignment, text in _called(subject, "SENTRY_DSN"):
        if text.casefold().startswith("http://") and not _is_local(_host(text)):
            message = f"`{variable.name}` sends errors unencrypted"
            yield Finding(message, value_region(assignment), variable.name, "expected `https://`")


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _is_local(host: str | None) -> bool:
    if host is None or host == "localhost" or host.endswith(".localhost"):
        return host is not None
    try:
        return host in _ANY_ADDRESS or ip_address(host).is_loopback
    except ValueError:
        return False


@built_in("SP505", "text-logs", Severity.WARNING, for_deploy=True)
def text_logs(subject: Subject) -> Iterator[Finding]:
    r"""Report logs in a form for people where the app can write JSON.

    Why it matters: log collectors in production parse them by patterns, and lose fields and
    the line ends of stack traces.

    Bad:
        $ printf 'LOG_FORMAT=text\n' | setpoint check - --deploy --select SP505

    Good:
        $ printf 'LOG_FORMAT=json\n' | setpoint check - --deploy --select SP505
    """
    for variable, assignment, text in _called(subject, "LOG_FORMAT", "LOGGING_FORMAT"):
        choices = [each.casefold() for each in variable.choices]
        if "json" in choices and text.casefold() in choices and text.casefold() != "json":
            message = f"`{variable.name}` is not `json`{_stands(assignment)}"
            yield Finding(
                message, value_region(assignment), variable.name, hint="in production, programs read the logs"
            )


@built_in("SP506", "readable-by-others", Severity.ERROR, for_deploy=True)
def readable_by_others(subject: Subject) -> Iterator[Finding]:
    """Report a file with secrets that every user of the machine can read.

    Why it matters: any program that is compromised can read the secrets of all others.

    Bad:
        $ (umask 022; echo API_TOKEN=q8Zr2vLkT0 > open.env; setpoint check open.env --deploy --select SP506)

    Good:
        $ (umask 077; echo API_TOKEN=q8Zr2vLkT0 > closed.env; setpoint check closed.env --deploy --select SP506)
    """
    for file in subject.gathered.all_files:
        if _secrets_in(subject, file) and _others_can_read(file.path):
            yield Finding(
                "the file contains secrets, and every user can read it",
                Region(file, Span(0, 0)),
                hint=f"`chmod 600 {file.path}`, or 640 to share it with a group",
            )


def _others_can_read(path: str) -> bool:
    # Nobody else can look at a container's own secrets, and docker makes them readable to everybody.
    if path == STANDARD_INPUT or path.startswith(_SECRETS_OF_A_CONTAINER):
        return False
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) and bool(mode & stat.S_IROTH)


@built_in("SP507", "tracked-secret", Severity.ERROR, for_deploy=True)
def tracked_secret(subject: Subject) -> Iterator[Finding]:
    """Report a secret in a file that git tracks.

    Why it matters: everyone who has the repository has the secret, today and in ten years.

    Bad:
        $ git init -q; echo API_TOKEN=q8Zr2vLkT0 > t.env; git add t.env; setpoint check t.env --deploy --select SP507

    Good:
        $ echo API_TOKEN=q8Zr2vLkT0 > new.env; setpoint check new.env --deploy --select SP507
    """
    for file in subject.gathered.all_files:
        found = _secrets_in(subject, file)
        if found and file.path != STANDARD_INPUT and is_tracked(file.path):
            for statement in found:
                name = None if statement.shown_name == MASK else statement.shown_name
                yield Finding(
                    f"`{statement.shown_name}` is a secret, and git tracks the file",
                    name_region(statement),
                    name,
                    hint="remove the file from git, and change the secret: it remains in the history",
                )


def _secrets_in(subject: Subject, file: EnvFile) -> list[Statement]:
    """Return the statements of `file` that hold a secret; a placeholder is none, nor is the path of one."""
    return [
        each
        for each in subject.statements
        if each.file is file
        and each.value
        and not each.value.satisfies(is_placeholder_of_secret)
        and not each.value.satisfies(is_path_of_key)
        and (each.assignment.holds_secret if each.variable else _sounds_secret(each))
    ]


def _sounds_secret(statement: Statement) -> bool:
    return statement.shown_name != MASK and is_secret_name(statement.shown_name)


@built_in("SP508", "development-mode", Severity.WARNING, for_deploy=True)
def development_mode(subject: Subject) -> Iterator[Finding]:
    r"""Report what is meant for development: `DEBUG` switched on, or an environment with such a name.

    Why it matters: debug pages show code and values to whoever provokes an error, and what is filed
    under `development` wakes nobody.

    Bad:
        $ printf 'DEBUG=true\n' | setpoint check - --deploy --select SP508

    Good:
        $ printf 'DEBUG=false\n' | setpoint check - --deploy --select SP508
    """
    for variable, assignment, text in _called(subject, "DEBUG"):
        if text.casefold() in _TRUE:
            message = f"`{variable.name}` is on{_stands(assignment)}"
            yield Finding(message, value_region(assignment), variable.name, hint="it is meant for development")
    for variable, assignment, text in _called(subject, "ENVIRONMENT", "ENV"):
        if text.casefold() in _DEVELOPMENT:
            message = f"`{variable.name}` names a development environment{_stands(assignment)}"
            yield Finding(
                message, value_region(assignment), variable.name, hint="name the environment that you deploy to"
            )


@built_in("SP509", "default-secret", Severity.ERROR, for_deploy=True)
def default_secret(subject: Subject) -> Iterator[Finding]:
    r"""Report a secret that has the default from the code, or is set to it.

    Why it matters: everyone who has the code knows it.

    Bad:
        $ printf 'PORT=8000\n' | setpoint check - --deploy --select SP509

    Good:
        $ printf 'SESSION_SECRET=p2Vd91kZsQ\n' | setpoint check - --deploy --select SP509
    """
    # The default of a model no longer applies once a part of it is set.
    seen = {each.setting for each in subject.validated.refusals if each.kind is RefusalKind.MISSING}
    for variable in subject.contract.variables:
        if variable.setting in seen or not variable.secret or variable.required:
            continue
        seen.add(variable.setting)
        default, assignment = secret_of_default(variable), subject.origins.above(variable.setting)
        if _is_a_secret(default) and effective_text(subject, variable, assignment) == default:
            yield Finding(
                f"`{variable.name}` is a secret and still has the default from the code",
                value_region(assignment),
                variable.name,
                hint=variable.guidance.how_to_obtain or "set it to a value that nobody else knows",
            )


def _is_a_secret(default: str) -> bool:
    """Return whether `default` is worth protecting; of a URL, only the password is."""
    return bool(default) and not is_path_of_key(default) and ("://" not in default or looks_secret(default))
