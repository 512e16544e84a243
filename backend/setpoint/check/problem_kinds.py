"""Under which rule each kind of trouble with reading a file is reported."""

from collections.abc import Mapping
from typing import NamedTuple

from setpoint.check.diagnostic import Severity
from setpoint.envfile.reading import ProblemKind


class RuleName(NamedTuple):
    """A rule's code, its name, and how bad its findings are."""

    code: str
    name: str
    severity: Severity


RULE_OF: Mapping[ProblemKind, RuleName] = {
    ProblemKind.NOT_UTF_8: RuleName("SP003", "not-utf-8", Severity.ERROR),
    ProblemKind.BYTE_ORDER_MARK: RuleName("SP004", "byte-order-mark", Severity.WARNING),
    ProblemKind.NUL_BYTE: RuleName("SP005", "nul-byte", Severity.ERROR),
    ProblemKind.MALFORMED_LINE: RuleName("SP101", "malformed-line", Severity.ERROR),
    ProblemKind.UNCLOSED_QUOTE: RuleName("SP102", "unclosed-quote", Severity.ERROR),
    ProblemKind.DUPLICATE_NAME: RuleName("SP103", "duplicate-variable", Severity.WARNING),
    ProblemKind.UNDEFINED_REFERENCE: RuleName("SP104", "undefined-reference", Severity.WARNING),
    ProblemKind.COMMAND_SUBSTITUTION: RuleName("SP105", "command-substitution", Severity.ERROR),
    ProblemKind.NOT_STATIC: RuleName("SP106", "shell-code", Severity.ERROR),
    ProblemKind.INVALID_NAME: RuleName("SP107", "invalid-name", Severity.ERROR),
    ProblemKind.INVALID_REFERENCE: RuleName("SP108", "invalid-reference", Severity.ERROR),
    ProblemKind.CUT_VALUE: RuleName("SP203", "cut-value", Severity.WARNING),
    ProblemKind.CONTINUED_LINE: RuleName("SP204", "continued-line", Severity.WARNING),
    ProblemKind.LINE_TOO_LONG: RuleName("SP205", "line-too-long", Severity.ERROR),
    ProblemKind.ALREADY_SET: RuleName("SP206", "already-set", Severity.WARNING),
    ProblemKind.TOO_LONG_EXPANSION: RuleName("SP207", "too-long-expansion", Severity.ERROR),
    ProblemKind.NOT_PORTABLE: RuleName("SP208", "unportable-text", Severity.ERROR),
}
"""For each kind the rule; a test holds this to the catalogue of rules."""
