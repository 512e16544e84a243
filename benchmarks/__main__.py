"""Runs every benchmark, one after the other."""

import runpy
from pathlib import Path

BENCHMARKS = (
    "parsing",
    "commands",
    "log_lines",
    "served_requests",
    "configuration_service",
    "instances",
    "verdicts",
    "pages",
    "peers",
)

if __name__ == "__main__":
    for name in BENCHMARKS:
        runpy.run_path(str(Path(__file__).with_name(f"{name}.py")), run_name="__main__")
