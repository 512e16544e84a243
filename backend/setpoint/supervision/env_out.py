"""The env file from which a command that reloads itself reads a revision."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from setpoint.client.private_file import write_private_file
from setpoint.envfile.writing import NotExpressibleError, write
from setpoint.errors import UnableError


@dataclass(frozen=True, slots=True)
class EnvOut:
    """An env file in the dialect of a loader, readable only by its owner.

    Attributes:
        path: Where it is.
        loader: The program that reads it.
    """

    path: Path
    loader: str

    def write(self, variables: Mapping[str, str]) -> None:
        """Write all variables; the file is replaced as a whole or not at all.

        Raises:
            UnableError: It can't be written, or a value can't be in such a file.
        """
        try:
            write_private_file(self.path, self._content(variables))
        except OSError as error:
            message = f"cannot write `{self.path}`: {error.strerror}"
            raise UnableError(message) from None

    @contextmanager
    def candidate(self, variables: Mapping[str, str]) -> Iterator[Path]:
        """Provide a file next to it that holds `variables` while they are being checked; raises as `write` does."""
        beside = EnvOut(self.path.with_name(f".{self.path.name}-candidate"), self.loader)
        beside.write(variables)
        try:
            yield beside.path
        finally:
            beside.path.unlink(missing_ok=True)

    def _content(self, variables: Mapping[str, str]) -> bytes:
        try:
            return "".join(write(name, value, self.loader) for name, value in variables.items()).encode()
        except NotExpressibleError as error:
            raise UnableError(str(error)) from None
