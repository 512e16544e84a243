"""One entry of the catalogue: a settings class, and what people write for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic_settings import BaseSettings

PROCESS = "environment"
"""The process environment, among sources that are paths otherwise."""


@dataclass(frozen=True)
class Texts:
    """What may be written for one variable.

    Attributes:
        good: Texts that the class takes, as long as nothing else is wrong; two at least, that mean different things.
        bad: Texts that it refuses, most often.
    """

    good: Sequence[str]
    bad: Sequence[str] = ()


@dataclass(frozen=True)
class Case:
    """A settings class with the environments that it is tried in.

    Attributes:
        settings: The class.
        texts: What may be written, by variable.
        sources: Where variables may be written: the process environment, env files, secrets directories (which end in
            `/`).
        files: Files that are there in any case, by path.
        varied: Files of which there are several versions, None for no file.
        encoding: How env files are encoded.
        unseen: Variables that code of the class reads by itself, so that nobody can tell where they count.
        exception: Why Setpoint does not answer for this class, and ends with status 2; as the docs name it.
    """

    settings: type[BaseSettings]
    texts: Mapping[str, Texts]
    sources: Sequence[str] = (PROCESS, ".env")
    files: Mapping[str, str] = field(default_factory=dict)
    varied: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    encoding: str = "utf-8"
    unseen: Sequence[str] = ()
    exception: str | None = None

    @property
    def reference(self) -> str:
        """Return how the command line names the class."""
        return f"{self.settings.__module__}:{self.settings.__qualname__}"


WORD = Texts(("alpha", "beta"))
INT = Texts(("8000", "12"), ("http", "", "1.5"))
FLOAT = Texts(("0.5", "2"), ("much", ""))
BOOL = Texts(("true", "0"), ("maybe", ""))
WORDS = Texts(('["a"]', '["b", "c"]'), ("a,b", '{"a": 1}', ""))
INTS = Texts(("[1, 2]", "[3]"), ('["x"]', "1,2", "7"))
