"""Documents a rule for people, and all rules as data that can be read without importing them."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

VERSION = 1
GENERATED = Path(__file__).with_name("rule_data.json")
_SECTION = re.compile(
    r"^(?P<title>Why it matters|Bad|Good)(?:, as (?P<loaders>[a-z0-9, -]+?) reads? it)?:[ \n]", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Example:
    """Lines of an env file, or commands after a `$ `.

    Attributes:
        text: The lines, without indentation and without a line ending after the last.
        loaders: The programs that read the lines; none if it makes no difference.
    """

    text: str
    loaders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleDocumentation:
    """A rule for people.

    Attributes:
        code: `SP301`.
        name: `unknown-variable`.
        severity: The usual severity of its findings.
        summary: What it reports, as a sentence that begins with a verb and ends with a full stop.
        why: Why it matters, as sentences.
        bad: What it reports; None if the documentation shows nothing.
        good: The same, fixed.
        for_deploy: Whether only `--deploy` applies it.
        problem: The kind of loader problem that it reports, if any.
        deploy_problem: The kind of problem with a deploy file that it reports, if any.
    """

    code: str
    name: str
    severity: str
    summary: str
    why: str
    bad: Example | None
    good: Example | None
    for_deploy: bool = False
    problem: str | None = None
    deploy_problem: str | None = None

    @classmethod
    def of(
        cls,
        code: str,
        name: str,
        severity: str,
        docstring: str,
        *,
        for_deploy: bool = False,
        problem: str | None = None,
        deploy_problem: str | None = None,
    ) -> "RuleDocumentation":
        """Return what `docstring` says; it is already cleaned, as by `inspect.cleandoc`."""
        head, sections = _sections(docstring)
        why = sections.get("Why it matters")
        return cls(
            code,
            name,
            severity,
            _on_one_line(head),
            _on_one_line(why.text) if why else "",
            sections.get("Bad"),
            sections.get("Good"),
            for_deploy,
            problem,
            deploy_problem,
        )


def as_json(rules: Iterable[RuleDocumentation]) -> str:
    """Return `rules` as indented JSON with a line ending."""
    return json.dumps({"version": VERSION, "rules": [asdict(each) for each in rules]}, indent=2) + "\n"


def documented_rules() -> tuple[RuleDocumentation, ...]:
    """Return the documentation of every built-in rule in the order of codes, as written by `make generate`.

    Importing the rules themselves would import pydantic, which takes ten times as long.
    """
    return tuple(map(_documentation, json.loads(GENERATED.read_text(encoding="utf-8"))["rules"]))


def _documentation(written: dict[str, Any]) -> RuleDocumentation:
    examples = {title: _example(written[title]) for title in ("bad", "good")}
    return RuleDocumentation(**{**written, **examples})


def _example(written: dict[str, Any] | None) -> Example | None:
    return None if written is None else Example(written["text"], tuple(written["loaders"]))


def _sections(docstring: str) -> tuple[str, dict[str, Example]]:
    """Return the text before the first section, and the sections by title."""
    starts = list(_SECTION.finditer(docstring))
    ends = [*(match.start() for match in starts[1:]), len(docstring)][: len(starts)]
    sections = {
        match["title"]: Example(dedent(docstring[match.end() : end].rstrip().strip("\n")), _names(match["loaders"]))
        for match, end in zip(starts, ends, strict=True)
    }
    return docstring[: starts[0].start() if starts else None], sections


def _names(loaders: str | None) -> tuple[str, ...]:
    return tuple(re.split(r", | and ", loaders)) if loaders else ()


def _on_one_line(text: str) -> str:
    return " ".join(text.split())
