"""How the process reports on itself: logs, then Sentry."""
