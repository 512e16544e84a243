"""The program `python -m serving.handover.program`: hands over a validated environment, or says why it can't.

What an exception says may hold a secret, and nothing here knows of any, so that its kind and its place are told alone.
"""

import signal
import sys

from serving.cause import cause_of

_LIMIT_IN_SECONDS = 20


def main() -> int:
    """Run the validation; if it fails itself, one line on standard error says why."""
    # If nobody is left to stop this process, it stops by itself.
    signal.alarm(_LIMIT_IN_SECONDS)
    try:
        from serving.handover.validation import hand_over  # noqa: PLC0415 - what fails to import is told in one line

        return hand_over()
    except Exception as error:  # noqa: BLE001 - the reason is told, whatever it is
        sys.stderr.write(cause_of(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
