"""Disks by `strace`: slow ones, and what a power cut leaves of what a service wrote, synced and answered."""

import re
import shutil
import subprocess
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

_SECTOR = 512
"""What a disk writes as a whole; of anything larger, any part may be there."""
_SYNCS = {"fsync", "fdatasync"}
_TRACED = ("pwrite64", "ftruncate", "sendto", *sorted(_SYNCS))
_CALL = re.compile(r"(\d+) +(\w+)\(\d+<([^>]*)>(?:, )?(.*?)(?: <unfinished \.\.\.>|\) += (-?\d+).*)")
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>.*\) += (-?\d+).*")


def may_trace() -> bool:
    """Return whether this machine lets a program be traced; some containers forbid it."""
    return subprocess.run([_strace(), "-f", "-qq", "true"], check=False, capture_output=True).returncode == 0


def _strace() -> str:
    strace = shutil.which("strace")
    assert strace, "there is no strace, which this test needs: `make strace` installs it"
    return strace


def traced(trace: Path, program: str) -> tuple[str, ...]:
    """Return how to start a program so that what it writes, syncs and sends is written to `trace`."""
    calls, every_byte = f"--trace={','.join(_TRACED)}", ("-y", "-xx", "--string-limit=1048576")
    return (_strace(), "-f", "-qq", "--seccomp-bpf", calls, *every_byte, "-o", str(trace), program)


def on_slow_disk(seconds: float, program: str) -> tuple[str, ...]:
    """Return how to start a program on a disk that takes `seconds` for whatever is synced."""
    syncs = ",".join(sorted(_SYNCS))
    slowed = f"--inject={syncs}:delay_enter={seconds * 1_000_000:.0f}"
    return (_strace(), "-f", "-qq", "--seccomp-bpf", f"--trace={syncs}", slowed, "-o", "/dev/null", program)


@dataclass
class _Write:
    """A part of a file that is written, or, without content, where the file is cut off."""

    number: int
    at: int
    content: bytes | None

    def apply(self, file: bytearray) -> None:
        if self.content is None:
            del file[self.at :]
        else:
            file.extend(bytes(max(0, self.at - len(file))))
            file[self.at : self.at + len(self.content)] = self.content

    def parts(self) -> list["_Write"]:
        """Return what is there or not as a whole."""
        if self.content is None:
            return [self]
        starts = range(0, len(self.content), _SECTOR)
        return [_Write(self.number, self.at + start, self.content[start : start + _SECTOR]) for start in starts]


@dataclass
class _File:
    """What of a file is on the disk for certain, and what has been written since."""

    synced: bytearray
    pending: deque[_Write] = field(default_factory=deque)
    written: int = 0

    def write(self, at: int, content: bytes | None) -> None:
        self.written += 1
        self.pending.append(_Write(self.written, at, content))

    def sync(self, written: int) -> None:
        while self.pending and self.pending[0].number <= written:
            self.pending.popleft().apply(self.synced)

    def left(self, chance: Random) -> bytes:
        found = bytearray(self.synced)
        for part in (part for write in self.pending for part in write.parts()):
            if chance.random() < 0.5:
                part.apply(found)
        return bytes(found)


@dataclass
class _Call:
    """A system call between its beginning and its end."""

    name: str
    path: str
    rest: str
    covers: int = 0
    """For a sync: how much had been written when it began."""


class Disk:
    """Files as they would be found after a power cut."""

    def __init__(self, before: Mapping[str, bytes]) -> None:
        """Begin with these contents by path; the files at no other paths matter."""
        self._files = {path: _File(bytearray(content)) for path, content in before.items()}
        self._begun: dict[str, _Call] = {}

    def left(self, chance: Random) -> dict[str, bytes]:
        """Return the files after a power cut now: all that was synced, and any part of what was not."""
        return {path: file.left(chance) for path, file in self._files.items()}

    def replay(self, trace: Path) -> Iterator[bytes]:
        """Let happen what is in the trace; yield what is sent, before a byte of it has left."""
        with trace.open(encoding="ascii") as lines:
            for line in lines:
                if found := _RESUMED.fullmatch(line.rstrip("\n")):
                    self._end(self._begun.pop(found[1]), int(found[2]))
                elif found := _CALL.fullmatch(line.rstrip("\n")):
                    process, name, path, rest, result = found.groups()
                    call = self._begin(_Call(name, _bytes(path).decode(), rest))
                    if name == "sendto":
                        yield _bytes(rest.split('"')[1])
                    if result is None:
                        self._begun[process] = call
                    else:
                        self._end(call, int(result))

    def _begin(self, call: _Call) -> _Call:
        if call.name in _SYNCS and call.path in self._files:
            call.covers = self._files[call.path].written
        return call

    def _end(self, call: _Call, result: int) -> None:
        file = self._files.get(call.path)
        if file is None or result < 0:
            return
        if call.name in _SYNCS:
            file.sync(call.covers)
        elif call.name == "ftruncate":
            file.write(int(call.rest), None)
        elif call.name == "pwrite64":
            _, content, numbers = call.rest.split('"')
            file.write(int(numbers.rpartition(",")[2]), _bytes(content)[:result])


def _bytes(escaped: str) -> bytes:
    """Return what strace has written as hexadecimal numbers."""
    return bytes.fromhex(escaped.replace("\\x", ""))
