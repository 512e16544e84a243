"""What a command costs in CPU time, beside the imports that it can't do without."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rounds import cpu_ms, limit, table

BACKEND = str(Path(__file__).resolve().parents[1] / "backend")
ROUNDS = 25
_NEED_NO_CLASS = ("setpoint --version", "setpoint --help", "setpoint rule", "setpoint rule SP301")
_START_MS = 9.7


def main() -> None:
    """Measure and print."""
    _without_a_settings_class()
    _check()


def _without_a_settings_class() -> None:
    python = sys.executable
    setpoint = [python, "-m", "setpoint"]
    example = str(Path(BACKEND) / ".env.example")
    # Outside of any project: to mask the secrets of one, `read` has to import its settings class.
    figures = cpu_ms(
        {
            "python -c pass": [python, "-c", "pass"],
            "setpoint --version": [*setpoint, "--version"],
            "setpoint --help": [*setpoint, "--help"],
            "setpoint rule": [*setpoint, "rule"],
            "setpoint rule SP301": [*setpoint, "rule", "SP301"],
            "setpoint read --loader docker": [*setpoint, "read", example, "--loader", "docker"],
            "setpoint convert --to docker": [*setpoint, "convert", example, "--to", "docker"],
        },
        rounds=ROUNDS,
        cwd="/",
    )
    table("CPU time of commands that need no settings class", figures, "ms", "python -c pass")
    start = figures["python -c pass"]
    for name in _NEED_NO_CLASS:
        limit(f"{name} over python -c pass, in ms", figures[name] - start, 45)
    print(f"\nThose limits were set where python -c pass takes {_START_MS} ms; here and now it takes {start:.1f}")


def _check() -> None:
    python = sys.executable
    with TemporaryDirectory() as folder:
        good = Path(folder) / "prod.env"
        example = (Path(BACKEND) / ".env.example").read_text(encoding="utf-8")
        good.write_text(example.replace("ENCRYPTION_KEYS=\n", f"ENCRYPTION_KEYS=k1:{'a' * 43}=\n"), encoding="utf-8")
        figures = cpu_ms(
            {
                "import pydantic": [python, "-c", "import pydantic"],
                "import pydantic_settings": [python, "-c", "import pydantic_settings"],
                "import config.settings": [python, "-c", "import pydantic_settings, config.settings"],
                "python -m config check": [python, "-m", "config", "check", str(good)],
                "the same, with findings": [python, "-m", "config", "check", ".env.example"],
            },
            rounds=ROUNDS,
            cwd=BACKEND,
        )
    table("CPU time of a check", figures, "ms", "import config.settings")
    ratio = figures["python -m config check"] / figures["import config.settings"]
    limit("A check of a good file over the imports of pydantic_settings and of the app's module", ratio, 1.15)


if __name__ == "__main__":
    main()
