"""`python -m setpoint` is the command `setpoint`."""

import sys

from setpoint.cli.main import main

sys.exit(main(program="python -m setpoint"))
