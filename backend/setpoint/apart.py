"""Runs a command for another program, apart from it, so that what the app's code prints or leaves behind does no harm.

`python -m setpoint.apart FILE SECONDS COMMAND …` writes into FILE what the command prints, and ends with it: threads
and programs that the code has started don't hold it up. After SECONDS it is over, also if who has started it is gone.
"""

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from setpoint.cli.main import main


def apart(path: str, seconds: str, *words: str) -> NoReturn:
    """Run the command that `words` name."""
    signal.alarm(int(seconds))
    with Path(path).open("w", encoding="utf-8") as output:
        sys.stdout = output
        try:
            status = main(words, program="python -m setpoint")
        except SystemExit as error:  # of argparse, which has said why
            status = error.code if isinstance(error.code, int) else 1
    if sys.stderr is not None:
        sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    apart(*sys.argv[1:])
