"""`python -m config` is the command `setpoint` with this service's own settings, and a few more commands."""

import sys

from setpoint.cli.main import Command, main

sys.exit(
    main(
        program="python -m config",
        settings="config.settings:Settings",
        more_commands={
            "init": Command("app.cli.init", "Make the first token of this service, and show it once"),
            "backup": Command("app.cli.backup", "Copy the database into a file while the service runs"),
            "restore": Command("app.cli.restore", "Check a backup, and put it where the database was"),
            "doctor": Command("app.cli.doctor", "Report what is unsafe in this installation"),
            "probe": Command("serving.probe", "Ask the service on this machine whether it is ready"),
            "reload": Command(
                "serving.reload.command", "Check the settings, reload a running service and report the result"
            ),
            "sentry-test": Command(
                "observability.sentry.command", "Send Sentry one event and report whether it was accepted"
            ),
        },
    )
)
