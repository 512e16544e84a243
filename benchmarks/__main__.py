"""Runs every benchmark, one after the other."""

from importlib import import_module

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
        import_module(name).main()
