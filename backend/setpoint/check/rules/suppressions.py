"""SP109 and SP110: comments that keep findings from being reported."""

from collections.abc import Iterator

from setpoint.check.catalogue.rule import built_in
from setpoint.check.finding import Finding
from setpoint.check.outcome import Severity
from setpoint.check.suppression import UnusedSuppression, suppressions
from setpoint.resolution.subject import Subject


@built_in("SP109", "invalid-suppression", Severity.WARNING)
def invalid_suppression(subject: Subject) -> Iterator[Finding]:
    """Report a comment that is meant to ignore a finding but has no effect.

    Why it matters: whoever wrote it believes the finding is settled. It has an effect only if it names
    rules that exist and can be ignored, and says why: otherwise nobody can tell later whether that still holds.

    Bad:
        # setpoint: ignore=SP301
        SIDECAR_PORT=9000

    Good:
        # setpoint: ignore=SP301 the sidecar reads it
        SIDECAR_PORT=9000
    """
    for each in suppressions(subject):
        if each.fault is not None:
            yield Finding(each.fault, each.region, hint=each.hint)


@built_in("SP110", "unused-suppression", Severity.WARNING, looks_at_sources=False)
def unused_suppression(unused: UnusedSuppression) -> Iterator[Finding]:
    """Report a comment that ignores a finding that does not, or no longer, exist.

    Why it matters: it would hide the next one. The check itself reports it, once all other rules
    have looked.

    Bad:
        # setpoint: ignore=SP301 the sidecar reads it
        PORT=8000

    Good:
        PORT=8000
    """
    yield Finding(f"the comment ignores `{unused.code}`, which finds nothing here", unused.region, hint="remove it")
