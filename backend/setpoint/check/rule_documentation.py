"""What each rule says of itself, taken from its docstring without importing what rules need to work."""

import re
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent

_RULES = Path(__file__).parent / "rules"
_RULE = re.compile(
    r'^@rule\("(?P<code>SP\d{3})", "(?P<name>[a-z0-9-]+)", Severity\.(?P<severity>[A-Z]+)'
    r"(?P<deploy>, for_deploy=True)?\)\n"
    r'def [^\n]+\n    r?"""(?P<docstring>.*?)"""',
    re.MULTILINE | re.DOTALL,
)
_SECTION = re.compile(
    r"^(?P<title>Why it matters|Bad|Good)(?:, as (?P<loaders>[a-z0-9, -]+?) reads? it)?:[ \n]", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Example:
    """Lines of an env file, or commands behind a `$ `.

    Attributes:
        text: The lines, without indentation and without a line end after the last.
        loaders: The programs that are to read the lines; none where it makes no difference.
    """

    text: str
    loaders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleDocumentation:
    """A rule for people.

    Attributes:
        code: `SP301`.
        name: `unknown-variable`.
        severity: What its findings are, most of the time.
        summary: What it reports, as a sentence that begins with a verb and ends with a full stop.
        why: Why it matters, as sentences.
        bad: What it reports; None where the documentation shows nothing.
        good: The same, mended.
        for_deploy: Whether only `--deploy` applies it.
    """

    code: str
    name: str
    severity: str
    summary: str
    why: str
    bad: Example | None
    good: Example | None
    for_deploy: bool = False

    @classmethod
    def of(
        cls, code: str, name: str, severity: str, docstring: str, *, for_deploy: bool = False
    ) -> "RuleDocumentation":
        """Return what `docstring` says, which is cleaned as `inspect.cleandoc` does."""
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
        )


def documented_rules() -> tuple[RuleDocumentation, ...]:
    """Return the documentation of every rule in the order of codes.

    The rules are read as text: importing them imports pydantic, which takes ten times as long, and
    parsing them would take as long as the rest of a command that explains one.
    """
    texts = (path.read_text(encoding="utf-8") for path in _RULES.glob("*.py"))
    found = (
        RuleDocumentation.of(
            match["code"],
            match["name"],
            match["severity"].lower(),
            cleandoc(match["docstring"]),
            for_deploy=match["deploy"] is not None,
        )
        for text in texts
        for match in _RULE.finditer(text)
    )
    return tuple(sorted(found, key=lambda each: each.code))


def _sections(docstring: str) -> tuple[str, dict[str, Example]]:
    """Return what stands before the first section, and the sections by title."""
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
