"""What a command costs in CPU time, beside the imports that it can't do without."""

import sys
from pathlib import Path

from rounds import cpu_ms, table

BACKEND = str(Path(__file__).resolve().parents[1] / "backend")


def main() -> None:
    """Measure and print."""
    python = sys.executable
    setpoint = [python, "-m", "setpoint"]
    example = str(Path(BACKEND) / ".env.example")
    # Outside of any project: to mask the secrets of one, `read` has to import its settings class.
    figures = cpu_ms(
        {
            "python -c pass": [python, "-c", "pass"],
            "setpoint --version": [*setpoint, "--version"],
            "setpoint --help": [*setpoint, "--help"],
            "setpoint read --loader docker": [*setpoint, "read", example, "--loader", "docker"],
            "setpoint convert --to docker": [*setpoint, "convert", example, "--to", "docker"],
        },
        rounds=15,
        cwd="/",
    )
    table("CPU time of commands that need no settings class", figures, "ms", "python -c pass")
    figures = cpu_ms(
        {
            "import pydantic": [python, "-c", "import pydantic"],
            "import pydantic_settings": [python, "-c", "import pydantic_settings"],
            "import config.settings": [python, "-c", "import config.settings"],
            "python -m config check": [python, "-m", "config", "check", ".env.example"],
        },
        rounds=15,
        cwd=BACKEND,
    )
    table("CPU time of a check", figures, "ms", "import config.settings")


if __name__ == "__main__":
    main()
