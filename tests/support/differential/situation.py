"""What a process finds when it starts: its environment, and the files in its working directory."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from support.differential.case import PROCESS, STRANGER, Case, Texts

_PROJECT = """
[tool.setpoint]
select = ["SP003", "SP302", "SP401", "SP404", "SP409"]
"""
_MOST_STRANGERS = 2

GIVEN = "given.env"
"""A file with all that is in the process environment, which the class does not read by itself."""


@dataclass(frozen=True)
class Written:
    """A variable that is set in one place.

    Attributes:
        source: The process environment, the path of an env file, or a secrets directory.
        name: As it is spelled there.
        text: Its value.
        texts: What else could be written for it.
    """

    source: str
    name: str
    text: str
    texts: Texts


@dataclass(frozen=True)
class Situation:
    """What is written where.

    Attributes:
        case: The class that finds it.
        written: All variables, in the order in which they are written.
        files: All other files, by path.
    """

    case: Case
    written: tuple[Written, ...]
    files: Mapping[str, str]

    def others_at(self, at: int) -> Iterator["Situation"]:
        """Yield the situations that differ from this one in what is written at `at` alone."""
        here = self.written[at]
        before, after = self.written[:at], self.written[at + 1 :]
        yield replace(self, written=before + after)
        for text in (*here.texts.good, *here.texts.bad):
            if text != here.text:
                yield replace(self, written=(*before, replace(here, text=text), *after))

    def others_of(self, path: str) -> Iterator["Situation"]:
        """Yield the situations that differ from this one in the file at `path` alone, first the one without it."""
        without = {each: content for each, content in self.files.items() if each != path}
        yield replace(self, files=without)
        for content in self.case.varied[path]:
            if content is not None and content != self.files.get(path):
                yield replace(self, files={**without, path: content})

    @property
    def given_files(self) -> list[str]:
        """Return what has to be given to `check` so that it finds the same as a start."""
        there = {each.source for each in self.written}
        return [each for each in self.case.own_files if each in there] if self.case.own_files else [GIVEN]

    def line_of(self, at: int) -> int | None:
        """Return the line on which the variable at `at` is set; None in the process environment."""
        here = self.written[at]
        if here.source == PROCESS:
            return None
        if here.source.endswith("/"):
            return 1
        return sum(each.source == here.source for each in self.written[:at]) + 1

    def for_process(self) -> dict[str, object]:
        """Return it as plain values: the environment, files as bytes that latin-1 tells, what `check` is given."""
        contents = {"pyproject.toml": _PROJECT, **self.files}
        if not contents["pyproject.toml"].endswith(_PROJECT):
            contents["pyproject.toml"] += _PROJECT
        files = {path: content.encode() for path, content in contents.items()}
        for each in self.written:
            if each.source.endswith("/"):
                files[each.source + each.name] = each.text.encode()
            elif each.source != PROCESS:
                line = f"{each.name}={_quoted(each.text)}\n"
                files[each.source] = files.get(each.source, b"") + line.encode(self.case.encoding)
        environment = {each.name: each.text for each in self.written if each.source == PROCESS}
        is_given_alone = not self.case.own_files
        if is_given_alone:
            files[GIVEN] = "".join(f"{name}={_quoted(text)}\n" for name, text in environment.items()).encode()
        on_top = [] if is_given_alone else ["--environment"]
        there = [each for each in self.case.directories if any(path.startswith(f"{each}/") for path in files)]
        directories = (word for each in there for word in ("--secrets-dir", each))
        return {
            "environment": environment,
            "files": {path: content.decode("latin-1") for path, content in files.items()},
            "given": [*self.given_files, *on_top, *directories] if self.given_files else None,
        }


def _quoted(text: str) -> str:
    assert "'" not in text, "python-dotenv would need an escape"
    return f"'{text}'"


@st.composite
def situations(draw: DrawFn, case: Case) -> Situation:
    """Draw what is written for the class of `case`: known names, other spellings, near misses, good and bad texts."""
    only_good = draw(st.booleans(), label="only good texts")
    written: dict[tuple[str, str], Written] = {}
    for name, texts in case.texts.items():
        for source in case.sources:
            text = draw(st.none() | _text(texts, only_good=only_good))
            # The process environment may hold what an env file gave it, and then the file counts as the source.
            if text is not None and text not in (each.text for each in written.values() if each.texts is texts):
                spelling = draw(st.sampled_from((name, name, name, name.lower(), name.upper())))
                written[source, spelling] = Written(source, spelling, text, texts)
    for name, source in draw(
        st.lists(st.tuples(_strangers(case), st.sampled_from(case.sources)), max_size=_MOST_STRANGERS)
    ):
        text = draw(st.sampled_from(STRANGER.good))
        is_elsewhere = any((each.name, each.text) == (name, text) for each in written.values())  # likewise
        if (source, name) not in written and not is_elsewhere:
            written[source, name] = Written(source, name, text, STRANGER)
    files = dict(case.files)
    for path, versions in case.varied.items():
        content = draw(st.sampled_from(versions))
        if content is not None:
            files[path] = content
    return Situation(case, tuple(written.values()), files)


def _text(texts: Texts, *, only_good: bool) -> SearchStrategy[str]:
    return st.sampled_from(texts.good if only_good else (*texts.good, *texts.bad))


def _strangers(case: Case) -> SearchStrategy[str]:
    """Return names that are most often unknown to the class: misspellings of its own, parts of them, and others."""
    names = list(case.texts)
    misspelt = [variant for name in names for variant in (name[:-1], name + "S", name[1:], name.replace("_", "", 1))]
    known = {name.upper() for name in names}
    return st.sampled_from([*(each for each in misspelt if each and each.upper() not in known), "UNRELATED_THING"])
