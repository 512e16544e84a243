"""How wide help texts are: as the terminal is."""

import argparse
import os

_WITHOUT_A_TERMINAL = 80


class HelpText(argparse.HelpFormatter):
    """Lays help out as argparse does, which makes one for each option, and asks `shutil`, slow to import, how wide."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    try:
        return int(os.environ.get("COLUMNS", "")) or _WITHOUT_A_TERMINAL
    except ValueError:
        pass
    try:
        return os.get_terminal_size().columns or _WITHOUT_A_TERMINAL
    except (OSError, ValueError):
        return _WITHOUT_A_TERMINAL
