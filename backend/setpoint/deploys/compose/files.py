"""The files of a compose project, found from the folder in which docker compose is started."""

import codecs
import os
import stat
from errno import EISDIR
from pathlib import Path

from setpoint.envfile.source_text import SourceText


class ProjectFiles:
    """Reads files by absolute paths, each once, and knows their names for people."""

    def __init__(self, folder: Path) -> None:
        """Start in `folder`."""
        self.folder = os.path.abspath(folder)  # noqa: PTH100 - links are not followed, as compose doesn't
        self._read: dict[str, SourceText] = {}

    @property
    def files(self) -> tuple[SourceText, ...]:
        """Return every file that was read, in order."""
        return tuple(self._read.values())

    def absolute(self, path: str, folder: str | None = None) -> str:
        """Return the absolute `path`; a relative one is below `folder`, otherwise below this folder."""
        return os.path.normpath(os.path.join(folder or self.folder, path))  # noqa: PTH118 - text, as compose joins it

    def relative(self, path: str, folder: str) -> str:
        """Return the absolute `path` relative to the absolute `folder`."""
        return os.path.relpath(path, folder)

    def read(self, path: str, *, is_yaml: bool = False) -> SourceText:
        """Return the text of the file at the absolute `path`.

        Args:
            path: Where it is.
            is_yaml: Whether it may be in UTF-16.

        Raises:
            OSError: It does not exist, is a folder or a device, or can't be read.
        """
        if path not in self._read:
            on_disk = Path(path)
            if not stat.S_ISREG(on_disk.stat().st_mode):
                raise OSError(EISDIR, os.strerror(EISDIR), path)
            content = on_disk.read_bytes()
            self._read[path] = SourceText.from_bytes(self.shown(path), _in_utf_8(content) if is_yaml else content)
        return self._read[path]

    def shown(self, path: str) -> str:
        """Return the name of the absolute `path` for people: short if it is below this folder."""
        return os.path.relpath(path, self.folder) if self.is_below(path, self.folder) else path

    def is_file(self, path: str) -> bool:
        """Return whether there is a file, rather than a folder, at the absolute `path`."""
        return Path(path).is_file()

    def exists(self, path: str) -> bool:
        """Return whether anything is at the absolute `path`."""
        return Path(path).exists()

    def is_below(self, path: str, folder: str) -> bool:
        """Return whether `path` is in `folder` or below it, once links are followed."""
        real, top = os.path.realpath(path), os.path.realpath(folder)
        return os.path.commonpath((real, top)) == top


def _in_utf_8(content: bytes) -> bytes:
    """Return `content` in UTF-8 if it is UTF-16 with a byte order mark, which Go's YAML packages read as well."""
    if not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content
    try:
        return content.decode("utf-16").encode()
    except UnicodeDecodeError:
        return content
