"""Runs a command for another program, in its own process, so that what the app's code prints or leaves does no harm.

`python -m setpoint.apart FILE SECONDS COMMAND …` writes what the command prints into FILE, and ends with it: threads
and programs that the code has started don't hold it up. It ends after SECONDS at the latest, even if its caller is
gone.
"""

import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from setpoint.cli.main import main


def apart(path: str, seconds: str, *words: str) -> NoReturn:
    """Run the command that `words` describe."""
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
