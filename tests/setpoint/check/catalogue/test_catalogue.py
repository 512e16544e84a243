"""The catalogue of rules is complete, unambiguous and documented."""

import ast
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

from setpoint.check import rules
from setpoint.check.catalogue.rule import CATALOGUE, Rule, built_in
from setpoint.check.outcome import Severity
from setpoint.deploys.deployment import DeployProblemKind
from support.checking import BACKEND, checked


@pytest.mark.parametrize("each", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_a_rule_says_what_it_looks_for_and_why(each: Rule[Any]) -> None:
    """Its docstring is its page of documentation."""
    assert re.fullmatch(r"(?:Report|Say) .*\.", each.documentation.summary)
    assert each.documentation.why.endswith(".")


@pytest.mark.parametrize("each", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_a_rule_has_a_code_and_a_name_for_the_bad_pattern(each: Rule[Any]) -> None:
    """Pipelines select rules by either."""
    assert re.fullmatch(r"SP\d{3}", each.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each.name)


def test_no_two_rules_share_a_name() -> None:
    """The key of the catalogue keeps codes apart already."""
    names = [each.name for each in CATALOGUE.values()]
    assert len(names) == len(set(names))


def test_no_code_is_left_out() -> None:
    """Codes are never used again, so a hole is a lost rule."""
    for hundred in {code[2] for code in CATALOGUE}:
        numbers = sorted(int(code[3:]) for code in CATALOGUE if code[2] == hundred)
        holes = {f"SP{hundred}{number:02}" for number in range(1, numbers[-1])} - CATALOGUE.keys()
        assert holes == set()


def test_every_problem_of_a_deploy_has_a_rule() -> None:
    """One without would be lost: `check` and `read` report what rules report."""
    assert {rule.deploy_problem for rule in CATALOGUE.values() if rule.deploy_problem} == set(
        map(str, DeployProblemKind)
    )


@pytest.mark.parametrize(("code", "name"), [("SP301", "new-name"), ("SP999", "unknown-variable")])
def test_a_code_or_name_cannot_be_taken_twice(code: str, name: str) -> None:
    """The mistake ends the import, not a user's check."""
    with pytest.raises(ValueError, match="already in the catalogue"):
        built_in(code, name, Severity.ERROR)(rules.names.unknown_variable.condition)


def _codes_in_code(node: ast.AST) -> Iterator[str]:
    """Yield the codes that `node` names, other than where a rule is declared."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"SP\d{1,3}", node.value):
        yield node.value
    is_declaration = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "built_in"
    for child in [] if is_declaration else ast.iter_child_nodes(node):
        yield from _codes_in_code(child)


def test_a_code_is_written_where_its_rule_is_declared_and_nowhere_else() -> None:
    """Whatever holds of a rule is on the rule, not in a list of codes somewhere."""
    paths = list((BACKEND / "setpoint").rglob("*.py"))
    assert len(paths) > 100
    # The quick way does not import the rules; its report is held to that of the full check elsewhere.
    quick = [("sure_pass.py", "SP408")]
    assert [(path.name, code) for path in paths for code in _codes_in_code(ast.parse(path.read_text()))] == quick


@pytest.mark.parametrize("each", CATALOGUE.values(), ids=CATALOGUE.keys())
def test_a_rule_has_a_condition_that_finds_something(each: Rule[Any]) -> None:
    """What is found on the way goes through the rule as well."""
    assert "yield from ()" not in inspect.getsource(each.condition)


def test_no_message_ends_with_a_full_stop() -> None:
    """One style for all messages of one sentence."""
    faults = (
        b'\xef\xbb\xbfSENTRY_DNS=1\nPORT=x\nPORT=y\nA\nHOST=\nHOST="\nOTHER=\xe9\0\nENV_FILE=${X}\nLOG_LEVEL=changeme\n'
    )
    report = checked(faults)
    texts = [text for each in report.diagnostics for text in (each.message, each.label, each.hint) if text]
    assert len({each.code for each in report.diagnostics}) > 10
    assert [text for text in texts if text.endswith(".")] == []
