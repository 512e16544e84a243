"""What an app uses to write its own rules, in the modules that `[tool.setpoint] rules` names."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, get_type_hints

from pydantic_settings import BaseSettings

from setpoint.check.catalogue.rule import FailedRuleError, Rule, enter
from setpoint.check.finding import Finding, value_region
from setpoint.check.outcome import Severity
from setpoint.contract.app_code import AppCode
from setpoint.errors import InvalidRuleError
from setpoint.resolution.blame import assigned_near
from setpoint.resolution.subject import Subject
from setpoint.text.raised import kind_and_place
from setpoint.text.shown import Door
from setpoint.validation.process_environment import silence
from setpoint.validation.unusable import UnusableValueError

_CODE = re.compile(r"(?!SP)[A-Z]{2,10}\d{3}")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Violation:
    """One objection of a rule.

    Secrets are masked in its texts, which may contain values.

    Attributes:
        message: What is wrong, in one sentence without a full stop.
        setting: The setting that it concerns, as the class names it: `pool_max`, `database.port`.
        label: What would be right, shown at the place itself.
        hint: Why it matters, or what to do.
        severity: The severity, if it differs from that of the rule.
    """

    message: str
    setting: str | None = None
    label: str | None = None
    hint: str | None = None
    severity: Severity | None = None


AppCondition = TypeVar("AppCondition", bound=Callable[[Any], Iterator[Violation]])


def rule(
    code: str, name: str, severity: Severity, *, for_deploy: bool = False
) -> Callable[[AppCondition], AppCondition]:
    """Make the decorated function a rule that every check and every start of the app applies.

    The function takes the app's settings; if the app has several settings classes, the annotation of its
    parameter says which. The value of an invalid setting can't be read; a rule that tries
    is skipped, and an `info` says so.

    Args:
        code: Capital letters of the app's choice and three digits, such as `BILL001`.
        name: The bad pattern, in kebab case.
        severity: The severity of its violations, unless they say otherwise.
        for_deploy: Whether only `check --deploy` applies it.

    Raises:
        InvalidRuleError: The code or the name can't be used, or is already taken.
    """
    if not _CODE.fullmatch(code):
        message = f"`{code}` is not a valid rule code; use capital letters other than `SP`, then three digits"
        raise InvalidRuleError(message)
    if not _NAME.fullmatch(name):
        message = f"`{name}` is not a valid rule name; use lower-case words joined by hyphens"
        raise InvalidRuleError(message)

    def rule_of(condition: AppCondition) -> AppCondition:
        try:
            looks = _on_subject(condition, code)
            enter(Rule(code=code, name=name, severity=severity, condition=looks, for_deploy=for_deploy))
        except ValueError as error:
            raise InvalidRuleError(str(error)) from None
        return condition

    return rule_of


def _on_subject(condition: AppCondition, code: str) -> Callable[[Subject], Iterator[Finding]]:
    """Return `condition` in the form that the catalogue needs."""

    @wraps(condition)
    def on_subject(subject: Subject) -> Iterator[Finding]:
        if subject.beside and not _is_about(condition, subject.contract.settings_class):
            return
        found = _violations(condition, code, subject)
        if found is None:
            yield Finding(
                f"`{code}` was not applied, because a value that it needs is invalid or missing",
                hint="fix the errors and check again",
                severity=Severity.INFO,
            )
            return
        for each in found:
            if fault := _fault(subject, each):
                message = f"`{code}` {fault}"
                raise FailedRuleError(message)
            yield _finding(subject, each)

    return on_subject


def _is_about(condition: Callable[..., object], settings_class: type[BaseSettings]) -> bool:
    """Return whether `condition` takes settings of `settings_class`, according to the annotation of its parameter."""
    try:
        hints = get_type_hints(condition)
    except NameError:
        return True
    wanted = next((hint for name, hint in hints.items() if name != "return"), None)
    return not isinstance(wanted, type) or issubclass(settings_class, wanted)


def _violations(condition: Callable[[Any], Iterator[Violation]], code: str, subject: Subject) -> list[Violation] | None:
    """Return what the rule yields; None if it may have failed because of a value that the settings lack.

    Raises:
        FailedRuleError: It fails although the settings are complete.
    """
    with AppCode() as asked, silence():
        settings = subject.usable_settings
        return None if settings is None else list(condition(settings))
    # Not every use of a value can be intercepted: `re.match` needs a string.
    if asked.error is None or isinstance(asked.error, UnusableValueError) or subject.validated.settings is None:
        return None
    message = f"`{code}` fails with {kind_and_place(asked.error)}"
    raise FailedRuleError(message)


def _fault(subject: Subject, violation: object) -> str | None:
    """Return what is wrong with something that a rule yields."""
    if not isinstance(violation, Violation):
        return "yields something that is not a `Violation`"
    texts = (violation.message, violation.setting or "", violation.label or "", violation.hint or "")
    if not all(isinstance(each, str) for each in texts) or not isinstance(violation.severity, Severity | None):
        return "yields a `Violation` with an attribute of the wrong type"
    known = subject.contract.settings_class.model_fields
    if violation.setting is not None and violation.setting.partition(".")[0] not in known:
        return "yields a `Violation` for a setting that the settings class does not have"
    return None


def _finding(subject: Subject, violation: Violation) -> Finding:
    door = subject.shown.door
    assignment = variable = None
    if violation.setting is not None:
        setting = tuple(violation.setting.split("."))
        assignment = assigned_near(subject, setting)
        variable = next(iter(subject.contract.variables_at(setting)), None)
    name = assignment.shown_name if assignment else variable.name if variable else None
    return Finding(
        door.words(violation.message),
        value_region(assignment),
        name,
        _redacted(door, violation.label),
        _redacted(door, violation.hint),
        violation.severity,
    )


def _redacted(door: Door, text: str | None) -> str | None:
    return None if text is None else door.words(text)
