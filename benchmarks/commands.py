"""What a command costs in CPU time, beside the imports that it can't do without."""

import sys
from pathlib import Path

from rounds import cpu_ms, table

BACKEND = str(Path(__file__).resolve().parents[1] / "backend")


def main() -> None:
    """Measure and print."""
    python = sys.executable
    example = str(Path(BACKEND) / ".env.example")
    figures = cpu_ms(
        {
            "python -c pass": [python, "-c", "pass"],
            "setpoint --version": [python, "-m", "setpoint", "--version"],
            "setpoint --help": [python, "-m", "setpoint", "--help"],
            "setpoint read --loader docker": [python, "-m", "setpoint", "read", example, "--loader", "docker"],
            "import pydantic": [python, "-c", "import pydantic"],
            "import pydantic_settings": [python, "-c", "import pydantic_settings"],
            "import config.settings": [python, "-c", "import config.settings"],
            "python -m config check": [python, "-m", "config", "check", ".env.example"],
        },
        rounds=15,
        cwd=BACKEND,
    )
    table("CPU time of a command", figures, "ms", "import config.settings")


if __name__ == "__main__":
    main()
