"""The files below one folder, as seen by a program for which that folder is `/`."""

import os
import re
import stat
from collections import deque
from errno import EFBIG, EISDIR, ELOOP
from fnmatch import fnmatchcase
from pathlib import Path

from setpoint.envfile.source_text import SourceText

_MOST_LINKS = 40
_LARGEST_FILE = 64 << 20
_MAGIC = re.compile(r"[*?\[]")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)


class FileTree:
    """Reads files of one folder; neither `..` nor a symbolic link leads out of it.

    Attributes:
        files: Every file that was read, in order.
    """

    def __init__(self, root: Path, near: Path | None = None) -> None:
        """Read below `root`; paths are shown as seen from the folder `near`, if they are in it."""
        self._root = root
        self._near = near
        self._read: dict[str, SourceText] = {}

    @property
    def files(self) -> tuple[SourceText, ...]:
        """Return every file that was read, each once."""
        return tuple(self._read.values())

    def real(self, path: str) -> str:
        """Return the absolute `path`, with every link in it followed, whether or not it exists.

        Raises:
            OSError: The links go round in circles.
        """
        done: list[str] = []
        todo = deque(path.split("/"))
        links = 0
        while todo:
            part = todo.popleft()
            if part == "..":
                done = done[:-1]
            elif part not in ("", "."):
                target = _link(self._root.joinpath(*done, part))
                if target is None:
                    done.append(part)
                    continue
                links += 1
                if links > _MOST_LINKS:
                    raise OSError(ELOOP, os.strerror(ELOOP), path)
                done = [] if target.startswith("/") else done
                todo.extendleft(reversed(target.split("/")))
        return "/" + "/".join(done)

    def is_file(self, path: str) -> bool:
        """Return whether `path` is a regular file, not a folder, pipe or device."""
        try:
            return self._on_disk(path).is_file()
        except OSError:
            return False

    def read(self, path: str) -> SourceText:
        """Return the text of the file at `path`.

        Raises:
            OSError: It does not exist, is not a regular file, or can't be read.
        """
        real = self.real(path)
        if real not in self._read:
            on_disk = self._on_disk(real)
            if not stat.S_ISREG(on_disk.stat().st_mode):
                raise OSError(EISDIR, "it is not a regular file", path)
            if on_disk.stat().st_size > _LARGEST_FILE:
                raise OSError(EFBIG, f"it is larger than {_LARGEST_FILE >> 20} MiB", path)
            self._read[real] = SourceText.from_bytes(self.shown(path), on_disk.read_bytes())
        return self._read[real]

    def shown(self, path: str) -> str:
        """Return the name of the file at `path` for people."""
        full = self._root / path.lstrip("/")
        is_near = self._near is not None and full.is_relative_to(self._near)
        return str(full.relative_to(self._near) if self._near is not None and is_near else full)

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the content of `folder`, sorted; nothing if there is no such folder."""
        try:
            return tuple(sorted(os.listdir(self._on_disk(folder))))  # noqa: PTH208 - names, not paths
        except OSError:
            return ()

    def matches(self, pattern: str) -> tuple[str, ...]:
        """Return the paths that `pattern` matches as glob(3) does, sorted; `**` is no more than `*`."""
        found = ["/"]
        for part in filter(None, pattern.split("/")):
            found = [f"{folder.rstrip('/')}/{name}" for folder in found for name in self._named(folder, part)]
        return tuple(found)

    def _named(self, folder: str, pattern: str) -> tuple[str, ...]:
        if _MAGIC.search(pattern) is None:
            name = _ESCAPE.sub(r"\1", pattern)
            return (name,) if os.path.lexists(self._on_disk(folder) / name) else ()
        hidden, pattern = pattern.startswith("."), _for_fnmatch(pattern)
        return tuple(
            name for name in self.names(folder) if name.startswith(".") <= hidden and fnmatchcase(name, pattern)
        )

    def _on_disk(self, path: str) -> Path:
        return self._root / self.real(path).lstrip("/")


def _link(on_disk: Path) -> str | None:
    try:
        return os.readlink(on_disk)  # noqa: PTH115 - the text as it is written
    except OSError:
        return None


def _for_fnmatch(pattern: str) -> str:
    """Return the pattern of glob(3) in the form of `fnmatch`, which has no backslash, and `[!` for `[^`."""
    return _ESCAPE.sub(lambda escape: f"[{escape[1]}]" if escape[1] in "*?[" else escape[1], pattern).replace(
        "[^", "[!"
    )
