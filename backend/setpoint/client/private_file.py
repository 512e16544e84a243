"""Writes files that hold secrets: for their owner alone, and as a whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def write_private_file(path: Path, content: bytes) -> None:
    """Write `content` into the file at `path`, which only its owner can read afterwards.

    Readers see the old content or the new, also if the machine loses power. What is no regular file, such as a pipe
    or a terminal, takes the content as it comes.

    Raises:
        OSError: It can't be written; what was there still is.
    """
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    target = Path(os.path.realpath(path))  # a link stays one
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
