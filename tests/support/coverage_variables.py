"""Lets the processes that tests start take part when coverage is measured (`make coverage`)."""

import os


def coverage_variables() -> dict[str, str]:
    """Return what such a process needs in its environment, which is nothing where nobody measures."""
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_PROCESS_")}
