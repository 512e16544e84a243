"""Times things side by side: interleaved rounds, so that a machine that slows down slows all of them down."""

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Subject = TypeVar("Subject")
ROUNDS = 5


def wall_ms(subjects: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median wall-clock time of each subject in milliseconds."""

    def timed(run: Callable[[], object]) -> float:
        start = time.perf_counter()
        run()
        return (time.perf_counter() - start) * 1_000

    return _medians(subjects, timed, rounds)


@dataclass(frozen=True, slots=True)
class Placed:
    """A command with the folder and the environment in which it runs."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


def cpu_ms(commands: Mapping[str, Sequence[str]], rounds: int = ROUNDS, cwd: str = ".") -> dict[str, float]:
    """Return the median CPU time (user and system) of each command in milliseconds."""
    return placed_cpu_ms({name: Placed(each, Path(cwd), _environment()) for name, each in commands.items()}, rounds)


def placed_cpu_ms(commands: Mapping[str, Placed], rounds: int = ROUNDS) -> dict[str, float]:
    """Return the median CPU time (user and system) of each command, in its own place, in milliseconds."""

    def timed(placed: Placed) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            placed.command,
            cwd=placed.folder,
            env=placed.environment,
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1_000

    return _medians(commands, timed, rounds)


def limit(promise: str, figure: float, most: float) -> None:
    """Print whether `figure` keeps a promise that the project made."""
    print(f"\n{promise}: {figure:.2f}, at most {most:g}: {'kept' if figure <= most else 'NOT KEPT'}")


def table(title: str, figures: Mapping[str, float], unit: str, reference: str) -> None:
    """Print `figures` with their ratio to the one called `reference`."""
    print(f"\n{title}\n")
    width = max(map(len, figures))
    print(f"{'':{width}}  {unit:>10}  {'ratio':>7}")
    for name, figure in figures.items():
        print(f"{name:{width}}  {figure:>10.1f}  {figure / figures[reference]:>7.2f}")


def _medians(subjects: Mapping[str, Subject], timed: Callable[[Subject], float], rounds: int) -> dict[str, float]:
    times: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            times[name].append(timed(subject))
    return {name: statistics.median(each) for name, each in times.items()}


def _environment() -> dict[str, str]:
    """Return a small environment, so that a checker has no foreign variables to look at."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}
