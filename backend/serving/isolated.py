"""Runs a module as a program in an interpreter of its own: `isolated.py MODULE`; if it fails, one line says why.

What an exception says may hold a secret, so there is no traceback.
"""

import runpy
import signal
import sys
from pathlib import Path

_LIMIT_IN_SECONDS = 20

if __name__ == "__main__":
    # If nobody is left to stop this process, it stops by itself.
    signal.alarm(_LIMIT_IN_SECONDS)
    try:
        runpy.run_module(sys.argv[1], run_name="__main__")
    except Exception as error:  # noqa: BLE001 - the reason is told, whatever it is
        cause_of = runpy.run_path(str(Path(__file__).with_name("cause.py")))["cause_of"]
        sys.stderr.write(cause_of(error))
        sys.exit(1)
