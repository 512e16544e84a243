"""The program `python -m serving.handover.program SECONDS`: hands over a valid environment, or says why it can't."""

import os
import signal
import sys

from observability.exception_text import show_exception_texts
from serving.cause import cause_of
from serving.unread_values import mask_unread_values


def main() -> int:
    """Run the validation; if it fails itself, one line on standard error says why."""
    mask_unread_values(os.environ)  # noqa: TID251 - nobody knows yet what of it is secret
    try:
        from serving.handover.validation import hand_over  # noqa: PLC0415 - what fails to import is told in one line

        # From here on, values from files are read, and only the settings will say which of them are secret.
        show_exception_texts("withheld")
        # SIGALRM ends this process if reading hangs. To get this far takes as long as the machine is busy.
        signal.alarm(int(sys.argv[1]))
        return hand_over()
    except Exception as error:  # noqa: BLE001 - the reason is told, whatever it is
        sys.stderr.write(cause_of(error))
        return 1


if __name__ == "__main__":
    sys.exit(main())
