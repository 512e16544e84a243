"""`python -m config` is the command `setpoint` on this service's own settings, with three commands more."""

import sys

from setpoint.cli.main import Command, main

sys.exit(
    main(
        program="python -m config",
        settings="config.settings:Settings",
        more_commands={
            "probe": Command("serving.probe", "Ask the service on this machine whether it is ready"),
            "reload": Command("serving.reload.command", "Check, reload a running service and say how that ended"),
            "sentry-test": Command("observability.sentry.command", "Send Sentry one event and say if it was accepted"),
        },
    )
)
