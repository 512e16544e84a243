"""One entry of the catalogue: a settings class, and what people write for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

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
        unseen: Variables and files that code of the class reads by itself, so that nobody can tell where they count.
        exception: What Setpoint says where it does not answer for this class, and ends with status 2.
        in_place: The env files in place of which `check FILE` puts what it is given, where the configuration of the
            class does not tell them.
    """

    settings: type[BaseSettings]
    texts: Mapping[str, Texts]
    sources: Sequence[str] = (PROCESS, ".env")
    files: Mapping[str, str] = field(default_factory=dict)
    varied: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    encoding: str = "utf-8"
    unseen: Sequence[str] = ()
    exception: str | None = None
    in_place: Sequence[str] | None = None

    @property
    def own_files(self) -> Sequence[str]:
        """Return the env files of the class, as paths among its sources."""
        if self.in_place is not None:
            return self.in_place
        named = self.settings.model_config.get("env_file") or ()
        names = [named] if isinstance(named, str) else [str(each) for each in cast("Sequence[Path]", named)]
        return [each for each in self.sources if Path(each).name in names and not each.endswith("/")]

    @property
    def directories(self) -> Sequence[str]:
        """Return the secrets directories of the class."""
        named = self.settings.model_config.get("secrets_dir") or ()
        return [named] if isinstance(named, str) else [str(each) for each in cast("Sequence[Path]", named)]

    @property
    def reference(self) -> str:
        """Return how the command line names the class."""
        return f"{self.settings.__module__}:{self.settings.__qualname__}"


WORD = Texts(("alpha", "beta"))
INT = Texts(("8000", "12"), ("http", "", "1.5"))
FLOAT = Texts(("0.5", "2"), ("much", ""))
BOOL = Texts(("true", "0"), ("maybe", ""))
WORDS = Texts(('["a"]', '["b", "c"]'), ("a,b", '{"a": 1}', ""))
STRANGER = Texts(("8000", "alpha", '["a"]'))
"""What is written for a name that the class may not know."""
INTS = Texts(("[1, 2]", "[3]"), ('["x"]', "1,2", "7"))
