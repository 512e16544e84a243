"""Writes files that hold secrets: readable only by their owner, and as a whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_private_file(path: Path, content: bytes) -> None:
    """Write `content` to the file at `path`, which afterwards only its owner can read.

    Readers see either the old or the new content, even if the machine loses power. Anything but a regular file, such as
    a pipe or a terminal, is simply written to.

    Raises:
        OSError: It can't be written; the old content is still there.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    target = Path(os.path.realpath(path))  # a symbolic link is kept
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}-", delete=False) as stream:
        try:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
            Path(stream.name).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(stream.name).unlink()
            raise
